import { expect } from 'chai'
import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import { user } from '../../actors/user/contract.ts'
import { staff, stream } from '../../realtime/socket/stream.ts'
import { until } from '../harness/until.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

const types = (heard: { event: string; message: any }[], name: string) =>
  heard.filter(({ event }) => event === name).map(({ message }) => message.type)

describe('socket: subscribe', () => {
  let floor: Floor
  let hall: Hall
  let pat: Awaited<ReturnType<Floor['person']>>
  before(async () => {
    floor = await openFloor()
    pat = await floor.person('Pat')
    await pat.say('hello')
  })
  beforeEach(async () => {
    hall = await floor.gateway()
  })
  afterEach(() => hall.close())
  after(() => floor.close())
  const refusal = async (token: string, stream: string, since?: number) => {
    const socket = await hall.socket(token)
    const answer = await socket.ask('subscribe', { streams: [{ stream, ...(since !== undefined && { since }) }] })
    socket.close()
    return answer.streams[0].error ?? answer.streams[0]
  }

  it('says hello first, with what a client must know', async () => {
    const { heard } = await hall.socket('staff:ana!s1')
    const [hello] = heard
    expect(hello?.event).to.equal('hello')
    expect(hello?.message).to.deep.include({
      v: 1,
      session: 's1',
      limits: { streams: 128, payloadBytes: 65_536, commandsPerSecond: 20 },
      user: { id: 'ana', role: 'staff', workspaceId: 'w1' },
    })
    expect(Date.parse(hello?.message.now)).to.be.closeTo(Date.now(), 60_000)
  })

  it('refuses who shows no token, or a bad one, before anything else', async () => {
    for (const token of [undefined, '', 'nobody', 'x'.repeat(9_000), { $ne: null }]) {
      const refused = await hall.socket(token).catch((error) => error)
      expect(refused.data, JSON.stringify(token)).to.deep.include({ code: 'unauthorized', retryable: false })
    }
  })

  it('gives a snapshot in wire form first, then events, then what was missed', async () => {
    const socket = await hall.socket('staff:ana')
    const first = await socket.ask('subscribe', { streams: [{ stream: pat.stream }] })
    const [opened] = first.streams
    expect(opened).to.include({ stream: pat.stream, seq: 1 })
    expect(opened.snapshot.conversation).to.include({ name: 'Pat', unread: 1 })
    expect(opened.snapshot.messages[0].at).to.match(/^\d{4}-.*Z$/)
    expect(opened.snapshot.messages[0], 'rows keep more than they show').not.to.have.any.keys(
      'statusRank',
      'providerId',
      'userId',
    )

    await pat.say('again')
    await until(() => types(socket.heard, 'event').length === 1)
    const event = socket.heard.at(-1)?.message
    expect(event).to.include({ stream: pat.stream, seq: 2, id: `${pat.stream}:2`, type: 'message.created' })
    expect(event.at).to.match(/Z$/)
    expect(event.data.conversation.lastMessageAt).to.match(/Z$/)

    const other = await hall.socket('staff:ben')
    const resumed = await other.ask('subscribe', { streams: [{ stream: pat.stream, since: 1 }] })
    expect(resumed.streams[0].events).to.deep.equal([event])
    expect(resumed.streams[0]).to.include({ seq: 2 }).and.not.have.property('snapshot')
  })

  it('answers each stream of a batch for itself, in order', async () => {
    const socket = await hall.socket('staff:ana')
    const streams = [{ stream: 'teapot:1' }, { stream: pat.stream, since: 1 }, { stream: 'inbox:w1' }]
    const answer = await socket.ask('subscribe', { streams })
    expect(answer.ok).to.equal(true)
    expect(answer.streams.map(({ stream }: any) => stream)).to.deep.equal(streams.map(({ stream }) => stream))
    expect(answer.streams[0].error).to.deep.include({ code: 'no_such_stream', retryable: false })
    expect(answer.streams[1]).to.have.property('events')
    expect(answer.streams[2].snapshot.counts).to.include({ open: 1 })
  })

  it('answers with what is true when it answers, however long a stream of the batch took', async () => {
    const asked = Promise.withResolvers<undefined>()
    const gate = Promise.withResolvers<Record<string, never>>()
    const slow = stream({
      allow: staff,
      shape: z.object({}),
      snapshot() {
        asked.resolve(undefined)
        return gate.promise
      },
    })
    const slowly = await floor.gateway({ sources: [{ kind: 'test_slow', streams: { main: slow } }] })
    const socket = await slowly.socket('staff:ana')
    const answered = socket.ask('subscribe', { streams: [{ stream: 'inbox:w1' }, { stream: 'test_slow:1' }] })
    await asked.promise
    await slowly.socket('staff:ben')
    const idsOf = ({ data }: any) => data.people.map(({ id }: { id: string }) => id)
    await until(() => socket.heard.some(({ event, message }) => event === 'signal' && idsOf(message).includes('ben')))
    gate.resolve({})
    const [{ signals }] = (await answered).streams
    expect(signals.flatMap(idsOf)).to.have.members(['ana', 'ben'])
    await slowly.close()
  })

  it('takes a client for new that has seen more than there is', async () => {
    expect(await refusal('staff:ana', pat.stream, 9_999)).to.have.property('snapshot')
  })

  it('keeps each stream for those who may read it', async () => {
    for (const stream of [pat.stream, 'inbox:w1', `user:${pat.userId}`, 'channel:chn_1'])
      expect(await refusal(`person:${pat.userId}`, stream), stream).to.include({ code: 'not_allowed' })
    expect(await refusal('staff:ana', `user.me:${pat.userId}`)).to.include({ code: 'not_allowed' })
    expect(await refusal(`person:${pat.userId}`, `user.me:${pat.userId}`)).to.have.nested.property(
      'snapshot.name',
      'Pat',
    )
  })

  it('tells a person what changed of what they may see of themselves, and no more', async () => {
    const me = `user.me:${pat.userId}`
    const socket = await hall.socket(`person:${pat.userId}`)
    await socket.ask('subscribe', { streams: [{ stream: me }] })
    await floor.machine().at(user, pat.userId).update({ locale: 'de', stage: 'customer' })
    await until(() => types(socket.heard, 'event').length > 0)
    const { stream, type, data } = socket.heard.at(-1)?.message ?? {}
    expect([stream, type]).to.deep.equal([me, 'user.me_changed'])
    expect(data).to.deep.equal({ name: 'Pat', timezone: null, locale: 'de' })
  })

  it('knows who reads a stream, and from where on', async () => {
    const [early, late] = [await hall.socket('staff:ana'), await hall.socket('staff:ben')]
    await early.ask('subscribe', { streams: [{ stream: pat.stream }] })
    const { seq } = await refusal('staff:ana', pat.stream)
    await pat.say('one more')
    await late.ask('subscribe', { streams: [{ stream: pat.stream, since: seq }] })
    const readers = hall.gateway.readers('w1', pat.stream, 10).map((one) => [one.userId, one.seq])
    expect(readers).to.deep.equal([
      ['ana', seq],
      ['ben', seq + 1],
    ])
    expect(hall.gateway.readers('w2', pat.stream, 10)).to.deep.equal([])
  })

  it('answers what another workspace has like what nobody has', async () => {
    const kinds = [pat.stream, 'inbox:w1', `user:${pat.userId}`, 'conversation:c_nobody', 'inbox:w9']
    for (const stream of kinds)
      for (const since of [undefined, 0, 1])
        expect(await refusal('staff:eve@w2', stream, since), `${stream} since ${since}`).to.deep.equal({
          code: 'no_such_stream',
          title: `There is no stream ${stream}.`,
          retryable: false,
        })
  })

  it('does not keep who was refused on the stream', async () => {
    const socket = await hall.socket('staff:ana')
    await socket.ask('subscribe', { streams: [{ stream: 'conversation:c_nobody' }, { stream: 'user.me:usr_x' }] })
    expect(hall.gateway.counts()).to.include({ sockets: 1, subscriptions: 0 })
  })

  it('sends nothing to who was refused, nor across workspaces', async () => {
    const [stranger, client] = [await hall.socket('staff:eve@w2'), await hall.socket(`person:${pat.userId}`)]
    for (const socket of [stranger, client])
      await socket.ask('subscribe', { streams: [{ stream: pat.stream }, { stream: 'inbox:w1' }] })
    const witness = await hall.socket('staff:ana')
    await witness.ask('subscribe', { streams: [{ stream: 'inbox:w1' }] })
    await pat.say('between us')
    await until(() => types(witness.heard, 'event').includes('inbox.lines_changed'))
    for (const socket of [stranger, client]) expect(types(socket.heard, 'event')).to.deep.equal([])
  })

  it('knows no stream of names that only JavaScript knows', async () => {
    for (const stream of [
      'user.constructor:ana',
      'user.__proto__:ana',
      '__proto__:x',
      'conversation:',
      ':x',
      'user:a b',
      'user:ä',
    ])
      expect(await refusal('staff:ana', stream), stream).to.include({ code: 'no_such_stream' })
  })

  it('opens 128 streams and no more, until one is left', async () => {
    const small = await floor.gateway({ limits: { streamsPerSocket: 2 } })
    const socket = await small.socket('staff:ana')
    const streams = [{ stream: pat.stream }, { stream: 'inbox:w1' }, { stream: `user:${pat.userId}` }]
    const answer = await socket.ask('subscribe', { streams })
    expect(answer.streams[2].error).to.include({ code: 'too_many_streams' })
    await socket.ask('unsubscribe', { streams: ['inbox:w1', 'never:opened'] })
    const again = await socket.ask('subscribe', { streams: [{ stream: `user:${pat.userId}` }] })
    expect(again.streams[0]).to.have.property('snapshot')
    await small.close()
  })

  it('is silent after unsubscribe', async () => {
    const [socket, witness] = [await hall.socket('staff:ana'), await hall.socket('staff:ben')]
    for (const one of [socket, witness]) await one.ask('subscribe', { streams: [{ stream: pat.stream }] })
    expect(await socket.ask('unsubscribe', { streams: [pat.stream] })).to.deep.equal({ ok: true })
    await pat.say('who hears this?')
    await until(() => types(witness.heard, 'event').length > 0)
    expect(types(socket.heard, 'event')).to.deep.equal([])
  })

  it('resumes from memory what this process has just sent', async () => {
    const socket = await hall.socket('staff:ana')
    const [opened] = (await socket.ask('subscribe', { streams: [{ stream: pat.stream }] })).streams
    await pat.say('one more')
    await floor.machine().at(conversation, pat.conversationId).assign({ assigneeId: 'ana' })
    await until(() => types(socket.heard, 'event').length === 2)
    const after = floor.log.after
    floor.log.after = () => Promise.reject(new Error('the log was asked'))
    try {
      const again = await (
        await hall.socket('staff:ben')
      ).ask('subscribe', { streams: [{ stream: pat.stream, since: opened.seq }] })
      expect(again.streams[0].events.map(({ type }: any) => type)).to.deep.equal([
        'message.created',
        'conversation.changed',
      ])
    } finally {
      floor.log.after = after
    }
  })

  it('asks the log where its memory does not reach back', async () => {
    const small = await floor.gateway({ limits: { recentEvents: 2 } })
    const socket = await small.socket('staff:ana')
    const [opened] = (await socket.ask('subscribe', { streams: [{ stream: pat.stream }] })).streams
    for (const text of ['a', 'b', 'c', 'd']) await pat.say(text)
    const other = await small.socket('staff:ben')
    for (const missed of [4, 3, 2, 1, 0]) {
      const since = opened.seq + 4 - missed
      const [resumed] = (await other.ask('subscribe', { streams: [{ stream: pat.stream, since }] })).streams
      const seqs = Array.from({ length: missed }, (_, index) => since + 1 + index)
      expect(resumed.events.map(({ seq }: any) => seq)).to.deep.equal(seqs)
      expect(resumed.seq).to.equal(opened.seq + 4)
    }
    await small.close()
  })

  it('asks it once for all who come back at the same time, and sends a snapshot where events would be too much', async () => {
    const small = await floor.gateway({ limits: { recentEvents: 2 } })
    const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => small.socket(`staff:s${n}`)))
    const seq = await floor.log.head('w1', pat.stream)
    for (const text of ['a', 'b', 'c', 'd', 'e']) await pat.say(text)
    const { after } = floor.log
    let reads = 0
    floor.log.after = (...asked) => {
      reads++
      return after.apply(floor.log, asked)
    }
    const resume = (since: number) => (socket: (typeof sockets)[number], n: number) =>
      socket.ask('subscribe', { streams: [{ stream: pat.stream, since: since + (n % 3) }] })
    const answers = await Promise.all(sockets.map(resume(seq)))
    expect(answers.map(({ streams }) => streams[0].events.length)).to.deep.equal(sockets.map((_, n) => 5 - (n % 3)))
    expect(reads, 'of 20 who ask').to.be.lessThan(8)
    floor.log.after = after

    const note = '文'.repeat(4_000)
    for (let n = 0; n < 100; n++) await floor.machine().at(conversation, pat.conversationId).note({ text: note })
    const [heavy] = (await resume(seq)(sockets[0]!, 0)).streams
    expect(heavy.snapshot.messages).to.have.length(50)
    const [light] = (await resume(heavy.seq - 50)(sockets[0]!, 0)).streams
    expect(light.events).to.have.length(50)
    await small.close()
  })

  it('tells a fault of ours to nobody but us', async () => {
    const after = floor.log.after
    floor.log.after = () => Promise.reject(new Error('secret detail'))
    const before = floor.errors.length
    try {
      const { retryAfterMs, ...told } = await refusal('staff:ana', 'channel:chn_1', 7)
      // The store may be back in a moment: nobody has to give up what they look at.
      expect(told).to.deep.equal({ code: 'internal', title: 'Something went wrong on our side.', retryable: true })
      expect(retryAfterMs).to.be.within(1_000, 5_000)
    } finally {
      floor.log.after = after
    }
    expect(floor.errors.slice(before).map(String)).to.deep.equal(['Error: secret detail'])
    floor.errors.length = before
  })
})
