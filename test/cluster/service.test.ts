import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { createOwnApi } from '../../client/own.ts'
import { says } from '../harness/door.ts'
import { outside } from '../harness/outside.ts'
import { Contest } from '../realtime/accepts.ts'
import { until } from '../harness/until.ts'
import { caughtUp } from '../harness/verify-stream.ts'
import { type Node, Service } from './service.ts'

interface Shown {
  seq(): unknown
  state(): unknown
}

describe('two processes are one service', function () {
  let service: Service
  let one: Node
  let other: Node
  let token: string
  let contest: Contest
  let inboxOf: `inbox:${string}`
  const zoe = { waId: '491705551001', name: 'Zoe' }
  let said = 0
  before(async () => {
    service = await Service.open()
    // On one machine, and both at once, as after a power cut: one makes keys and demo, the other waits for it.
    const directory = mkdtempSync(join(tmpdir(), 'clc-'))
    ;[one, other] = await Promise.all([service.start({}, directory), service.start({}, directory)])
    token = await service.token(one)
    inboxOf = `inbox:${(await service.api(one, token).me()).workspace.id}`
  })
  after(() => service.close())

  const tell = async (at: Node, text: string, from = zoe) => {
    const door = await service.door(at)
    expect((await door.post(door.messages(from, says(`wamid.cluster.${++said}`, text)))).status).to.equal(200)
  }
  const lineOf = (inbox: any, name: string) =>
    inbox.state()?.lines.find(({ conversation }: any) => conversation.name === name)
  const screen = async (at: Node, as = token) => {
    const client = service.client(at, as)
    const inbox = client.open(inboxOf)
    await inbox.ready()
    return { client, inbox }
  }
  /** Opens the conversation of this person, once the inbox shows it. */
  const talk = async ({ client, inbox }: Awaited<ReturnType<typeof screen>>, name = 'Zoe') => {
    const { conversationId } = await until(() => lineOf(inbox, name))
    const handle = client.open(`conversation:${conversationId}`)
    await handle.ready()
    const texts = () => (handle.state() as any).messages.map(({ content }: any) => content.text)
    return { handle, conversationId: conversationId as string, texts }
  }

  const alike = async (left: Shown, right: Shown) => {
    await until(() => left.seq() === right.seq() && isDeepStrictEqual(left.state(), right.state()))
  }

  it('a message that comes in at one is seen on a screen at the other, and answered from there', async () => {
    const [here, there] = [await screen(one), await screen(other)]
    await tell(one, 'hello from outside')
    const [left, right] = [await talk(here), await talk(there)]
    expect(right.texts()).to.include('hello from outside')
    const { conversationId } = right
    await there.client.command('message.send', { conversationId, content: { kind: 'text', text: 'hello back' } })
    await until(() => left.texts().includes('hello back') && right.texts().includes('hello back'))
    await until(() => lineOf(here.inbox, 'Zoe')?.last.text === 'hello back')
    // What became of the answer (sent, delivered) still comes.
    await alike(left.handle, right.handle)
  })

  it('what the staff see of one another is the same on both', async () => {
    const [here, there] = [await screen(one), await screen(other, await service.token(other, 'staff'))]
    const [left, right] = [await talk(here), await talk(there)]
    here.client.viewing(left.conversationId)
    here.client.typing(left.conversationId, true)
    await until(() => right.handle.signals().typing.length === 1 && right.handle.signals().viewers.length === 1)
    here.client.close()
    await until(() => right.handle.signals().typing.length === 0 && right.handle.signals().viewers.length === 0)
  })

  it('a sign-in that ends at one is cut at the other at once, and its token is refused', async function () {
    this.retries(3) // Sooner than the other would have looked by itself, every four seconds: others use this machine, too.
    const { out } = await one.place.run(['demo', '--json'])
    const { email, password } = JSON.parse(out).logins.find(({ role }: any) => role === 'staff')
    const { body: session } = await one.place.json('/api/v1/auth/login', { body: { email, password } })
    const { client } = await screen(other, session.accessToken)
    const started = Date.now()
    await one.place.json('/api/v1/auth/logout', { body: { refreshToken: session.refreshToken } }).catch(() => undefined)
    await until(() => client.status().isEnded)
    expect(Date.now() - started).to.be.lessThan(3_500)
    expect(client.status().error).to.include({ code: 'session_revoked' })
    const { status } = await other.place.json('/api/v1/auth/me', { token: session.accessToken })
    expect(status).to.equal(401)
  })

  it('there is one phone, wherever one asks for it', async () => {
    const mine = JSON.parse((await one.place.run(['demo', '--json'])).out)
    expect(mine.people).to.have.length.greaterThan(12)
    const headers = { 'x-phone-key': mine.simulators.whatsapp.phoneKey }
    const { waId, name } = mine.people[0]
    const body = { waId, channelId: mine.channels[0].id, act: { kind: 'text', text: 'from my phone' } }
    const { client, inbox } = await screen(one)
    for (const { place } of [one, other]) {
      const sent = await place.json('/simulator/whatsapp/phone/messages', { body, headers })
      expect(sent.status).to.equal(201)
    }
    const { texts, conversationId } = await talk({ client, inbox }, name)
    await until(() => texts().filter((text: string) => text === 'from my phone').length === 2)
    await client.command('message.send', { conversationId, content: { kind: 'text', text: 'to your phone' } })
    await until(async () => {
      const { body: phone } = await other.place.json('/simulator/whatsapp/phone', { headers })
      return JSON.stringify(phone.people.find((one: any) => one.waId === waId)).includes('to your phone')
    })
  })

  it('a stranger’s first messages, at once at both and by WhatsApp, SMS and the app, are one conversation', async () => {
    const staff = service.api(one, token)
    const number = '+15005550177'
    await staff.connections.connect({ kind: 'sms', provider: 'twilio', name: 'Texts', from: number, simulate: true })
    const { simulators } = JSON.parse((await one.place.run(['demo', '--json'])).out)
    const headers = { authorization: `Bearer ${simulators.whatsapp.phoneKey}` }
    const kim = { waId: '4915155501777', name: 'Kim' }
    const phone = `+${kim.waId}`
    const texts = (at: Node, body?: object) =>
      at.place.json('/simulator/texts' + (body ? '/messages' : ''), { headers, body })
    const bySms = (at: Node, text: string) => texts(at, { from: phone, to: number, text })
    await Promise.all([
      tell(one, 'first by WhatsApp', kim),
      bySms(other, 'first by SMS'),
      tell(other, 'second by WhatsApp', kim),
      bySms(one, 'second by SMS'),
    ])
    const threads = async () => {
      const { items } = await staff.conversations.list({ limit: 100 })
      return items.filter(({ conversation }) => conversation.contact === phone)
    }
    const said = async () => {
      const [thread] = await threads()
      const { items } = thread ? await staff.conversations.messages(thread.conversationId) : { items: [] }
      return items.map(({ content }) => ('text' in content ? content.text : ''))
    }
    await until(async () => (await said()).length === 4)
    expect(await threads()).to.have.length(1)

    const known = { workspace: 'demo', phone }
    const api = createOwnApi({ url: other.url })
    await createOwnApi({ url: one.url }).askCode(known)
    const code = await until(async () => {
      const { body } = await texts(other)
      return /\d{6}/.exec(body.texts.find((text: any) => text.to === phone)?.text ?? '')?.[0]
    })
    const { accessToken, conversationId } = await api.signIn({ ...known, code })
    const app = service.client(other, accessToken)
    const own = app.stream('conversation.own', conversationId)
    await own.ready()
    await Promise.all([
      app.command('own_message.send', { content: { kind: 'text', text: 'by the app' } }),
      bySms(one, 'third by SMS'),
      tell(one, 'third by WhatsApp', kim),
    ])
    await until(() => own.state()?.messages.length === 7)
    expect(await threads()).to.have.length(1)
    const mine = own.state()?.messages.map(({ content }) => ('text' in content ? content.text : ''))
    expect(await said()).to.deep.equal(mine)
  })

  it('a change of a channel is known to the other at once', async () => {
    const { body } = await one.place.json('/api/v1/integrations', { token })
    const [{ id }] = body.items
    const door = await service.door(other)
    await door.post(door.messages(zoe, says(`wamid.cluster.${++said}`, 'before')))
    const change = {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }
    const patch = (at: Node, status: string) =>
      fetch(`${at.url}/api/v1/integrations/${id}`, { ...change, body: JSON.stringify({ status }) })
    expect((await patch(one, 'disabled')).status).to.equal(200)
    const after = async () => (await door.post(door.messages(zoe, says(`wamid.cluster.${++said}`, 'after')))).status
    await until(async () => (await after()) !== 200)
    expect((await patch(one, 'active')).status).to.equal(200)
    await until(async () => (await after()) === 200)
  })

  it('whoever asks for the metrics gets those of both', async () => {
    const text = await (await fetch(`${other.url}/metrics`)).text()
    const processes = new Set(
      [...text.matchAll(/^careline_sockets\{process="([^"]+)"\} \d+$/gm)].map(([, name]) => name),
    )
    expect(processes.size).to.equal(2)
    expect(text.match(/^# TYPE careline_sockets /gm), 'each is described once').to.have.length(1)
    const shards = [...text.matchAll(/^careline_shards_owned\{[^}]*\} (\d+)$/gm)].map(([, n]) => Number(n))
    expect(shards.reduce((sum, n) => sum + n, 0)).to.equal(1_024)
  })

  it('one of schedules takes no requests, owns no actor, and ends when it is asked', async () => {
    const jobs = one.place.begin(['start'], { CARELINE_ROLE: 'jobs' })
    await jobs.prints(/runs its schedules/)
    await until(async () => {
      const text = await (await fetch(`${one.url}/metrics`)).text()
      const owned = [...text.matchAll(/^careline_shards_owned\{[^}]*\} (\d+)$/gm)].map(([, n]) => Number(n))
      return owned.length === 3 && owned.filter((n) => n === 0).length === 1
    })
    jobs.process.kill('SIGINT')
    expect((await jobs.ended).code).to.equal(0)
    const { code, err } = await one.place.run(['start'], { CARELINE_ROLE: 'jobs', REDIS_URL: '' })
    expect(code).to.equal(1)
    expect(err).to.match(/CARELINE_ROLE.*REDIS_URL/)
  })

  it('a second server with the embedded store is told how several are run', async function () {
    const directory = service.storeDirectory
    if (directory === undefined) return this.skip() // The store of this run is another one.
    const alone = { MONGODB_URI: '', REDIS_URL: '', CARELINE_DATA: directory, PORT: '0' }
    const { code, err } = await one.place.run(['start'], alone)
    expect(code).to.equal(1)
    expect(err)
      .to.match(/careline store/)
      .and.match(/REDIS_URL/)
  })

  it('of a hundred who take one conversation at once, one has it, and all are told who', async () => {
    contest = await Contest.over(service, [other, one], 100)
    const { winners, holders } = await contest.round()
    expect(winners).to.have.length(1)
    expect(holders).to.deep.equal(winners)
  })

  it('Redis comes back empty under live screens, and nothing is missing', async () => {
    const [here, there] = [await screen(one), await screen(other)]
    const [left, right] = [await talk(here), await talk(there)]
    await service.redis.restart()
    await until(async () => {
      const door = await service.door(one)
      return (await door.post(door.messages(zoe, says('wamid.after.redis', 'Redis was away')))).status === 200
    })
    await until(() => left.texts().includes('Redis was away') && right.texts().includes('Redis was away'))
    await alike(left.handle, right.handle)
  })

  it('one is killed under a live screen of the other: it ends as a fresh one', async () => {
    const there = await screen(other)
    const right = await talk(there)
    const away = await screen(one)
    const hook = await outside((path, body) => other.place.json(`/api/v1${path}`, { body, token }))
    const answered: string[] = []
    const door = await service.door(other)
    let isOver = false
    const writing = (async () => {
      while (!isOver) {
        const text = `during ${++said}`
        const posted = await door.post(door.messages(zoe, says(`wamid.kill.${said}`, text))).catch(() => undefined)
        if (posted?.status === 200) answered.push(text)
        await new Promise((later) => setTimeout(later, 10))
      }
    })()
    await until(() => answered.length > 20)
    const { winners, holders } = await contest.round(one)
    expect(winners).to.have.length(1)
    expect(holders).to.deep.equal(winners)
    const killed = answered.length
    await until(() => answered.length > killed + 50)
    isOver = true
    await writing
    away.client.close()
    // What a crash left is taken up by a sweep within some seconds.
    await until(() => answered.every((text) => right.texts().includes(text)))
    expect(new Set(right.texts()).size, 'each once').to.equal(right.texts().length)
    // Whichever of them had the endpoint: it hears of all, in order.
    await until(() => answered.every((text) => hook.texts().includes(text)))
    hook.expectInOrder()
    await hook.close()
    const fresh = await screen(other)
    const newcomer = await talk(fresh)
    await caughtUp(there.client)
    expect(right.texts().slice(-50)).to.deep.equal(newcomer.texts().slice(-50))
    expect(right.handle.seq()).to.equal(newcomer.handle.seq())

    // It answers on the control socket of the machine now, and has the phone.
    expect((await other.place.run(['token'])).code).to.equal(0)
    let told = await other.place.run(['demo', '--json'])
    await until(async () => told.code === 0 || (told = await other.place.run(['demo', '--json'])).code === 0)
    const demo = JSON.parse(told.out)
    const headers = { 'x-phone-key': demo.simulators.whatsapp.phoneKey }
    await until(async () => {
      const { status } = await other.place.json('/simulator/whatsapp/phone', { headers })
      return status === 200
    })
  })
})
