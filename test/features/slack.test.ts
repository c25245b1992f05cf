import { expect } from 'chai'
import { noFaults } from '../../providers/slack/simulator/simulator.ts'
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
  beforeEach(() => void (slack().faults = { ...noFaults }))

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

  describe('by forms', () => {
    let id: string
    before(async () => void (id = await waits('Lena Formed')))
    const closed = { response_action: 'clear' }
    const [first, second] = ['We call you at ten.', 'The first words']

    /** The form that whoever presses is shown; undefined where none opens. */
    async function form(who: string, act: string) {
      const message = (await standing(support)).filter(({ onlyFor }) => onlyFor === null).at(-1)
      const known = (await slack().desk())[0]?.forms.map((one) => one.id) ?? []
      const press = { teamId, channel: support, ts: message?.ts ?? '', actionId: `careline_${act}` }
      expect(await slack().press({ ...press, email: who, name: who })).to.equal(200)
      return (await slack().desk())[0]?.forms.find((one) => one.email === who && !known.includes(one.id))
    }
    const opened = async (act: string) => (await form(email('ann'), act))?.id ?? ''
    const sends = (viewId: string, filled: Record<string, string[]>, times = 1): Promise<any> =>
      slack().submit({ teamId, viewId, filled }, times)
    const said = async () => (await owner.conversations.messages(id)).items
    const texts = async () =>
      (await said()).filter(({ direction }) => direction === 'out').map(({ content }: any) => content.text)

    it('answers as that member, once however often it is sent off', async () => {
      const shown = await form(email('ann'), 'reply')
      expect(JSON.stringify(shown?.view))
        .to.include('Your answer')
        .and.not.to.match(/Lena|secret of mine/)
      const sent = await sends(shown?.id ?? '', { text: [first] }, 3)
      expect(sent, 'the form closes').to.deep.equal({ status: 200, answer: closed })
      const outgoing = (await said()).filter(({ direction }) => direction === 'out')
      expect(outgoing.map(({ author, content }: any) => [author.kind, author.id, content.text])).to.deep.equal([
        ['staff', shop.members['ann']?.id, first],
      ])
      expect((await slack().desk())[0]?.forms).to.deep.equal([])
    })

    it('says so where other words had been sent before, and sends no more', async () => {
      const viewId = await opened('reply')
      slack().faults = { ...noFaults, loseAnswer: { times: 1 } }
      expect((await sends(viewId, { text: [second] })).status).to.equal(504)
      const again = await sends(viewId, { text: ['Other words'] })
      expect(again.answer.response_action).to.equal('update')
      expect(JSON.stringify(again.answer.view)).to.include('had been sent before')
      expect(await texts()).to.deep.equal([first, second])
    })

    it('asks once more where something was said meanwhile, and keeps what was typed', async () => {
      const viewId = await opened('reply')
      await owner.conversations.send(id, { content: { kind: 'text', text: 'The owner was quicker' } })
      const asked = await sends(viewId, { text: ['Mine'] })
      expect(asked.answer.response_action).to.equal('update')
      expect(JSON.stringify(asked.answer.view)).to.include('said meanwhile').and.include('"initial_value":"Mine"')
      expect(await texts()).not.to.include('Mine')
      expect((await sends(viewId, { text: ['Mine'] })).answer).to.deep.equal(closed)
      expect((await texts()).slice(-2)).to.deep.equal(['The owner was quicker', 'Mine'])
    })

    it('says at the field why an answer cannot go, and leaves a decision', async () => {
      const viewId = await opened('reply')
      const { userId } = await statusOf(id)
      const before = await texts()
      await owner.http.post(`/users/${userId}/block`, {})
      const refused = await sends(viewId, { text: ['Too late'] })
      expect(refused.answer.response_action).to.equal('errors')
      expect(refused.answer.errors.text).to.match(/block/i)
      expect(await texts()).to.deep.equal(before)
      await owner.http.post(`/users/${userId}/unblock`, {})
      expect((await sends(viewId, { text: ['In time'] })).answer, 'the same form again').to.deep.equal(closed)
      const { store } = app.careline.storage
      const found = await store.of(shop.workspace.id).find('decisions', { kind: 'slack' }, { limit: 200 })
      const outcomes = found
        .filter(({ facts, rule }) => rule === 'slack.pressed@1' && (facts as any).conversationId === id)
        .map(({ facts, outcome }) => `${(facts as any).act} ${outcome as string}`)
      expect(outcomes).to.have.members([...Array<string>(4).fill('reply done'), 'reply person_blocked'])
    })

    it('shows who it is and what was said where an admin lets it', async () => {
      await owner.http.patch('/slack', { showsWords: true })
      const shown = await form(email('ann'), 'reply')
      expect(JSON.stringify(shown?.view)).to.include('*We*: In time')
      slack().close({ teamId, viewId: shown?.id ?? '' })
      await owner.http.patch('/slack', { showsWords: false })
    })

    it('leaves a note that asks a colleague, and gives it to one', async () => {
      const [ann, bob] = [shop.members['ann']?.id ?? '', shop.members['bob']?.id ?? '']
      await sends(await opened('note'), { text: ['Please look'], mentions: [bob] }, 2)
      const notes = (await said()).filter(({ direction }) => direction === 'note')
      expect(notes.map(({ author, mentions }) => [author.id, mentions])).to.deep.equal([[ann, [bob]]])
      await sends(await opened('assign'), { member: [bob] })
      expect((await statusOf(id)).assigneeId).to.equal(bob)
      await sends(await opened('assign'), { member: ['nobody'] })
      expect((await statusOf(id)).assigneeId).to.equal(null)
    })

    it('opens for nobody unknown, nor for who may not; and asks again when it is sent off', async () => {
      const before = await texts()
      expect(await form('mallory@elsewhere.test', 'reply')).to.equal(undefined)
      expect((await last(support))?.text).to.match(/^Nothing was done: nobody at Careline/)
      expect(await form(email('bob'), 'reply')).to.equal(undefined)
      expect((await last(support))?.text).to.match(/you may not do this/)
      const viewId = await opened('reply')
      const ann = shop.members['ann']?.id ?? ''
      await owner.http.patch(`/members/${ann}`, { permissions: { grants: [], withheld: ['conversations.write'] } })
      const refused = await sends(viewId, { text: ['Hello'] })
      expect(refused.answer.errors.text).to.match(/you may not do this/)
      expect(await texts()).to.deep.equal(before)
      await owner.http.patch(`/members/${ann}`, { permissions: { grants: [], withheld: [] } })
    })

    it('says so where Slack opens nothing any more', async () => {
      slack().faults = { ...noFaults, slowPress: { ms: 60_000, times: 1 } }
      expect(await form(email('ann'), 'reply')).to.equal(undefined)
      expect((await last(support))?.text).to.match(/three seconds/)
    })

    it('are good for whom a member has said that they are, and for no other then', async () => {
      const [ann, stranger] = [await shop.as('ann'), 'private@elsewhere.test']
      await form(stranger, 'reply')
      const offered = await last(support)
      const press = { teamId, channel: support, ts: offered?.ts ?? '', actionId: 'careline_link' }
      expect(await slack().press({ ...press, email: stranger, name: 'Ann at home' })).to.equal(200)
      const token = /slack=([\w-]{43})/.exec(wordsOf(await last(support)))?.[1] ?? ''
      const look = await ann.http.post<any>('/auth/slack/look', { token })
      expect(look).to.deep.equal({ userName: 'Ann at home', team: 'Simulated Slack' })
      const linked = await ann.http.post<any>('/auth/slack', { token })
      expect(linked.link.userName).to.equal('Ann at home')
      expect(await ann.http.get<any>('/auth/slack')).to.deep.equal(linked)
      expect(await form(stranger, 'reply'), 'acts as Ann').not.to.equal(undefined)
      expect(await form(email('ann'), 'reply'), 'whose address alone is none any more').to.equal(undefined)
      const refusal = async (call: Promise<unknown>) => call.then(() => 'none').catch(({ code }) => code as string)
      expect(await refusal(ann.http.post('/auth/slack', { token })), 'once').to.equal('slack_link_invalid')
      await ann.http.delete('/auth/slack')
      expect(await form(stranger, 'reply')).to.equal(undefined)
      expect(await form(email('ann'), 'reply')).not.to.equal(undefined)
    })
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

  describe('in the end', () => {
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
})
