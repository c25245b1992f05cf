import { expect } from 'chai'
import { roster } from '../../actors/roster/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import type { Api } from '../../client/api.ts'
import { type Deed, type Filter, toolsOf } from '../../client/tools.ts'
import { compareRosters } from '../../server/main/roster.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('what nobody has finds somebody', () => {
  const app = withApp()
  const at = () =>
    app.careline.system
      .workspace(app.business.workspace.id, principal('system', 'test'))
      .at(roster, app.business.workspace.id)
  const statusOf = async (id: string) => (await at().view()).members.find((one) => one.id === id)
  const rule = {
    mode: 'least_loaded',
    onlyOnline: true,
    capacity: 2,
    usesSkills: false,
    reassignAfterMinutes: 0,
  } as const

  async function newcomer(name: string) {
    const person = app.business.person(name)
    person.sends('Hello')
    await app.settled()
    const { items } = await owner.conversations.list({ limit: 100 })
    const line = items.find(({ conversation }) => conversation.contact === `+${person.waId}`)
    return { person, id: line?.conversationId ?? '' }
  }
  let owner: Api
  before(async () => {
    owner = await app.business.as('owner')
  })
  const holderOf = async (id: string) => (await owner.conversations.get(id)).assigneeId

  it('waits, is shown to leads with why, and comes to who connects, the longest waiting first; each leaves a decision', async () => {
    const owner = await app.business.as('owner')
    const tools = toolsOf(owner.http)
    const ana = await app.business.member('ana')
    const first = await newcomer('First')
    const second = await newcomer('Second')
    const third = await newcomer('Third')
    expect((await tools.queue()).items.map(({ conversationId }) => conversationId)).to.deep.equal([
      first.id,
      second.id,
      third.id,
    ])
    await tools.setRules(rule, (await tools.rules()).rev)
    await app.settled()
    expect(await holderOf(first.id)).to.equal(null)

    const lead = await app.business.screen('owner')
    const board = lead.open(`roster:${app.business.workspace.id}`)
    await board.ready()
    expect(board.state()?.queue[0]?.conversationId).to.equal(first.id)
    expect(board.state()?.waiting).to.deep.equal([{ teamId: null, count: 3 }])
    await tools.setWorkload({
      memberId: app.business.members['owner']?.id ?? '',
      takes: false,
      capacity: null,
      skills: [],
    })

    const screen = await app.business.screen('ana')
    await screen.open(`inbox:${app.business.workspace.id}`).ready()
    await until(async () => (await holderOf(second.id)) === ana.id)
    expect([await holderOf(first.id), await holderOf(third.id)]).to.deep.equal([ana.id, null])
    await until(() => board.state()?.members.find(({ id }) => id === ana.id)?.open === 2)
    await app.settled()
    const decided = (await tools.decisions()).items.filter(({ outcome }) => outcome === 'assigned')
    expect(decided.map(({ facts }) => [facts['conversationId'], facts['load']])).to.deep.equal([
      [second.id, 1],
      [first.id, 0],
    ])

    await owner.conversations.setStatus(first.id, 'resolved')
    await until(async () => (await holderOf(third.id)) === ana.id)
    await app.settled()
    expect((await tools.queue()).items).to.deep.equal([])
    const notices = (await tools.decisions()).items.map(({ outcome }) => outcome)
    expect(notices.filter((one) => one === 'assigned')).to.have.length(3)
  })

  it('believes nobody to be there who was there when everything stopped', async () => {
    const { id } = app.business.members['owner'] ?? { id: '' }
    await at().presence({ people: [{ id: 'mem_ghost', status: 'online' }], isAll: false })
    await at().presence({ people: [{ id, status: 'online' }], isAll: false })
    await compareRosters(app.careline.storage.store, app.careline.system, { present: () => [] })
    expect((await statusOf(id))?.status).to.equal('offline')
  })

  it('is let go of for others when who has it is away for as long as the rule says', async () => {
    const tools = toolsOf(owner.http)
    const bob = await app.business.member('bob')
    const { id } = await newcomer('Forgotten')
    await owner.conversations.assign(id, bob.id)
    await app.settled()
    await at().awayDue({ memberId: bob.id })
    await app.settled()
    expect(await holderOf(id), 'no rule says so').to.equal(bob.id)
    await tools.setRules({ ...rule, reassignAfterMinutes: 5 }, (await tools.rules()).rev)
    await app.settled()
    await at().awayDue({ memberId: bob.id })
    await app.settled()
    expect(await holderOf(id)).not.to.equal(bob.id)
    const [released] = (await tools.decisions()).items.filter(({ outcome }) => outcome === 'released')
    expect(released?.facts).to.deep.equal({ conversationId: id, memberId: bob.id, afterMinutes: 5 })
  })

  it('is answered with what is prepared, in the language of the person, with what is known filled in', async () => {
    const tools = toolsOf(owner.http)
    const texts = [
      {
        locale: 'en',
        text: 'Hello {{person.firstName|there}}, {{member.firstName}} of {{workspace.name}} here. {{workspace.phone}}',
      },
      { locale: 'de', text: 'Guten Tag {{person.name}}' },
    ]
    const made = await tools.makeCanned({ shortcut: 'hello', name: 'Greeting', texts, teamId: null })
    const { id, person } = await newcomer('Maria Silva')
    const filled = await tools.fill(made.id, id)
    expect(filled).to.deep.equal({
      text: 'Hello Maria, owner of clinic here. ',
      locale: 'en',
      missing: ['workspace.phone'],
    })

    const wrong = { ...made, shortcut: 'wrong', texts: [{ locale: 'en', text: 'Dear {{person.surname}} {{' }] }
    const refused = await tools.makeCanned(wrong).catch((error: { code: string; errors: object[] }) => error)
    expect(refused).to.include({ code: 'unknown_variable' })
    const twice = await tools.makeCanned({ ...made, name: 'Again' }).catch((error: { code: string }) => error.code)
    expect(twice).to.equal('shortcut_taken')

    const deeds: Deed[] = [
      { do: 'reply', cannedId: made.id },
      { do: 'tag', tags: ['vip'] },
      { do: 'priority', priority: 'urgent' },
      { do: 'assign', to: 'me' },
      { do: 'snooze', minutes: 60 },
    ]
    const macro = await tools.makeMacro({ name: 'Welcome', deeds, teamId: null })
    const { items } = await tools.runMacro(macro.id, [id])
    expect(items[0]?.outcomes.map(({ outcome }) => outcome)).to.deep.equal(['done', 'done', 'done', 'done', 'done'])
    const after = await owner.conversations.get(id)
    expect(after).to.include({ status: 'snoozed', priority: 'urgent', assigneeId: app.business.members['owner']?.id })
    expect(after.tags).to.deep.equal(['vip'])
    await app.settled()
    expect(JSON.stringify(person.chat())).to.include('Hello Maria, owner of clinic here.')
  })

  it('is done with many at once, each with its own outcome; what follows a refusal is left out', async () => {
    const tools = toolsOf(owner.http)
    const { id } = await newcomer('Bulk')
    const deeds: Deed[] = [
      { do: 'status', status: 'resolved' },
      { do: 'status', status: 'pending' },
      { do: 'note', text: 'never' },
    ]
    const { items } = await tools.together([id, 'c_nobody', id], deeds)
    expect(
      items.map(({ isDone, outcomes }) => [isDone, outcomes.map(({ outcome, code }) => code ?? outcome)]),
    ).to.deep.equal([
      [false, ['done', 'wrong_status', 'skipped']],
      [false, ['conversation_missing', 'skipped', 'skipped']],
    ])
    const unknown = await tools
      .together([id], [{ do: 'assign', to: 'mem_nobody' }])
      .catch((error: { code: string }) => error.code)
    expect(unknown).to.equal('unknown_member')
  })

  it('is found by views, own and shared, in their order and with their counts', async () => {
    const tools = toolsOf(owner.http)
    const ana = toolsOf((await app.business.as('ana')).http)
    const [one, two] = [await newcomer('View one'), await newcomer('View two')]
    await tools.together([one.id, two.id], [{ do: 'tag', tags: ['seen'] }])
    await tools.together(
      [two.id],
      [
        { do: 'assign', to: null },
        { do: 'priority', priority: 'high' },
      ],
    )
    const filter: Filter = {
      all: [
        { field: 'tags', is: 'has_any', value: ['seen'] },
        { field: 'status', is: 'one_of', value: ['open', 'pending'] },
      ],
    }
    const shared = await tools.makeView({ name: 'Seen', filter, order: 'waiting', isShared: true })
    const own = await tools.makeView({
      name: 'High',
      filter: { all: [filter, { field: 'priority', is: 'is', value: 'high' }] },
      order: 'latest',
      isShared: false,
    })
    const idsIn = async (view: string, by = tools) =>
      (await by.inView(view)).items.map(({ conversationId }) => conversationId)
    expect(await idsIn(shared.id, ana)).to.deep.equal([one.id, two.id])
    expect(await idsIn(own.id)).to.deep.equal([two.id])
    const first = await tools.matching(filter, { order: 'waiting', limit: 1 })
    const next = await tools.matching(filter, { order: 'waiting', limit: 1, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...next.items].map(({ conversationId }) => conversationId)).to.deep.equal([one.id, two.id])
    expect(next.nextCursor).to.equal(null)
    expect((await tools.viewCounts()).items.map(({ id, count }) => [id, count])).to.deep.equal([
      [own.id, 1],
      [shared.id, 2],
    ])

    expect((await ana.views()).items.map(({ id }) => id)).to.deep.equal([shared.id])
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
    expect(await codeOf(ana.inView(own.id))).to.equal('not_found')
    expect(await codeOf(ana.changeView(own, { name: 'Mine' }))).to.equal('not_found')
    expect(await codeOf(ana.changeView(shared, { name: 'Mine' }))).to.equal('not_allowed')
    expect(await codeOf(ana.makeView({ name: 'For all', filter, order: 'latest', isShared: true }))).to.equal(
      'not_allowed',
    )
    await tools.shareView(own.id, true)
    expect(await idsIn(own.id, ana)).to.deep.equal([two.id])
    expect(await codeOf(ana.shareView(own.id, false))).to.equal('not_allowed')
    expect(await codeOf(tools.matching({ field: 'shoe_size', is: 'is', value: 42 }))).to.equal('invalid_filter')
  })

  it('goes by the rules of the business for a team that is older than rules of its own', async () => {
    const at = new Date()
    const team = { _id: 'team_old', name: 'Old', memberIds: [], rev: 1, createdAt: at, createdBy: 'x', updatedAt: at }
    await app.careline.storage.store.of(app.business.workspace.id).insert('teams', team)
    expect(await owner.http.get('/teams/team_old')).to.include({ description: '', assignment: null })
  })

  it('is a matter of leads: staff see no board and set no rules', async () => {
    const staff = await app.business.screen('ana')
    const refused = await staff
      .open(`roster:${app.business.workspace.id}`)
      .ready()
      .catch((error: { code: string }) => error.code)
    expect(refused).to.equal('not_allowed')
    const tools = toolsOf((await app.business.as('ana')).http)
    const set = await tools.setRules(rule, 1).catch((error: { code: string }) => error.code)
    expect(set).to.equal('not_allowed')
  })
})
