import { expect } from 'chai'
import { type Business, withApp } from '../harness/boot.ts'

const support = 'C0SUPPORT'
const alerts = 'C0ALERTS'

describe('Slack for the staff', () => {
  const app = withApp()
  let shop: Business
  let owner: Awaited<ReturnType<Business['as']>>
  let started: number
  let teamId: string

  before(async () => {
    shop = await app.open('shop', { isSandbox: true })
    owner = await shop.as('owner')
    await shop.member('ann')
    started = Date.parse((await owner.admin.clock()).now)
    await owner.admin.freezeClock()
    shop.person('Early').sends('Is anybody there?')
    await app.settled()
    const { connection } = await owner.http.post<any>('/slack', {})
    teamId = connection.teamId
    await owner.http.post('/slack-rules', { name: 'Waiting', on: ['unassigned'], channel: support, afterMinutes: 10 })
    await owner.http.post('/slack-rules', {
      ...{ name: 'Calls', on: ['mentioned', 'sla_breached'], channel: alerts, namesPerson: true },
    })
  })
  beforeEach(() => void (slack().faults = { refuse: null, slowDown: null, dropAnswer: null, down: null }))

  const slack = () => {
    const { slackSimulator } = app.careline
    if (!slackSimulator) throw new Error('nothing is simulated')
    return slackSimulator
  }
  let minutes = 0
  const later = async (more: number) => {
    minutes += more
    await owner.admin.moveClock(new Date(started + minutes * 60_000).toISOString())
    await app.settled()
  }
  const standing = async (channel: string) => {
    const [team] = await slack().desk()
    return team?.channels.find(({ id }) => id === channel)?.messages ?? []
  }
  const last = async (channel: string) => (await standing(channel)).at(-1)
  const wordsOf = (message: any) => JSON.stringify(message?.blocks)
  const health = async () => (await owner.http.get<any>('/slack')).health
  /** Somebody writes, and nobody takes it for ten minutes. */
  async function waits(name: string) {
    shop.person(name).sends('A secret of mine')
    await app.settled()
    await later(11)
    const { items } = await owner.conversations.list()
    return items.find(({ conversation }) => conversation.name === name)?.conversationId ?? ''
  }
  const email = (who: string) => `${who}@shop.test`
  async function presses(who: string, act: string, channel = support, more: { guestOf?: string } = {}) {
    const message = await (async () => (await standing(channel)).filter(({ onlyFor }) => onlyFor === null).at(-1))()
    const press = {
      teamId,
      channel,
      ts: message?.ts ?? '',
      actionId: `careline_${act}`,
      email: who,
      name: who,
      ...more,
    }
    expect(await slack().press(press)).to.equal(200)
    await app.settled()
    // Slack takes one message a second in each channel.
    await later(1)
    return press
  }
  const statusOf = (id: string) => owner.conversations.get(id)

  it('says who waited already when it was connected', async () => {
    await app.settled()
    expect(await standing(support)).to.deep.equal([])
    await later(11)
    expect(await standing(support)).to.have.length(1)
    await later(1)
  })

  it('says who waits with nobody, once, and keeps to itself who it is and what they wrote', async () => {
    const before = (await standing(support)).length
    await waits('Lena Hidden')
    await later(60)
    const found = (await standing(support)).slice(before)
    expect(found).to.have.length(1)
    expect(wordsOf(found[0]))
      .to.include('careline_take')
      .and.not.to.match(/Lena|secret/)
    expect(await health()).to.deep.include({ waiting: 0, broken: null, failing: {} })
  })

  it('is taken by a button: the message says who has it, and is not to be taken again', async () => {
    const id = await waits('Taken')
    await presses(email('ann'), 'take')
    expect((await statusOf(id)).assigneeId).to.equal(shop.members['ann']?.id)
    const message = await last(support)
    expect(wordsOf(message)).to.include('ann').and.not.to.include('careline_take')
    expect(message?.isEdited).to.equal(true)
    await presses(email('ann'), 'resolve')
    expect((await statusOf(id)).status).to.equal('resolved')
    expect(wordsOf(await last(support)))
      .to.include('Resolved')
      .and.not.to.include('careline_resolve')
  })

  it('does nothing for somebody who is nobody here, and tells them alone', async () => {
    const id = await waits('Stranger')
    await presses('mallory@elsewhere.test', 'take')
    expect((await statusOf(id)).assigneeId).to.equal(null)
    const whispered = await last(support)
    expect(whispered).to.include({ onlyFor: 'mallory@elsewhere.test' })
    expect(whispered?.text).to.match(/^Nothing was done: nobody at Careline/)
    await presses(email('ann'), 'take', support, { guestOf: 'TOTHER' })
    expect((await statusOf(id)).assigneeId).to.equal(null)
    expect((await last(support))?.text).to.match(/^Nothing was done: this is for people of the Slack workspace/)
  })

  it('asks what the console asks: permissions, and who was first', async () => {
    const id = await waits('Contested')
    await shop.member('bob')
    const [ann, bob] = [shop.members['ann']?.id ?? '', shop.members['bob']?.id ?? '']
    await owner.http.patch(`/members/${bob}`, { permissions: { grants: [], withheld: ['conversations.write'] } })
    await presses(email('bob'), 'take')
    expect((await statusOf(id)).assigneeId).to.equal(null)
    expect((await last(support))?.text).to.match(/you may not do this/)
    const press = await presses(email('ann'), 'take')
    const buttons = (await standing(support)).filter(({ onlyFor }) => onlyFor === null)
    expect(wordsOf(buttons.at(-1))).to.include('ann')
    const decisions = async () => {
      const { store } = app.careline.storage
      const found = await store.of(shop.workspace.id).find('decisions', { kind: 'slack' }, { limit: 200 })
      return found
        .filter((one) => (one['facts'] as any)?.conversationId === id)
        .map(({ rule, outcome }) => [rule, outcome].join(' '))
    }
    expect(await decisions()).to.have.members([
      'slack.alert@1 told',
      'slack.pressed@1 not_allowed',
      'slack.pressed@1 done',
    ])
    expect(press.channel).to.equal(support)
    expect((await statusOf(id)).assigneeId).to.equal(ann)
  })

  it('calls a colleague who is named, and says whom it is about where the rule allows it', async () => {
    const id = await waits('Nora')
    const before = (await standing(alerts)).length
    await owner.http.post(`/conversations/${id}/notes`, {
      text: 'Please look',
      mentions: [shop.members['ann']?.id ?? ''],
    })
    await app.settled()
    await later(1)
    const found = (await standing(alerts)).slice(before)
    expect(found.map(({ text }) => text)).to.deep.equal(['*owner* asks *ann* to look at *Nora*.'])
    expect(wordsOf(found[0])).not.to.include('Please look')
  })

  it('posts nothing twice when the answer of Slack is lost', async () => {
    slack().faults = { ...slack().faults, dropAnswer: { times: 1 } }
    const before = (await standing(support)).length
    await waits('Lost answer')
    expect(await standing(support)).to.have.length(before + 1)
    await later(2)
    expect(await standing(support)).to.have.length(before + 1)
    expect(await health()).to.deep.include({ waiting: 0, failing: {} })
  })

  it('comes again when Slack is slow or down, in order, and loses nothing', async () => {
    slack().faults = { ...slack().faults, slowDown: { seconds: 30, times: 1 }, down: { times: 1 } }
    const before = (await standing(support)).length
    await waits('First')
    await waits('Second')
    for (let n = 0; n < 4; n++) await later(2)
    const found = (await standing(support)).slice(before)
    expect(found).to.have.length(2)
    expect((await health()).waiting).to.equal(0)
  })

  it('says why a channel gets nothing, and goes on when the connection is mended', async () => {
    slack().faults = { ...slack().faults, refuse: { error: 'is_archived', times: 1 } }
    await waits('Archived')
    expect((await health()).failing[support]).to.include({ code: 'is_archived' })
    slack().faults = { ...slack().faults, refuse: { error: 'token_revoked', times: 1 } }
    const before = (await standing(support)).length
    await waits('Broken')
    expect((await health()).broken).to.include({ code: 'token_revoked' })
    await waits('Behind')
    expect(await standing(support)).to.have.length(before)
    expect(await owner.http.post('/slack/test', {})).to.deep.include({ isRight: true, isOnItsWay: false })
    await app.settled()
    await later(1)
    expect(await standing(support)).to.have.length(before + 2)
    expect(await health()).to.deep.include({ broken: null, failing: {}, waiting: 0 })
  })

  it('says whose promise was broken', async () => {
    const policy = { name: 'All', firstResponseMinutes: 5, calendar: 'always' }
    const { id } = await owner.http.post<any>('/sla-policies', policy)
    await waits('Promised')
    await later(1)
    expect((await last(alerts))?.text).to.equal('A promise to *Promised* is broken: the first answer.')
    await owner.http.delete(`/sla-policies/${id}`)
  })

  it('is told by Slack that the app is gone, once, and says so', async () => {
    const eventId = 'EvGone'
    for (const retry of [0, 1, 2])
      expect(await slack().tell(teamId, { type: 'app_uninstalled' }, { eventId, retry })).to.equal(200)
    expect((await health()).broken).to.include({ code: 'app_uninstalled' })
    await owner.http.post('/slack/test', { channel: alerts })
    await app.settled()
    await later(1)
    expect((await health()).broken).to.equal(null)
    expect((await last(alerts))?.text).to.equal('Careline reaches this channel.')
    await slack().tell(teamId, { type: 'app_uninstalled' }, { eventId, retry: 3 })
    expect((await health()).broken).to.equal(null)
  })

  it('lists its channels, is switched off and taken away', async () => {
    const before = (await standing(support)).length
    const { items } = await owner.http.get<any>('/slack/channels')
    expect(items.map(({ name }: { name: string }) => name)).to.deep.equal(['general', 'support', 'alerts'])
    await owner.http.patch('/slack', { status: 'disabled' })
    await waits('Nobody hears')
    expect(app.careline.settings.ofWorkspace(shop.workspace.id).slackRules).to.deep.equal([])
    await owner.http.patch('/slack', { status: 'active' })
    expect(app.careline.settings.ofWorkspace(shop.workspace.id).slackRules).to.have.length(2)
    expect((await standing(support)).length).to.equal(before)
    await owner.http.delete('/slack')
    expect(await owner.http.get<any>('/slack')).to.deep.include({ connection: null, health: null })
  })
})
