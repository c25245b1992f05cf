import { expect } from 'chai'
import { App, type Business } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { channelDays } from '../../store/queries/channel-days.ts'
import { knownChannels } from '../../store/settings/channels.ts'

describe('channels that people connect', () => {
  let app: App
  let clinic: Business
  let token: string
  before(async () => {
    app = await new App().start()
    clinic = await app.open('clinic')
    const { id } = clinic.members['owner'] ?? { id: '' }
    token = (await app.careline.auth.openFor(clinic.workspace.id, id)).accessToken
  })
  after(() => app.stop())

  async function ask(method: string, path: string, body?: object, of = 'integrations') {
    const answer = await fetch(`${app.url}/api/v1/${of}/${clinic.channel.id}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }

  it('are tested: whether the provider knows us, and whether it takes a message', async () => {
    const lena = clinic.person('Lena')
    const known = await ask('POST', '/test', {})
    expect(known.body).to.deep.include({ isRight: true, name: 'clinic', why: null, message: null })
    expect(known.body.phoneNumber).to.match(/^\+1555/)
    // Nobody may be written to who has not written in the last day.
    const early = (await ask('POST', '/test', { to: lena.waId })).body
    expect(early).to.deep.include({ isRight: true, message: 'refused', code: 'window_closed' })
    lena.sends('Hello')
    await app.settled()
    expect((await ask('POST', '/test', { to: lena.waId })).body).to.deep.include({ message: 'accepted', why: null })
    const [last] = lena.chat().messages.slice(-1)
    expect(last?.content).to.deep.equal({ kind: 'text', text: 'This is a test of “WhatsApp”.' })
    await app.settled()
    expect(
      app.logged.filter((line) => /"level":"error"/.test(line)),
      'its ticks disturb nobody',
    ).to.deep.equal([])
  })

  it('say in words what is wrong', async () => {
    const { channels } = app.careline
    const good = clinic.channel.secrets['token'] ?? ''
    await channels.change(clinic.workspace.id, clinic.channel.id, { secrets: { token: 'EAAG-stale' } })
    const { body } = await ask('POST', '/test', {})
    expect(body).to.deep.include({ isRight: false, code: 'token_expired', phoneNumber: null })
    expect(body.why).to.match(/access token/)
    await channels.change(clinic.workspace.id, clinic.channel.id, { secrets: { token: good }, status: 'disabled' })
    expect((await ask('POST', '/test', {})).body.code).to.equal('channel_disabled')
    await channels.change(clinic.workspace.id, clinic.channel.id, { status: 'active' })
  })

  it('say what went by them: what came, went, arrived, failed, and was held back', async () => {
    const mia = clinic.person('Mia')
    mia.closes()
    mia.sends('Hello')
    mia.sends('Anybody there?')
    await app.settled()
    const api = await clinic.as('owner')
    const { items } = await api.conversations.list()
    const { conversationId = '' } = items.find(({ conversation }) => conversation.name === 'Mia') ?? {}
    const stats = async () => (await ask('GET', '/stats?days=2', undefined, 'channels')).body
    const before = (await stats()).total
    const say = (content: object) => api.conversations.send(conversationId, { content } as never)
    const one = await say({ kind: 'text', text: 'Yes' })
    await app.settled()
    mia.opens()
    await app.settled()
    const template = { kind: 'template', name: 'no_such_template', language: 'en', parameters: [] }
    await (await clinic.as('owner')).http.post('/message-templates/sync', {})
    const code = await say(template).catch((error: { code: string }) => error.code)
    expect(code).to.equal('template_unknown')
    app.simulator.setFaults(app.simulator.channel({ channelId: clinic.channel.id }), {
      refuse: { code: 131026, times: 1 },
    })
    await say({ kind: 'location', latitude: 1, longitude: 1 })
    const { total, days } = await until(async () => {
      const found = await stats()
      return found.total.failed > before.failed && found.total.read > before.read && found
    })
    expect(days).to.have.length(2)
    expect(total).to.include({ received: before.received, sent: before.sent + 2, failed: before.failed + 1 })
    expect(total.failures).to.deep.include({ name: 'undeliverable', count: 1 })
    expect(total.heldBack).to.deep.include({ name: 'template', count: 1 })
    expect(total.kinds).to.deep.include({ name: 'location', count: 1 })
    expect(total.medianReachMs).to.be.a('number')

    const { store } = app.careline.storage
    const row = await store.of(clinic.workspace.id).one('messages', { _id: one.messageId })
    const ref = await api.http.get<object>(`/message-refs/${encodeURIComponent(String(row?.['providerId']))}`)
    expect(ref).to.include({ messageId: one.messageId, conversationId, channelId: clinic.channel.id, status: 'read' })
  })

  it('count a day once when it is over', async () => {
    const { store } = app.careline.storage
    const { id: workspaceId } = clinic.workspace
    const channelId = 'ch_old'
    const [from, now] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 20)]
    const asked = { channelId, days: [{ day: '2026-01-05', from, to: from + 86_400_000 }], now }
    const write = (n: number) => {
      const said = { n, direction: 'in', status: 'received', content: { kind: 'text' }, at: new Date(from + n) }
      return store.of(workspaceId).insert('messages', { _id: `old_${String(n)}`, channelId, ...said })
    }
    await write(1)
    const soon = { ...asked, now: from + 86_400_000 }
    expect((await channelDays(store, workspaceId, soon))[0]).to.include({ received: 1, sent: 0, medianReachMs: null })
    await write(2)
    expect((await channelDays(store, workspaceId, asked))[0]).to.include({ received: 2 })
    await write(3)
    expect((await channelDays(store, workspaceId, asked))[0], 'kept').to.include({ received: 2 })
    expect((await channelDays(store, 'wks_other', asked))[0]).to.include({ received: 0 })
  })

  it('have a pace, and one of a kind is the one that writes first', async () => {
    const of = (body?: object) => ask(body ? 'PUT' : 'GET', '/options', body, 'channels')
    expect((await of()).body).to.include({ isDefault: false, perSecond: null, pairSeconds: 0 })
    const change = { isDefault: true, perSecond: 5, pairSeconds: 1.5 }
    expect((await of(change)).body).to.include(change)
    const { http } = await clinic.as('owner')
    const { state } = await http.get<any>(`/admin/actors/channel/${clinic.channel.id}`)
    expect(state.limits).to.deep.equal({ perSecond: 5, burst: 5, pairMs: 1_500 })
    const { channels } = app.careline
    const made = { name: 'Second', simulate: true, baseUrl: '', fields: { phoneNumberId: '7' }, secrets: {} }
    await channels.create(clinic.workspace.id, { ...made, id: 'ch_second' })
    await http.json('PUT', '/channels/ch_second/options', { body: { ...change, perSecond: null, pairSeconds: 0 } })
    expect((await of()).body).to.include({ isDefault: false, perSecond: 5 })
    const [first] = await knownChannels(app.careline.storage.store, clinic.workspace.id)
    expect(first?.known.id).to.equal('ch_second')
    await channels.remove(clinic.workspace.id, 'ch_second')
  })

  it('keep when they worked and when they did not', async () => {
    const omar = clinic.person('Omar')
    omar.sends('Hello')
    await app.settled()
    const api = await clinic.as('owner')
    const [line] = (await api.conversations.list()).items
    const at = { channelId: clinic.channel.id }
    app.simulator.setFaults(app.simulator.channel(at), { refuse: { code: 131031, times: 1 } })
    await api.conversations.send(line?.conversationId ?? '', { content: { kind: 'text', text: 'Good morning' } })
    const [latest] = await until(async () => {
      const { items } = (await ask('GET', '/health/history')).body
      return items.some(({ state }: any) => state === 'down') && items
    })
    expect(latest).to.include.keys('at', 'state', 'reason', 'since', 'retryAt')
    expect(latest.reason).to.be.a('string')
  })
})
