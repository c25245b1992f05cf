import { expect } from 'chai'
import { channel } from '../../actors/channel/contract.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { user } from '../../actors/user/contract.ts'
import { here, type Platform, type SocketLike } from '../../client/platform.ts'
import { caughtUp, reached, verifyStream } from '../harness/verify-stream.ts'
import { type Floor, type Hall, openFloor } from '../realtime/floor.ts'

describe('client: resume', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
  })
  beforeEach(async () => {
    hall = await floor.gateway()
  })
  afterEach(() => hall.close())
  after(() => floor.close())

  const stage = () => ({ client: hall.client, settled: floor.settled })

  it('ends the same on a conversation', async () => {
    const pat = await floor.person('Pat')
    await pat.say('hello')
    const thread = () => floor.machine().at(conversation, pat.conversationId)
    await verifyStream(stage(), {
      token: 'staff:ana',
      stream: pat.stream,
      async before() {
        await thread().send({ content: { kind: 'text', text: 'what is it?' } })
        await pat.say('my tooth')
      },
      async meanwhile() {
        const last = await pat.say('are you there?')
        await thread().react({ messageId: last, emoji: '👍' })
        await thread().send({ content: { kind: 'text', text: 'yes' } })
        await thread().note({ text: 'a regular' })
        await thread().edit({ messageId: last, content: { kind: 'text', text: 'are you here?' }, at: Date.now() })
        await thread().withdraw({ messageId: last, at: Date.now() })
        await thread().assign({ assigneeId: 'ana' })
        await thread().setStatus({ status: 'resolved' })
      },
    })
  })

  it('ends the same on the inbox', async () => {
    const [una, bob] = [await floor.person('Una'), await floor.person('Bob')]
    await una.say('hello')
    await verifyStream(stage(), {
      token: 'staff:ana',
      stream: 'inbox:w1',
      async before() {
        await bob.say('good morning')
        await una.say('anybody?')
      },
      async meanwhile() {
        await bob.say('hm')
        await floor.machine().at(conversation, una.conversationId).setStatus({ status: 'resolved' })
        await floor
          .machine()
          .at(conversation, bob.conversationId)
          .send({ content: { kind: 'text', text: 'hello' } })
      },
    })
  })

  it('ends the same on a person, as staff see them and as they see themselves', async () => {
    const eve = await floor.person('Eve')
    for (const [token, stream, locale] of [
      ['staff:ana', `user:${eve.userId}`, 'de'],
      [`person:${eve.userId}`, `user.me:${eve.userId}`, 'fr'],
    ] as const)
      await verifyStream(stage(), {
        token,
        stream,
        before: () =>
          floor
            .machine()
            .at(user, eve.userId)
            .update({ name: `Eve for ${stream}` }),
        meanwhile: () => floor.machine().at(user, eve.userId).update({ locale, timezone: 'Europe/Berlin' }),
      })
  })

  it('ends the same however often a line is cut while people go on writing', async () => {
    const kim = await floor.person('Kim')
    await kim.say('0')
    const [calm, unlucky] = [hall.client('staff:ana'), hall.client('staff:ben')]
    const [steady, cut] = [calm.open(kim.stream), unlucky.open(kim.stream)]
    await Promise.all([steady.ready(), cut.ready()])
    const seqs: number[] = []
    cut.subscribe(({ event }) => void (event && seqs.push(event.seq)))
    for (let n = 1; n <= 90; n++) {
      if (n % 3 === 0) unlucky.cut()
      await Promise.all([kim.say(`${n}`), n % 7 === 0 && caughtUp(unlucky)])
    }
    const head = await floor.log.head('w1', kim.stream)
    await Promise.all([reached(steady, head), reached(cut, head)])

    expect(cut.state()).to.deep.equal(steady.state())
    expect(steady.state()?.messages.map(({ n }) => n)).to.deep.equal(
      Array.from({ length: 91 }, (_, index) => index + 1),
    )
    expect(seqs).to.deep.equal([...new Set(seqs)].sort((a, b) => a - b))
  })

  it('asks for what is missing when it sees a hole', async () => {
    const lea = await floor.person('Lea')
    await lea.say('one')
    let lost = 0
    // The packet of one event is lost on the way; the next one shows the hole.
    const lossy: Platform['socket'] = (url, settings) => {
      const socket: SocketLike = here.socket(url, settings)
      const on = socket.on.bind(socket)
      return Object.assign(socket, {
        on: (name: string, heard: (message: any) => void) =>
          on(name, (message: any) => {
            if (name !== 'event' || message.type !== 'message.created' || lost++ > 0) heard(message)
          }),
      })
    }
    const client = hall.client('staff:ana', { platform: { socket: lossy } })
    const handle = client.open(lea.stream)
    await handle.ready()
    await lea.say('two')
    await lea.say('three')
    await reached(handle, await floor.log.head('w1', lea.stream))
    expect(lost).to.be.greaterThan(0)
    expect(handle.state()?.messages.map(({ content }) => 'text' in content && content.text)).to.deep.equal([
      'one',
      'two',
      'three',
    ])
  })

  it('takes a snapshot where the log does not reach back', async () => {
    const max = await floor.person('Max')
    await max.say('one')
    const client = hall.client('staff:ana')
    const handle = client.open(max.stream)
    await handle.ready()
    client.cut()
    const after = floor.log.after.bind(floor.log)
    floor.log.after = async () => undefined
    try {
      // So many that the gateway's own memory does not reach back either.
      for (let n = 0; n < 140; n++) await max.say(`${n}`)
      await caughtUp(client)
      await reached(handle, await floor.log.head('w1', max.stream))
    } finally {
      floor.log.after = after
    }
    const newcomer = hall.client('staff:ben').open(max.stream)
    expect((await newcomer.ready()).messages).to.deep.equal(handle.state()?.messages.slice(-50))
  })

  it('notices a line that takes but does not answer, and makes another one', async () => {
    const ivy = await floor.person('Ivy')
    await ivy.say('one')
    const client = hall.client('staff:ana', { timing: { ackMs: 1_000, backoffMinMs: 10, backoffMaxMs: 20 } })
    const handle = client.open(ivy.stream)
    await handle.ready()
    const [server] = hall.gateway.io.of('/').sockets.values()
    server?.conn.removeAllListeners('data') // From now on the server hears nothing of this one.
    const sent = client.command('message.send', {
      conversationId: ivy.conversationId,
      content: { kind: 'text', text: 'hi' },
    })
    expect(await sent).to.include({ n: 2 })
    expect(hall.gateway.counts().sockets).to.be.lessThan(3)
  })

  it('shares one stream among all who open it, and leaves with the last', async () => {
    const joe = await floor.person('Joe')
    await joe.say('one')
    const client = hall.client('staff:ana')
    const [first, second] = [client.open(joe.stream), client.open(joe.stream)]
    await first.ready()
    expect(second.state()).to.equal(first.state())
    first.close()
    await joe.say('two')
    await reached(second, await floor.log.head('w1', joe.stream))
    second.close()
    await client.command('note.add', { conversationId: joe.conversationId, text: 'to wait for an answer' })
    expect(hall.gateway.counts()).to.include({ sockets: 1, subscriptions: 0 })
    const again = client.open(joe.stream)
    expect((await again.ready()).messages).to.have.length(3)
  })

  it('hears of a channel', async () => {
    await floor.person('Zoe')
    const handle = hall.client('staff:ana').open('channel:chn_1')
    expect(await handle.ready()).to.include({ state: 'up', retryAt: null })
    expect(await floor.machine().at(channel, 'chn_1').view()).to.include({ state: 'up' })
  })
})
