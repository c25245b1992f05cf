import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import type { Client } from '../../client/connect.ts'
import type { Somebody } from '../../providers/whatsapp/simulator/simulator.ts'
import { FakeClock } from '../harness/clock.ts'
import { withApp } from '../harness/boot.ts'
import { Door } from '../harness/door.ts'
import { until } from '../harness/until.ts'

describe('an answer on its way, when things go wrong', () => {
  const clock = new FakeClock()
  const app = withApp({}, clock)
  let api: Api
  let screen: Client
  let person: Somebody
  let conversationId: string
  before(async () => {
    clock.settle = () => app.settled()
    api = await app.business.as('owner')
  })
  beforeEach(async () => {
    person = app.business.person()
    person.sends('Hello')
    await app.settled()
    const { items } = await api.conversations.list({ limit: 100 })
    conversationId = items.find(({ conversation }) => conversation.contact === `+${person.waId}`)?.conversationId ?? ''
  })
  afterEach(() => void app.simulator.clearFaults())

  const say = (text: string) => api.conversations.send(conversationId, { content: { kind: 'text', text } })
  const last = async () => (await api.conversations.messages(conversationId, {})).items.at(-1)
  const onPhone = () => person.chat().messages.filter(({ by }) => by === 'business').length
  const faults = (change: Parameters<typeof app.simulator.setFaults>[1]) =>
    app.simulator.setFaults(app.simulator.channel({ channelId: app.business.channel.id }), change)

  it("fails with the provider's own reason, and goes out when staff try again", async () => {
    faults({ refuse: { code: 131026, times: 1 } })
    await say('Are you there?')
    await app.settled()
    const failed = await last()
    expect(failed).to.include({ status: 'failed' })
    expect(failed?.error).to.include({ providerCode: 131026, retryable: false })
    expect(failed?.error?.title).to.be.a('string').and.not.to.equal('')
    expect(await api.messages.retry(failed?._id ?? '')).to.include({ messageId: failed?._id })
    await app.settled()
    expect(await last()).to.include({ status: 'delivered', error: null })
    expect(onPhone()).to.equal(1)
  })

  it('tries again by itself what may pass, later each time, and says that it waits', async () => {
    faults({ unavailable: false, refuse: { code: 131000, times: 2 } })
    await say('Soon')
    await app.settled()
    expect(await last()).to.include({ status: 'queued' })
    await clock.advance(700)
    expect(await last()).to.include({ status: 'queued' })
    await clock.advance(20_000)
    expect(await last()).to.include({ status: 'delivered' })
    expect(onPhone()).to.equal(1)
  })

  it('never sends twice what the provider may have taken: its own word decides', async () => {
    faults({ dropAnswer: { times: 1 } })
    await say('Only once')
    await app.settled()
    await clock.advance(120_000)
    expect(await last()).to.include({ status: 'delivered' })
    expect(onPhone()).to.equal(1)
  })

  it('says so when nobody knows what became of it', async () => {
    faults({ dropAnswer: { times: 1 }, webhooksPaused: true })
    await say('Lost?')
    await app.settled()
    expect(await last()).to.include({ status: 'queued' })
    await clock.advance(60_000)
    expect((await last())?.error).to.include({ code: 'outcome_unknown', retryable: true })
    app.simulator.clearFaults()
    await app.settled()
    expect(await last(), 'the late word still counts').to.include({ status: 'delivered', error: null })
    expect(onPhone()).to.equal(1)
  })

  it('shows a failure that comes only by webhook', async () => {
    faults({ failLater: { code: 131049, times: 1 } })
    await say('Marketing')
    await app.settled()
    expect(await last()).to.deep.include({ status: 'failed' })
    expect((await last())?.error).to.include({ providerCode: 131049 })
  })

  it('ends the same however its statuses come: twice, and in any order', async () => {
    faults({ webhooksTwice: true, webhooksShuffled: 10 })
    // Shuffling collects webhooks for a while, by the clock that stands still: nothing can wait for them here.
    clock.settle = async () => {
      const left = await app.settled(30).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
      expect(left).to.match(/^nothing$|webhooks still wait/)
    }
    await say('Shuffle')
    await clock.advance(2_000)
    person.opens()
    await until(async () => {
      await clock.advance(2_000)
      return (await last())?.status === 'read'
    })
    clock.settle = () => app.settled()
    const door = new Door(app.url, app.business.channel)
    const { _id } = (await last()) ?? { _id: '' }
    const opaque = `${conversationId}:${_id}`
    for (const status of ['sent', 'failed', 'delivered'])
      await door.post(door.statuses({ id: 'wamid.late', status, biz_opaque_callback_data: opaque }))
    await app.settled()
    expect(await last()).to.include({ status: 'read', error: null })
  })

  it('stops after the channel itself is broken, says why, and goes on when it works again', async () => {
    screen = await app.business.screen('owner')
    const health = screen.open(`channel:${app.business.channel.id}`)
    await health.ready()
    faults({ refuse: { code: 190, times: null } })
    await say('token expired')
    await app.settled()
    expect(await last()).to.include({ status: 'failed' })
    await say('this one waits')
    await app.settled()
    expect(await last()).to.include({ status: 'queued' })
    expect(await api.integrations.health(app.business.channel.id)).to.include({ state: 'down', waiting: 1 })
    app.simulator.clearFaults()
    await clock.advance(30_000)
    expect(await last()).to.include({ status: 'delivered' })
    expect(await api.integrations.health(app.business.channel.id)).to.include({ state: 'up', waiting: 0 })
  })

  it('gives up what could not be sent in time', async () => {
    faults({ refuse: { code: 130429, times: null } })
    await say('too late')
    await app.settled()
    await clock.advance(20 * 60_000)
    expect(await last()).to.include({ status: 'failed' })
    app.simulator.clearFaults()
    await clock.advance(20 * 60_000)
    expect(onPhone()).to.equal(0)
  })

  it('takes no free text when the window is closed, and takes a template', async () => {
    await clock.advance(25 * 3_600_000)
    api = await app.business.as('owner')
    const refused = await say('too late').catch((error: unknown) => error)
    expect(refused).to.include({ code: 'wa_window_closed', status: 409 })
    expect(await api.conversations.window(conversationId)).to.include({ isOpen: false })
    const content = { kind: 'template' as const, name: 'we_miss_you', language: 'en', parameters: ['Pat'] }
    await api.conversations.send(conversationId, { content })
    await app.settled()
    expect(await last()).to.include({ status: 'delivered' })
  })
})
