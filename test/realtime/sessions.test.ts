import { expect } from 'chai'
import { z } from 'zod'
import type { Caller } from '../../kernel/caller.ts'
import type { Role } from '../../kernel/role.ts'
import { until } from '../harness/until.ts'
import { caughtUp, status } from '../harness/verify-stream.ts'
import { type Floor, type Hall, HandClock, openFloor } from './floor.ts'

describe('socket: sessions', () => {
  let floor: Floor
  let hall: Hall
  let clock: HandClock
  let pat: Awaited<ReturnType<Floor['person']>>
  before(async () => {
    floor = await openFloor()
    pat = await floor.person('Pat')
    await pat.say('hello')
  })
  beforeEach(async () => {
    clock = new HandClock()
    hall = await floor.gateway({ clock, limits: { socketsPerAccount: 3 } })
  })
  afterEach(() => hall.close())
  after(() => floor.close())
  const inMs = (ms: number) => clock.now() + ms
  const lost = (socket: { once(event: 'disconnect', heard: (why: string) => void): unknown }) =>
    new Promise<string>((gone) => socket.once('disconnect', gone))

  it('end with their token, with a word about why', async () => {
    const socket = await hall.socket(`staff:ana~${inMs(60_000)}`)
    expect(socket.heard[0]?.message.expiresAt).to.equal(new Date(inMs(60_000)).toISOString())
    clock.advance(59_999)
    expect((await socket.ask('presence', { status: 'online' })).ok).to.equal(true)
    const gone = lost(socket)
    clock.advance(1)
    expect(await gone, 'so that a client comes back').to.equal('transport close')
    expect(socket.heard.at(-1)).to.deep.include({ event: 'revoked' })
    expect(socket.heard.at(-1)?.message.error).to.include({ code: 'token_expired', retryable: true })
  })

  it('live on with a fresh token, without a reconnect', async () => {
    const socket = await hall.socket(`staff:ana~${inMs(60_000)}`)
    const answer = await socket.ask('token', { token: `staff:ana~${inMs(120_000)}` })
    expect(answer).to.deep.equal({ ok: true, expiresAt: new Date(inMs(120_000)).toISOString() })
    clock.advance(119_000)
    expect((await socket.ask('presence', { status: 'online' })).ok).to.equal(true)
    const gone = lost(socket)
    clock.advance(1_000)
    await gone
  })

  it('take no token of somebody else, nor a bad one', async () => {
    const socket = await hall.socket('staff:ana')
    for (const token of ['staff:ben', 'staff:ana@w2'])
      expect((await socket.ask('token', { token })).error, token).to.include({ code: 'not_allowed' })
    expect((await socket.ask('token', { token: 'nobody' })).error).to.include({ code: 'unauthorized' })
    expect((await socket.ask('presence', { status: 'online' })).ok).to.equal(true)
  })

  it('end at once when they are revoked, all of them and no other', async () => {
    const [one, two, other] = [
      await hall.socket('staff:ana!s1'),
      await hall.socket('staff:ana!s1'),
      await hall.socket('staff:ana!s2'),
    ]
    const gone = Promise.all([lost(one), lost(two)])
    expect(hall.gateway.revoke('s1')).to.equal(2)
    expect(await gone).to.deep.equal(['io server disconnect', 'io server disconnect'])
    expect(one.heard.at(-1)?.message.error).to.include({ code: 'session_revoked', retryable: false })
    expect((await other.ask('presence', { status: 'online' })).ok).to.equal(true)
  })

  it('are at most so many of one account', async () => {
    for (let n = 0; n < 3; n++) await hall.socket('staff:ana')
    const refused = await hall.socket('staff:ana').catch((error) => error)
    expect(refused.data).to.deep.include({ code: 'too_many_sockets', retryable: true })
    expect(refused.data.retryAfterMs).to.be.greaterThan(0)
    await hall.socket('staff:ben')
    await hall.socket('staff:ana@w2')
  })

  it('make room for the device that comes back', async () => {
    const phones = ['d1', 'd2', 'd3'].map((device) => hall.client('staff:ana', { device }))
    await Promise.all(phones.map(caughtUp))
    const again = hall.client('staff:ana', { device: 'd2' })
    await caughtUp(again)
    phones[1]?.close()
    await until(() => hall.gateway.counts().sockets === 3)
  })

  it('are renewed by the client before their token ends', async () => {
    await hall.close()
    hall = await floor.gateway() // By the real clock: the client's is real as well.
    let asked = 0
    const client = hall.client(() => `staff:ana~${Date.now() + (asked++ === 0 ? 1_000 : 60_000)}`)
    await caughtUp(client)
    const states: string[] = []
    client.onStatus(({ state }) => states.push(state))
    await until(() => asked === 2)
    await client.command('message.read', { conversationId: pat.conversationId, upTo: 0 })
    const [connection] = hall.gateway.present('w1')
    expect(connection).to.include({ id: 'ana' })
    expect(states).not.to.include('offline')
  })

  it('are over for the client when they are revoked, or when its tokens are refused', async () => {
    const client = hall.client('staff:ana!s9')
    await caughtUp(client)
    hall.gateway.revoke('s9')
    await status(client, ({ isEnded }) => isEnded)
    expect(client.status()).to.deep.include({ state: 'signed_out', retryAt: null })
    expect(client.status().error).to.include({ code: 'session_revoked' })

    const stranger = hall.client('nobody')
    await status(stranger, ({ isEnded }) => isEnded)
    expect(stranger.status().error).to.include({ code: 'unauthorized' })
  })

  it('end with the right to be there, whoever took it away and on whichever process', async () => {
    const gone = new Set<string>()
    const standing = async (callers: readonly Caller[]) =>
      callers.map((caller) => (gone.has(caller.id) ? undefined : caller))
    const [here, there] = [await floor.gateway({ standing }), await floor.gateway({ standing, commits: false })]
    const [one, other] = [await here.socket('staff:ana'), await there.socket('staff:ana')]
    const stays = await there.socket('staff:ben')
    const both = Promise.all([lost(one), lost(other)])
    gone.add('ana')
    for (const { gateway } of [here, there]) await gateway.review()
    expect(await both).to.deep.equal(['io server disconnect', 'io server disconnect'])
    expect(other.heard.at(-1)?.message.error).to.include({ code: 'session_revoked', retryable: false })
    expect((await stays.ask('presence', { status: 'online' })).ok).to.equal(true)
    for (const hall of [here, there]) await hall.close()
  })

  it('lose a stream that they may not read any more, and nothing else', async () => {
    const roles = new Map<string, Role>()
    const standing = async (callers: readonly Caller[]) =>
      callers.map((caller) => ({ ...caller, role: roles.get(caller.id) ?? caller.role }))
    const closed = await floor.gateway({ standing })
    const socket = await closed.socket('staff:usr_ana')
    const mine = `user.me:${(await floor.person('Ana')).userId}`
    const client = closed.client('staff:usr_ana')
    const handle = client.open(pat.stream)
    await handle.ready()
    const { streams } = await socket.ask('subscribe', { streams: [{ stream: pat.stream }, { stream: mine }] })
    expect(streams.map(({ error }: any) => error?.code)).to.deep.equal([undefined, undefined])

    roles.set('usr_ana', 'person')
    await closed.gateway.review()
    await until(() => socket.heard.some(({ event }) => event === 'revoked') && handle.error() !== undefined)
    const revoked = socket.heard.filter(({ event }) => event === 'revoked').map(({ message }) => message)
    expect(revoked).to.have.length(1)
    expect(revoked[0]).to.deep.include({ stream: pat.stream })
    expect(revoked[0].error).to.include({ code: 'not_allowed', retryable: false })
    expect(handle.error()).to.include({ code: 'not_allowed' })
    await pat.say('not for her any more')
    expect(closed.gateway.counts()).to.deep.include({ sockets: 2, subscriptions: 1 })
    expect(socket.heard.filter(({ event }) => event === 'event')).to.deep.equal([])
    const again = await socket.ask('subscribe', { streams: [{ stream: pat.stream }] })
    expect(again.streams[0].error).to.include({ code: 'not_allowed' })
    await closed.close()
  })

  it('lose it also by the token that they show, and by what the stream itself looks at', async () => {
    const readers = new Set(['ana'])
    const shown = z.object({})
    const admits = async ({ caller }: { caller: Caller }) => readers.has(caller.id)
    const allow = { name: 'staff' as const, isPersonal: false, admits }
    const diary = { kind: 'test_diary', streams: { main: { allow, shape: shown, snapshot: async () => ({}) } } }
    const open = await floor.gateway({ sources: [diary] })
    const socket = await open.socket('staff:ana')
    const follow = [{ stream: 'test_diary:1' }, { stream: pat.stream }]
    const { streams } = await socket.ask('subscribe', { streams: follow })
    expect(streams.map(({ error }: any) => error)).to.deep.equal([undefined, undefined])
    const left = () => socket.heard.flatMap(({ event, message }) => (event === 'revoked' ? [message.stream] : []))
    await open.gateway.review()
    expect(left()).to.deep.equal([])
    readers.delete('ana')
    await open.gateway.review()
    await until(() => left().length === 1)
    expect((await socket.ask('token', { token: 'person:ana' })).ok).to.equal(true)
    expect(left()).to.deep.equal(['test_diary:1', pat.stream])
    await open.close()
  })

  it('go away when the process leaves, and come back', async () => {
    const client = hall.client('staff:ana')
    const handle = client.open(pat.stream)
    await handle.ready()
    const before = client.hello()
    hall.gateway.goaway('deploy', { afterMs: 0, jitterMs: 20 })
    await until(() => client.hello() !== before && client.status().state === 'live')
    expect(hall.gateway.counts()).to.deep.equal({ sockets: 1, accounts: 1, subscriptions: 1 })
  })

  it('are refused by a process that leaves, in a way that tells to try again', async () => {
    const socket = await hall.socket('staff:ana')
    const gone = lost(socket)
    const closing = hall.gateway.close()
    expect(await gone).to.equal('transport close')
    const refused = await hall.socket('staff:ana').catch((error) => error)
    expect(refused.data ?? { retryable: true }).to.include({ retryable: true })
    await closing
  })
})
