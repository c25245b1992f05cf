import { expect } from 'chai'
import { channel } from '../../actors/channel/contract.ts'
import { user } from '../../actors/user/contract.ts'
import { connect } from '../../client/connect.ts'
import { type Business, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { caughtUp, status, verifyStream } from '../harness/verify-stream.ts'

// The same promises through the whole server: phone, webhook, actors, provider, sockets.
describe('client: the whole server', () => {
  const app = withApp()
  const timing = { backoffMinMs: 10, backoffMaxMs: 100, ackMs: 3_000 }

  async function stage(business: Business) {
    const api = await business.as('owner')
    const client = (token: Parameters<typeof connect>[0]['token']) => {
      const made = connect({ url: app.url, token, timing })
      app.clients.add(made)
      return made
    }
    const system = app.careline.system.workspace(business.workspace.id, { role: 'system', id: 'test', depth: 0 })
    const conversationOf = async (name: string) => {
      const { items } = await api.conversations.list({ status: 'open' })
      const line = items.find(({ conversation }) => conversation.name === name)
      if (!line) throw new Error(`nobody called ${name}`)
      return { id: line.conversationId, userId: line.conversation.userId }
    }
    return { api, client, system, conversationOf, token: await api.token(), settled: () => app.settled() }
  }

  it('ends the same on a conversation, with what the provider says in between', async () => {
    const { conversationOf, api, ...on } = await stage(app.business)
    const lena = app.business.person('Lena')
    lena.sends('Good morning')
    await app.settled()
    const { id } = await conversationOf('Lena')
    await verifyStream(on, {
      token: on.token,
      stream: `conversation:${id}`,
      async before() {
        await api.conversations.send(id, { content: { kind: 'text', text: 'Good morning, Lena' } })
        lena.sends('Is Friday free?')
      },
      async meanwhile() {
        lena.opens()
        lena.sends('Or Monday?')
        await app.settled()
        await api.conversations.send(id, { content: { kind: 'text', text: 'Monday at ten' } })
        await api.conversations.note(id, 'prefers mornings')
        await api.conversations.assign(id, app.business.members['owner']?.id ?? null)
        await app.settled()
        lena.opens()
      },
    })
  })

  it('ends the same on the inbox while people write all at once', async () => {
    const on = await stage(app.business)
    const people = ['Omar', 'Pia', 'Quin'].map((name) => app.business.person(name))
    await verifyStream(on, {
      token: on.token,
      stream: `inbox:${app.business.workspace.id}`,
      before: async () => people.forEach((one) => one.sends('Hello')),
      meanwhile: async () => people.forEach((one) => ['a', 'b', 'c'].forEach((text) => one.sends(text))),
    })
  })

  it('ends the same on a person and on a channel', async () => {
    const { system, conversationOf, ...on } = await stage(app.business)
    app.business.person('Rosa').sends('Hello')
    await app.settled()
    const { userId } = await conversationOf('Rosa')
    await verifyStream(on, {
      token: on.token,
      stream: `user:${userId}`,
      before: () => system.at(user, userId).update({ stage: 'engaged' }),
      meanwhile: () => system.at(user, userId).update({ name: 'Rosa L.', stage: 'customer' }),
    })
    const client = on.client(() => on.token)
    expect(await client.open(`channel:${app.business.channel.id}`).ready()).to.include({ state: 'up' })
    expect(await system.at(channel, app.business.channel.id).view()).to.include({ state: 'up' })
  })

  it('shows nothing of another business, whatever is asked for', async () => {
    const [here, there] = [await stage(app.business), await stage(await app.open('elsewhere'))]
    app.business.person('Sven').sends('Hello')
    await app.settled()
    const { id, userId } = await here.conversationOf('Sven')
    const client = there.client(() => there.token)
    for (const stream of [`conversation:${id}`, `user:${userId}`, `inbox:${app.business.workspace.id}`] as const) {
      const error: unknown = await client
        .open(stream)
        .ready()
        .catch((refused: unknown) => refused)
      expect(error, stream).to.include({ code: 'no_such_stream', retryable: false })
    }
    const content = { kind: 'text' as const, text: 'hi' }
    const sent = await client.command('message.send', { conversationId: id, content }).catch((error: unknown) => error)
    expect(sent).to.include({ code: 'conversation_missing' })
    expect(await here.api.conversations.get(id)).to.include({ messageCount: 1 })
  })

  it('ends a socket at once when its sign-in ends', async () => {
    const api = await app.business.as('ana')
    const client = connect({ url: app.url, token: api.token, timing })
    app.clients.add(client)
    await caughtUp(client)
    await api.logout()
    await status(client, ({ isEnded }) => isEnded)
    expect(client.status().error).to.include({ code: 'session_revoked' })
  })

  it('shows each side that the other one writes', async () => {
    const { client: open, token, conversationOf } = await stage(app.business)
    const tom = app.business.person('Tom')
    tom.sends('Hello')
    await app.settled()
    const { id } = await conversationOf('Tom')
    const client = open(() => token)
    const thread = client.open(`conversation:${id}`)
    await thread.ready()
    tom.types(true)
    await until(() => thread.signals().typing.some(({ role }) => role === 'person'))
    client.typing(id, true)
    await until(() => thread.signals().typing.length === 2)
    await app.settled()
    expect(tom.chat().typingUntil).to.be.greaterThan(Date.now())
  })
})
