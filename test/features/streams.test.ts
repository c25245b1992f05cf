import { expect } from 'chai'
import { connect, type StreamName } from '../../client/connect.ts'
import { actors } from '../../actors/index.ts'
import { principal } from '../../actors/runtime/system.ts'
import { user } from '../../actors/user/contract.ts'
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

  it('conversation: put off, promised, planned, drafted, silenced, rated', async () => {
    const { api, person, conversationId, token } = await scene()
    const { http } = api
    await http.post('/sla-policies', { name: 'All', resolutionMinutes: 60, calendar: 'always' })
    const to = `/conversations/${conversationId}`
    await verifyStream(stage(), {
      token,
      stream: `conversation:${conversationId}`,
      before: () => http.put(`${to}/priority`, { priority: 'high' }),
      async meanwhile() {
        await http.post(`${to}/tags`, { add: ['vip'] })
        person.sends('And?')
        await app.settled()
        const sendAt = new Date(Date.now() + 3_600_000).toISOString()
        const text = { content: { kind: 'text', text: 'Later' }, sendAt }
        const { messageId } = await http.post<{ messageId: string }>(`${to}/scheduled`, text)
        await http.post(`${to}/scheduled`, text)
        await http.patch(`/messages/${messageId}`, { content: { kind: 'text', text: 'Sooner' } })
        await http.delete(`/messages/${messageId}`)
        await http.put(`${to}/ai-mode`, { aiMode: 'draft' })
        await http.post(`${to}/proposals`, { text: 'A draft', sawRev: 0 })
        await http.post(`${to}/automation/pause`, { hours: 1 })
        await http.post(`${to}/csat`)
        const choices = [{ id: 'yes', title: 'Yes' }]
        await http.post(`${to}/questions`, {
          for: { kind: 'test', ref: 'q' },
          text: 'Well?',
          choices,
          expiresAt: sendAt,
        })
        await app.settled()
        await http.post(`${to}/snooze`, { until: sendAt })
        await http.put(`${to}/status`, { status: 'resolved', reason: 'Done' })
      },
    })
  })

  it('attention: mentions, seen', async () => {
    const { api, conversationId } = await scene()
    const ben = await app.business.member(`Ben${Date.now()}`)
    const his = await app.business.as(ben.name)
    const { http } = api
    const mention = () => http.post(`/conversations/${conversationId}/notes`, { text: 'Look', mentions: [ben.id] })
    await verifyStream(stage(), {
      token: await his.token(),
      stream: `attention:${ben.id}`,
      before: mention,
      async meanwhile() {
        await mention()
        await app.settled()
        await his.http.post('/me/attention/look', { conversationId })
        await mention()
      },
    })
    const { unseen } = await his.http.get<{ unseen: number }>('/me/attention')
    expect(unseen).to.equal(1)
    const stranger = { text: 'Look', mentions: ['mem_nobody'] }
    const refused = await http.post(`/conversations/${conversationId}/notes`, stranger).catch(({ code }) => code)
    expect(refused).to.equal('unknown_member')
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

  it('user.timeline: what happened to them besides', async () => {
    const { userId, api, token } = await scene()
    await verifyStream(stage(), {
      token,
      stream: `user.timeline:${userId}`,
      before: () => api.users.update(userId, { stage: 'customer' }),
      async meanwhile() {
        await api.http.post(`/users/${userId}/tags`, { add: ['vip'] })
        await api.users.update(userId, { name: 'Ada' })
      },
    })
  })

  it('conversation: two threads become one, and two again', async () => {
    const [one, other] = [await scene(), await scene()]
    const { http } = one.api
    await verifyStream(stage(), {
      token: one.token,
      stream: `conversation:${one.conversationId}`,
      before: () => one.say('first'),
      async meanwhile() {
        const two = { winnerId: one.userId, loserId: other.userId }
        const { mergeId } = await http.post<{ mergeId: string }>('/users/merge', two)
        await app.settled()
        other.person.sends('Here now')
        await app.settled()
        await http.post(`/users/merge/${mergeId}/undo`)
      },
    })
  })

  it('conversation.own: what somebody sees of it in the app', async () => {
    const { userId, api, person, conversationId, say } = await scene()
    await api.connections.connect({ kind: 'app', provider: 'app', name: 'App' })
    // As their first sign-in does it.
    const inside = app.careline.system.workspace(app.business.workspace.id, principal('system', 'test'))
    const given = { claim: `test/${userId}`, name: '', timezone: null }
    await inside.at(user, userId).meet({ ...given, identity: { kind: 'app', value: userId } })
    await app.settled()
    await verifyStream(stage(), {
      token: await app.business.appOf(userId),
      stream: `conversation.own:${conversationId}`,
      before: () => say('first'),
      async meanwhile() {
        const { id } = person.sends('tpyo')
        person.sends({ kind: 'edit', to: id, text: 'typo' })
        await app.settled()
        await api.conversations.read(conversationId, 1_000)
        await api.conversations.note(conversationId, 'not for them')
        await say('second')
        await app.settled()
        person.opens()
      },
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

  it('roster: who is there, who has how much, what waits', async () => {
    const { api, token, conversationId } = await scene()
    const member = await api.members.list()
    await verifyStream(stage(), {
      token,
      stream: `roster:${app.business.workspace.id}`,
      before: () => api.conversations.assign(conversationId, member.items[0]?.id ?? null),
      async meanwhile() {
        app.business.person().sends('who has me?')
        await app.settled()
        await api.conversations.assign(conversationId, null)
      },
    })
  })

  it('are all there, and none is another workspace’s to read', async () => {
    const { conversationId, userId } = await scene()
    const other = await app.open(`other${Date.now()}`)
    const stranger = await other.screen('owner')
    const names = [
      `conversation:${conversationId}`,
      `conversation.own:${conversationId}`,
      `inbox:${app.business.workspace.id}`,
      `user:${userId}`,
      `user.me:${userId}`,
      `user.timeline:${userId}`,
      `channel:${app.business.channel.id}`,
      `roster:${app.business.workspace.id}`,
      `attention:${(await app.business.as('owner')).session()?.user.id ?? ''}`,
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
