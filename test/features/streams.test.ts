import { expect } from 'chai'
import { connect, type StreamName } from '../../client/connect.ts'
import { actors } from '../../actors/index.ts'
import { withApp } from '../harness/boot.ts'
import { verifyStream } from '../harness/verify-stream.ts'

describe('every stream: snapshot and events are one history', () => {
  const app = withApp()

  const stage = () => ({
    client(token: () => Promise<string> | string) {
      const client = connect({ url: app.url, token })
      app.clients.add(client)
      return client
    },
    settled: () => app.settled(),
  })

  async function scene() {
    const api = await app.business.as('owner')
    const person = app.business.person()
    person.sends('Hello')
    await app.settled()
    const { items } = await api.conversations.list({ limit: 100 })
    const line = items.find(({ conversation }) => conversation.contact === `+${person.waId}`)
    const { conversationId = '', conversation } = line ?? {}
    const say = (text: string) => api.conversations.send(conversationId, { content: { kind: 'text', text } })
    return { api, person, conversationId, userId: conversation?.userId ?? '', say, token: await api.token() }
  }

  it('conversation: words, notes, files, ticks, edits, withdrawals, reactions, assignment', async () => {
    const { api, person, conversationId, say, token } = await scene()
    const member = await api.members.list()
    await verifyStream(stage(), {
      token,
      stream: `conversation:${conversationId}`,
      async before() {
        await say('first')
        person.sends({ kind: 'image', sample: 'image' })
      },
      async meanwhile() {
        const { id } = person.sends('tpyo')
        person.sends({ kind: 'reaction', to: id, emoji: '❤️' })
        person.sends({ kind: 'edit', to: id, text: 'typo' })
        person.sends({ kind: 'delete', to: person.sends('never mind').id })
        await app.settled()
        await api.conversations.note(conversationId, 'allergic to penicillin')
        await say('second')
        await app.settled()
        person.opens()
        await api.conversations.assign(conversationId, member.items[0]?.id ?? null)
        await api.conversations.setStatus(conversationId, 'resolved')
        person.sends({ kind: 'voice', sample: 'voice' })
      },
    })
  })

  it('inbox: new people, answers, failures, counts', async () => {
    const { conversationId, say, token, api, person } = await scene()
    await verifyStream(stage(), {
      token,
      stream: `inbox:${app.business.workspace.id}`,
      before: () => say('hello'),
      async meanwhile() {
        for (let n = 0; n < 3; n++) app.business.person().sends(`new ${n}`)
        await app.settled()
        const where = app.simulator.channel({ channelId: app.business.channel.id })
        app.simulator.setFaults(where, { refuse: { code: 131026, times: 1 } })
        await say('this one fails')
        await app.settled()
        await api.conversations.note(conversationId, 'a note moves no list')
        person.sends('and again')
      },
    })
  })

  it('user: who they are', async () => {
    const { userId, api, token } = await scene()
    await verifyStream(stage(), {
      token,
      stream: `user:${userId}`,
      before: () => api.users.update(userId, { timezone: 'Africa/Casablanca' }),
      meanwhile: () => api.users.update(userId, { name: 'Leïla', stage: 'customer' }),
    })
  })

  it('channel: whether it works', async () => {
    const { say, token } = await scene()
    const where = app.simulator.channel({ channelId: app.business.channel.id })
    await verifyStream(stage(), {
      token,
      stream: `channel:${app.business.channel.id}`,
      before: () => say('works'),
      async meanwhile() {
        app.simulator.setFaults(where, { refuse: { code: 190, times: null } })
        await say('broken')
        await app.settled()
        app.simulator.clearFaults(where)
      },
    })
  })

  it('are all there, and none is another workspace’s to read', async () => {
    const { conversationId, userId } = await scene()
    const other = await app.open(`other${Date.now()}`)
    const stranger = await other.screen('owner')
    const names = [
      `conversation:${conversationId}`,
      `inbox:${app.business.workspace.id}`,
      `user:${userId}`,
      `user.me:${userId}`,
      `channel:${app.business.channel.id}`,
    ]
    const kinds = actors.flatMap(({ contract }) =>
      Object.keys(contract.streams).map((name) => (name === 'main' ? contract.kind : `${contract.kind}.${name}`)),
    )
    expect(new Set(names.map((name) => name.split(':')[0]))).to.deep.equal(new Set(kinds))
    for (const name of names) {
      const stream = stranger.open(name as StreamName)
      const answer = await stream.ready().then(
        (state) => state as object,
        (error: { code: string }) => error.code,
      )
      const known = [conversationId, userId, 'Person', 'Hello'].some((word) => JSON.stringify(answer).includes(word))
      expect(known, `${name}: ${JSON.stringify(answer)}`).to.equal(false)
    }
  })
})
