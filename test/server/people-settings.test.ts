import { expect } from 'chai'
import { conversation as conversationContract } from '../../actors/conversation/contract.ts'
import { duplicates } from '../../jobs/duplicates.ts'
import { type Matched, pairsOf } from '../../server/people/matching.ts'
import { fileFilter } from '../../store/queries/messages.ts'
import { askingAs } from '../harness/asking-as.ts'
import { withApp } from '../harness/boot.ts'

describe('what a business keeps of its people', () => {
  const app = withApp()
  type Ask = Awaited<ReturnType<typeof askingAs>>
  let ask: Ask
  let staff: Ask
  before(async () => {
    ask = await askingAs(await app.business.as('owner'), app.url)
    staff = await askingAs(await app.business.as('sam'), app.url)
  })
  const book = () => app.careline.lists.lists.tags
  let persons = 0
  const enter = async (more: object = {}): Promise<any> => {
    const value = `p${String(++persons)}@example.com`
    const { body } = await ask('POST', '/users', {
      name: `P ${value}`,
      identities: [{ kind: 'email', value }],
      ...more,
    })
    return body
  }
  const person = async (id: string) => (await ask('GET', `/users/${id}`)).body
  const tagsOf = async (id: string) => (await person(id)).tags
  const tagCalled = async (label: string) =>
    (await ask('GET', '/tags?limit=100')).body.items.find((one: any) => one.label === label)

  describe('tags', () => {
    it('are listed as soon as somebody has them, and counted', async () => {
      await enter({ tags: ['vip', 'german'] })
      await enter({ tags: ['vip'] })
      app.business.person('Lena').sends('Hello')
      await app.settled()
      const [{ conversationId }] = (await ask('GET', '/conversations')).body.items
      await ask('POST', `/conversations/${conversationId}/tags`, { add: ['vip'] })
      await book().settled()
      expect(await tagCalled('vip')).to.deep.include({ label: 'vip', colour: null })
      expect((await ask('GET', '/tags/counts?labels=vip,german,none')).body.items).to.deep.equal([
        { label: 'vip', people: 2, conversations: 1 },
        { label: 'german', people: 1, conversations: 0 },
        { label: 'none', people: 0, conversations: 0 },
      ])
    })

    it('are renamed for everybody, and wherever they are asked for', async () => {
      const { userId } = await enter({ tags: ['vip', 'tall'] })
      const filter = { all: [{ not: { field: 'tags', is: 'has_any', value: ['vip', 'x'] } }] }
      const { body: segment } = await ask('POST', '/segments', { name: 'Others', filter })
      const { body: promise } = await ask('POST', '/sla-policies', {
        ...{ name: 'Quick', firstResponseMinutes: 5, conditions: { tags: ['vip'] } },
      })
      const { body: macro } = await ask('POST', '/macros', { name: 'VIP', deeds: [{ do: 'tag', tags: ['vip'] }] })
      const { id, rev } = await tagCalled('vip')
      const renamed = await ask('PATCH', `/tags/${id}`, { label: 'golden', colour: '#b45309' })
      expect(renamed.body, JSON.stringify(renamed.body)).to.include({ label: 'golden', rev: rev + 1 })
      await book().settled()
      expect(await tagsOf(userId)).to.have.members(['golden', 'tall'])
      expect((await ask('GET', '/tags/counts?labels=vip,golden')).body.items).to.deep.equal([
        { label: 'vip', people: 0, conversations: 0 },
        { label: 'golden', people: 3, conversations: 1 },
      ])
      const [asked] = (await ask('GET', `/segments/${segment.id}`)).body.filter.all
      expect(asked.not.value).to.deep.equal(['golden', 'x'])
      expect((await ask('GET', `/macros/${macro.id}`)).body.deeds).to.deep.equal([{ do: 'tag', tags: ['golden'] }])
      expect((await ask('GET', `/sla-policies/${promise.id}`)).body.conditions.tags).to.deep.equal(['golden'])
      const known = app.careline.settings.ofWorkspace(app.business.workspace.id).slaPolicies
      expect(known[0]?.conditions.tags, 'conversations have heard of it').to.deep.equal(['golden'])
      expect(await tagCalled('vip'), 'it is gone').to.equal(undefined)
    })

    it('are made one, and taken off everybody', async () => {
      const both = await enter({ tags: ['golden', 'gold'] })
      const one = await enter({ tags: ['gold'] })
      await book().settled()
      const [from, into] = [await tagCalled('gold'), await tagCalled('golden')]
      const taken = await ask('PATCH', `/tags/${from.id}`, { label: 'golden' })
      expect(taken.body.code).to.equal('tag_exists')
      expect((await ask('POST', `/tags/${from.id}/merge`, { into: from.id })).body.code).to.equal('same_tag')
      expect((await ask('POST', `/tags/${from.id}/merge`, { into: into.id })).body.label).to.equal('golden')
      await book().settled()
      expect(await tagsOf(both.userId)).to.deep.equal(['golden'])
      expect(await tagsOf(one.userId)).to.deep.equal(['golden'])
      expect((await ask('DELETE', `/tags/${into.id}`)).status).to.equal(204)
      await book().settled()
      expect(await tagsOf(one.userId)).to.deep.equal([])
      expect((await ask('GET', '/tags/counts?labels=golden')).body.items[0]).to.include({ people: 0, conversations: 0 })
      expect(await app.careline.storage.store.of(app.business.workspace.id).count('tag_moves', {}, 9)).to.equal(0)
    })
  })

  it('has fields that are put away: what is known stays, and nobody is asked for it any more', async () => {
    const { body: field } = await ask('POST', '/custom-fields', { key: 'shoe', name: 'Shoe', type: 'number' })
    const { userId } = await enter({ custom: { shoe: 41 } })
    const shown = async () =>
      (await ask('GET', '/filter-fields')).body.items.find((one: any) => one.field === 'custom.shoe').isArchived
    expect(await shown()).to.equal(false)
    expect((await ask('PATCH', `/custom-fields/${field.id}`, { isArchived: true, order: 3 })).status).to.equal(200)
    expect(await shown()).to.equal(true)
    expect((await person(userId)).custom).to.deep.equal({ shoe: 41 })
    const set = await ask('PATCH', `/users/${userId}`, { custom: { shoe: 42 } })
    expect(set.body.code).to.equal('field_archived')
    expect((await ask('PATCH', `/users/${userId}`, { custom: { shoe: null } })).body.custom).to.deep.equal({})
  })

  describe('leads', () => {
    const ways = (value: string) => ({ identities: [{ kind: 'email', value }] })

    it('become somebody once, with where they come from, by whose code, and what they agreed to', async () => {
      const friend = await enter()
      const { code } = (await ask('POST', `/users/${friend.userId}/referral-code`)).body
      const lead = {
        ...{ name: 'Lea', source: 'website', acquisition: { campaign: 'spring' }, referralCode: code.toLowerCase() },
        consents: { to: [{ channel: 'email', purpose: 'marketing' }], text: 'I want the newsletter', textVersion: '3' },
        ...ways('Lea@Example.com'),
      }
      const taken = await ask('POST', '/leads', lead)
      expect(taken.status, JSON.stringify(taken.body)).to.equal(200)
      const { profile, isNew } = taken.body
      expect(isNew).to.equal(true)
      expect(profile).to.deep.include({ stage: 'lead', source: 'website', referrerId: friend.userId })
      const ledger = async () => (await ask('GET', `/users/${profile.userId}/consents/history`)).body.items
      expect((await ledger())[0].proof).to.deep.include({
        method: 'form',
        text: 'I want the newsletter',
        textVersion: '3',
      })

      await ask('PATCH', `/leads/${profile.userId}/stage`, { stage: 'customer' })
      const again = { ...lead, name: 'Somebody else', firstName: 'Lea', source: 'fair', tags: ['fair'] }
      const second = (await ask('POST', '/leads', { ...again, ...ways('lea@example.com') })).body
      expect(second.isNew).to.equal(false)
      expect(second.profile, 'nothing takes the place of what is known').to.deep.include({
        ...{
          userId: profile.userId,
          name: 'Lea',
          firstName: 'Lea',
          stage: 'customer',
          source: 'website',
          tags: ['fair'],
        },
      })
      expect(second.profile.identities).to.have.length(1)
      expect(await ledger(), 'said once').to.have.length(1)
      const brought = (await ask('GET', `/users/${friend.userId}/referrals`)).body
      expect(brought).to.deep.equal({ code, userIds: [profile.userId] })
    })

    it('are never two people at once, and give nobody back what they have ended', async () => {
      const [one, other] = [await enter(), await enter()]
      const both = { identities: [...one.identities, ...other.identities].map(({ kind, value }) => ({ kind, value })) }
      expect((await ask('POST', '/leads', both)).body.code).to.equal('several_people')
      const unknown = { ...ways('new@example.com'), referralCode: 'NOBODYS1' }
      expect((await ask('POST', '/leads', unknown)).body.code).to.equal('unknown_code')
      expect((await ask('GET', '/users?q=new@example.com')).body.items, 'nobody was entered').to.deep.equal([])
      const change = { channel: 'email', purpose: 'marketing', state: 'revoked' }
      await ask('PUT', `/users/${one.userId}/consents`, { changes: [change], proof: { method: 'verbal' } })
      const agreed = { to: [{ channel: 'email', purpose: 'marketing' }], text: 'Yes' }
      await ask('POST', '/leads', { identities: [both.identities[0]], consents: agreed })
      const [said] = (await ask('GET', `/users/${one.userId}/consents`)).body.items
      expect(said.state).to.equal('revoked')
    })
  })

  it('takes consents from a file, with the row as the proof, and never over a no', async () => {
    const known = await enter()
    const change = { channel: 'email', purpose: 'marketing', state: 'revoked' }
    await ask('PUT', `/users/${known.userId}/consents`, { changes: [change], proof: { method: 'verbal' } })
    const table = `Name,Email,Newsletter\nNora,nora@example.com,yes\nP,${known.identities[0].value},yes\nMaybe,m@example.com,perhaps\n`
    const { body: one } = await ask('POST', '/imports?name=x.csv', table, 'text/csv')
    expect(one.mapping).to.deep.equal(['name', 'email', 'consent.email.marketing'])
    const { imports } = app.careline.lists.lists
    await ask('PUT', `/imports/${one.id}/mapping`, { mapping: one.mapping, options: { known: 'fill' } })
    await ask('POST', `/imports/${one.id}/validate`)
    await imports.settled()
    const { dryCounts } = (await ask('GET', `/imports/${one.id}`)).body
    expect(dryCounts).to.deep.equal({ created: 1, updated: 0, unchanged: 1, refused: 1 })
    await ask('POST', `/imports/${one.id}/run`)
    await imports.settled()
    expect((await ask('GET', `/imports/${one.id}`)).body.counts).to.deep.equal(dryCounts)
    const [nora] = (await ask('GET', '/users?q=nora')).body.items
    const [entry] = (await ask('GET', `/users/${nora.userId}/consents/history`)).body.items
    expect(entry).to.deep.include({ channel: 'email', purpose: 'marketing', state: 'granted' })
    expect(entry.proof).to.deep.include({ method: 'import', text: `Newsletter: yes (import ${one.id}, row 1)` })
    expect((await ask('GET', `/users/${known.userId}/consents`)).body.items[0].state).to.equal('revoked')
    const rows = (await ask('GET', `/imports/${one.id}/rows?outcome=refused`)).body.items
    expect(rows[0]).to.include({ n: 3, code: 'invalid_yes_no' })
  })

  it('lets an address in again by its entry in the list, with a reason; what its owner ended it does not', async () => {
    const { userId, identities } = await enter()
    const place = { channel: 'email', address: identities[0].value }
    await ask('POST', '/suppressions', { places: [place] })
    const entry = async () => (await ask('GET', '/suppressions')).body.items.find((one: any) => one.userId === userId)
    const { id } = await entry()
    expect((await ask('GET', `/users/${userId}/consents`)).body.suppressed).to.have.length(1)
    expect((await ask('POST', `/suppressions/${id}/lift`, {})).status, 'why?').to.equal(422)
    expect((await ask('POST', `/suppressions/${id}/lift`, { reason: 'mistake' })).status).to.equal(204)
    expect(await entry()).to.equal(undefined)
    expect((await ask('GET', `/users/${userId}/consents`)).body.suppressed).to.deep.equal([])
    const [act] = (await ask('GET', '/admin/audit?action=suppressions.lifted')).body.items
    expect(act.note).to.deep.equal({ reason: 'mistake' })

    await app.careline.storage.store.of(app.business.workspace.id).insert('suppressions', {
      _id: 'sup_own',
      channel: 'sms',
      reason: 'stop',
      userId: null,
      by: null,
      at: new Date(),
    })
    expect((await ask('POST', '/suppressions/sup_own/lift', { reason: 'mistake' })).body.code).to.equal(
      'own_act_needed',
    )
  })

  it('offers canned answers and macros of one’s own teams and of everybody', async () => {
    const sam = app.business.members['sam']?.id
    const { body: ours } = await ask('POST', '/teams', { name: 'Ours', memberIds: [sam] })
    const { body: theirs } = await ask('POST', '/teams', { name: 'Theirs' })
    const texts = [{ locale: 'en', text: 'Hi' }]
    const deeds = [{ do: 'note', text: 'Hi' }]
    for (const [name, teamId] of Object.entries({ all: null, ours: ours.id, theirs: theirs.id })) {
      await ask('POST', '/canned-responses', { shortcut: name, name, texts, teamId })
      await ask('POST', '/macros', { name, deeds, teamId })
    }
    const names = async (path: string) => (await staff('GET', path)).body.items.map(({ name }: any) => name)
    expect(await names('/canned-responses/offered'))
      .to.include.members(['all', 'ours'])
      .and.not.include('theirs')
    expect(await names('/macros/offered'))
      .to.include.members(['all', 'ours'])
      .and.not.include('theirs')
    expect(await names('/canned-responses?limit=100'), 'who makes them sees all').to.include('theirs')
  })

  it('shows every file of one person, the latest first, a page of messages at a time', async () => {
    const lena = app.business.person('Fiona')
    lena.sends('Hello')
    await app.settled()
    const [{ conversationId, conversation }] = (await ask('GET', '/conversations')).body.items
    const row = (n: number, content: object, more: object = {}) => ({
      ...{ _id: `msg_${String(n)}`, conversationId, userId: conversation.userId, n, direction: 'in', statusRank: 0 },
      ...{ author: { kind: 'person', id: conversation.userId }, episodeId: 'e', channelId: 'c', replyTo: null },
      ...{ status: 'received', error: null, reactions: { person: null, staff: null }, at: new Date(), content },
      ...{ editedAt: null, deletedAt: null, providerId: null },
      ...more,
    })
    const mail = { subject: '', text: '', files: [1, 2].map((n) => ({ fileId: `m${n}`, mime: 'x/y', sizeBytes: n })) }
    const tenant = app.careline.storage.store.of(app.business.workspace.id)
    const { rest } = app.careline.storage
    const keep = (one: { _id: string }) =>
      tenant.insert('messages', rest.encode(conversationContract.rows.message, one, placeOf(one._id)))
    const placeOf = (id: string) => ({ workspaceId: app.business.workspace.id, at: `messages/${id}` })
    for (let n = 11; n <= 31; n++) await keep(row(n, { kind: 'image', mime: 'image/png', fileId: `f${String(n)}` }))
    await keep(row(32, { kind: 'email', ...mail }))
    await keep(row(33, { kind: 'image', mime: 'image/png', fileId: 'gone' }, { deletedAt: new Date() }))
    const first = (await ask('GET', `/users/${conversation.userId}/files`)).body
    expect(first.items.map(({ fileId }: any) => fileId).slice(0, 3)).to.deep.equal(['m1', 'm2', 'f31'])
    const next = (await ask('GET', `/users/${conversation.userId}/files?cursor=${first.nextCursor}`)).body
    expect(next.items.map(({ fileId }: any) => fileId)).to.deep.equal(['f12', 'f11'])
    expect([first.items.length, next.nextCursor]).to.deep.equal([21, null])
    const plan = JSON.stringify(await tenant.explain('messages', fileFilter('c'), { sort: { n: -1 } }))
    expect(plan).to.include('IXSCAN').and.not.include('"SORT"')
  })
})

describe('those who may be one', () => {
  const people = (...some: Partial<Matched>[]) =>
    async function* () {
      for (const [n, one] of some.entries())
        yield { id: `usr_${String(n)}`, name: '', birth: null, identities: [], ...one }
    }
  const mail = (value: string) => [{ kind: 'email' as const, value }]

  it('are found by what two of them share, and not by what a whole family does', async () => {
    const birth = { month: 3, day: 15, year: null }
    const family = Array.from({ length: 6 }, () => ({ identities: mail('family@example.com') }))
    const found = await pairsOf(
      people(
        ...[{ name: 'Ann Weber', birth }, { name: 'Weber, Ann', birth }, { name: 'Somebody' }, ...family],
        ...[{ identities: mail('X@y.org') }, { identities: mail('x@y.org ') }],
      ),
    )
    expect(found.map(({ userIds, reasons, score }) => [...userIds, ...reasons, score])).to.deep.equal([
      ['usr_10', 'usr_9', 'same_email', 80],
      ['usr_0', 'usr_1', 'name_and_birthday', 60],
    ])
  })

  it('are looked for in every workspace by the schedule', async () => {
    const looked: string[] = []
    const settings = {
      all: () =>
        new Map([
          ['w1', {}],
          ['w2', {}],
        ]),
    }
    const scan = async (id: string) => void looked.push(id)
    await duplicates({ settings, scan }).run({ hold: async () => undefined })
    expect(looked).to.deep.equal(['w1', 'w2'])
  })
})
