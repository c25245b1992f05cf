import { expect } from 'chai'
import { App, type Business } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

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

  async function ask(method: string, path: string, body?: object) {
    const answer = await fetch(`${app.url}/api/v1/integrations/${clinic.channel.id}${path}`, {
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
