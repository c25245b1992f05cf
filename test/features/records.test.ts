import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import { listsOf } from '../../client/lists.ts'
import { recordsOf } from '../../client/records.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('what is known of a person', () => {
  const app = withApp()
  let api: Api
  let records: ReturnType<typeof recordsOf>
  let lists: ReturnType<typeof listsOf>
  before(async () => {
    api = await app.business.as('owner')
    records = recordsOf(api.http)
    lists = listsOf(api.http)
  })
  const refusal = (asked: Promise<unknown>) =>
    asked.then(
      () => 'nothing',
      (error: any) => error.code as string,
    )
  let numbers = 0
  const number = () => `+4915112${String(100_000 + ++numbers)}`
  const enter = (name: string, more: object = {}) => records.enter({ name, ...more })

  it('is entered, changed and read with its revision, birthdays of unknown years among it', async () => {
    const made = await enter('Amina Benali', { birthday: '9999-02-29', tags: ['vip'], source: 'fair' })
    expect(made).to.include({ name: 'Amina Benali', birthday: '9999-02-29', source: 'fair', stage: 'lead', rev: 0 })
    const changed = await records.update(made.userId, { birthday: '1990-05-15', stage: 'booked' }, made.rev)
    expect(changed).to.include({ birthday: '1990-05-15', stage: 'booked', rev: 1 })
    expect(await refusal(records.update(made.userId, { name: 'No' }, 0))).to.equal('stale_revision')
    expect(await refusal(records.update(made.userId, { birthday: '1990-02-30' }))).to.equal('invalid_request')
    expect((await records.tag(made.userId, { add: ['new'], remove: ['vip'] })).tags).to.deep.equal(['new'])
    expect((await records.get(made.userId)).name).to.equal('Amina Benali')
  })

  it('has fields of the business, each value of its kind, the sensitive ones out of sight', async () => {
    const field = (body: object) => api.http.post<{ id: string; rev: number }>('/custom-fields', body)
    await field({ key: 'shoe_size', name: 'Shoe size', type: 'number' })
    const kept = await field({ key: 'diagnosis', name: 'Diagnosis', type: 'text', isSensitive: true })
    await field({ key: 'plan', name: 'Plan', type: 'choice', options: ['a', 'b'] })
    const made = await enter('Fields', { custom: { shoe_size: 43, diagnosis: 'secret', plan: 'a' } })
    expect(made.custom).to.deep.equal({ shoe_size: 43, plan: 'a' })
    expect((await records.private(made.userId)).custom).to.deep.equal({ diagnosis: 'secret' })
    for (const custom of [{ shoe_size: 'big' }, { plan: 'c' }])
      expect(await refusal(records.update(made.userId, { custom }))).to.equal('wrong_value')
    expect(await refusal(records.update(made.userId, { custom: { nothing: 1 } }))).to.equal('unknown_field')
    expect((await records.update(made.userId, { custom: { plan: null } })).custom).to.deep.equal({ shoe_size: 43 })
    expect(await refusal(api.http.patch(`/custom-fields/${kept.id}`, { isSensitive: false }))).to.equal('field_stays')
    const staff = await app.business.as('staff-fields')
    expect(await refusal(recordsOf(staff.http).private(made.userId))).to.equal('not_allowed')
    const documents = await app.careline.storage.store.of(app.business.workspace.id).find('users', { _id: made.userId })
    expect(JSON.stringify(documents)).to.not.include('secret')
  })

  it('has addresses that nobody else has, a primary one of each kind, and lets go of them', async () => {
    const [one, mail] = [number(), 'Pat@Example.test']
    const pat = await enter('Pat', {
      identities: [
        { kind: 'phone', value: one },
        { kind: 'email', value: mail },
      ],
    })
    expect(pat.identities.map(({ isPrimary }) => isPrimary)).to.deep.equal([true, true])
    const other = await enter('Other')
    const taken = await records
      .addIdentity(other.userId, { kind: 'email', value: 'pat@example.TEST' })
      .catch((error: unknown) => error)
    expect(taken).to.include({ code: 'identity_taken', holderId: pat.userId })
    expect(
      await refusal(
        enter('Third', {
          identities: [
            { kind: 'phone', value: number() },
            { kind: 'phone', value: one },
          ],
        }),
      ),
    ).to.equal('identity_taken')
    expect(await refusal(records.addIdentity(other.userId, { kind: 'phone', value: '+1 23' }))).to.equal(
      'invalid_address',
    )

    const second = await records.addIdentity(pat.userId, { kind: 'phone', value: number(), label: 'work' })
    const [first, , last] = second.identities
    const moved = await records.changeIdentity(pat.userId, last!.id, { isPrimary: true, isVerified: true })
    expect(moved.identities.map(({ isPrimary }) => isPrimary)).to.deep.equal([false, true, true])
    await records.removeIdentity(pat.userId, last!.id)
    expect((await records.get(pat.userId)).identities[0]).to.include({ id: first!.id, isPrimary: true })
    expect((await records.addIdentity(other.userId, last!)).identities).to.have.lengthOf(1)
  })

  it('has an address no longer than it is theirs, though it was being looked up when it changed hands', async () => {
    const { claims, store } = app.careline.storage
    const { id: workspaceId } = app.business.workspace
    await claims.take(workspaceId, 'identity/wa_id/handed', 'usr_first')
    claims.forget()
    const looking = claims.ownerOf(workspaceId, 'identity/wa_id/handed')
    claims.forget() // It is told while the answer is on its way.
    expect(await looking).to.equal('usr_first')
    const handed = { _id: `${workspaceId}/identity/wa_id/handed` }
    await store.collection('claims').updateOne(handed, { $set: { owner: 'usr_second' } })
    expect(await claims.ownerOf(workspaceId, 'identity/wa_id/handed')).to.equal('usr_second')
  })

  it('two of one human being become one, with both threads in order; parted again, each is as before', async () => {
    const people = [app.business.person('Twin A'), app.business.person('Twin B')] as const
    for (const n of [1, 2, 3]) {
      people[0].sends(`a${n}`)
      await app.settled()
      people[1].sends(`b${n}`)
      await app.settled()
    }
    const lines = (await api.conversations.list({ status: 'open', limit: 50 })).items
    const idOf = (name: string) => lines.find(({ conversation }) => conversation.name === name)!.conversation.userId
    const [winner, loser] = [idOf('Twin A'), idOf('Twin B')]
    await records.tag(loser, { add: ['two'] })
    const before = await Promise.all([records.get(winner), records.get(loser)])
    const texts = async (id: string) =>
      (await api.conversations.messages(conversationIdOf(id))).items.map(
        ({ n, content }) => `${n} ${(content as any).text}`,
      )
    const threads = await Promise.all([texts(winner), texts(loser)])

    const preview = await records.previewMerge(winner, loser)
    expect(preview.fields.find(({ field }) => field === 'name')).to.include({
      winner: 'Twin A',
      loser: 'Twin B',
      from: 'winner',
    })
    const { mergeId, profile } = await records.merge(winner, loser, { name: 'loser' })
    expect(profile).to.include({ userId: winner, name: 'Twin B' })
    expect(profile.tags).to.deep.equal(['two'])
    await app.settled()
    expect((await records.get(loser)).userId, 'the old id leads to both').to.equal(winner)
    expect(await texts(winner)).to.deep.equal(['1 a1', '2 b1', '3 a2', '4 b2', '5 a3', '6 b3'])
    const said = async (userId: string) =>
      (await api.http.get<{ items: unknown[] }>(`/messages/search?q=b2&userId=${userId}`)).items.length
    expect([await said(winner), await said(loser)], 'found with whom they are one').to.deep.equal([1, 0])
    expect(await refusal(records.update(loser, { name: 'No' }))).to.equal('person_merged')
    expect(await refusal(records.merge(loser, winner))).to.equal('person_merged')

    people[1].sends('late')
    await app.settled()
    expect((await texts(winner)).at(-1)).to.equal('7 late')
    await records.undoMerge(mergeId)
    await app.settled()
    const plain = ({ rev: _, privateRev: __, lastSeenAt: ___, engagement: ____, ...rest }: any) => rest
    const after = await Promise.all([records.get(winner), records.get(loser)])
    expect(after.map(plain)).to.deep.equal(before.map(plain))
    expect(await texts(loser)).to.deep.equal(threads[1])
    expect([await said(winner), await said(loser)]).to.deep.equal([0, 1])
    expect((await texts(winner)).slice(0, 3)).to.deep.equal(threads[0])
    people[1].sends('alone again')
    await app.settled()
    expect((await texts(loser)).at(-1)).to.equal('4 alone again')
    expect(await refusal(records.undoMerge(mergeId))).to.equal('not_merged')
  })

  it('those who may be one are found, with why; who was said to be two stays two', async () => {
    const pair = [
      await enter('Ana Lima', { identities: [{ kind: 'phone', value: '+5511987654321' }] }),
      await enter('Lima, Ana', { identities: [{ kind: 'phone', value: '+551187654321' }], birthday: '9999-03-03' }),
    ]
    await records.update(pair[0]!.userId, { birthday: '1980-03-03' })
    expect((await records.findDuplicates()).pairs).to.be.greaterThan(0)
    const ids = pair.map(({ userId }) => userId).sort()
    const mine = async () => (await records.duplicates()).items.find(({ userIds }) => userIds.join() === ids.join())
    const found = await mine()
    expect(found?.reasons).to.have.members(['similar_number', 'name_and_birthday'])
    await records.dismissDuplicate(found!.id)
    await records.findDuplicates()
    expect(await mine()).to.equal(undefined)
  })

  it('everything about a person is one order, in pages, narrowed to what is asked for', async () => {
    const person = app.business.person('Timeline')
    person.sends('hello')
    await app.settled()
    const [line] = (await api.conversations.list({ limit: 1 })).items
    const { userId } = line!.conversation
    await records.tag(userId, { add: ['seen'] })
    await api.conversations.note(conversationIdOf(userId), 'a note')
    await api.http.post('/remarks', { kind: 'person', recordId: userId, text: 'a remark' })
    const all = (await records.timeline(userId)).items.map(({ kind }) => kind)
    expect(all).to.include.members(['created', 'message', 'tagged', 'note', 'remark'])
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await records.timeline(userId, { limit: 2, ...(cursor && { cursor }) })
      paged.push(...page.items.map(({ kind }) => kind))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(paged).to.deep.equal(all)
    expect((await records.timeline(userId, { kinds: 'tagged' })).items.map(({ kind }) => kind)).to.deep.equal([
      'tagged',
    ])
    expect(await refusal(records.timeline(userId, { kinds: 'nonsense' }))).to.equal('unknown_kind')
  })

  it('blocked, they write and are in nobody’s unread; nothing leaves to them until they are let in again', async () => {
    const person = app.business.person('Blocked')
    person.sends('first')
    await app.settled()
    const [line] = (await api.conversations.list({ limit: 1 })).items
    const { userId, unread } = line!.conversation
    expect((await records.block(userId, 'rude')).isBlocked).to.equal(true)
    person.sends('second')
    await app.settled()
    const conversationId = conversationIdOf(userId)
    expect((await api.conversations.messages(conversationId)).items).to.have.lengthOf(2)
    expect((await api.conversations.get(conversationId)).unread).to.equal(unread)
    expect(await refusal(api.conversations.send(conversationId, { content: { kind: 'text', text: 'no' } }))).to.equal(
      'person_blocked',
    )
    expect((await records.unblock(userId)).isBlocked).to.equal(false)
    await app.settled()
    await api.conversations.send(conversationId, { content: { kind: 'text', text: 'yes' } })
  })

  it('archived, they are in no list and nothing but answers goes to them, until they write again', async () => {
    const { userId } = await enter('Archie Archived', { identities: [{ kind: 'phone', value: number() }] })
    const listed = async (query = '') =>
      (await api.http.get<{ items: { userId: string }[] }>(`/users?q=archie${query}`)).items.map((one) => one.userId)
    expect(await listed()).to.deep.equal([userId])
    await api.http.delete(`/users/${userId}`)
    expect([await listed(), await listed('&archived=true')]).to.deep.equal([[], [userId]])
    expect((await records.get(userId)).archivedAt).to.be.a('string')
    expect((await records.unarchive(userId)).archivedAt).to.equal(null)
    await lists.together([userId], { isArchived: true })
    expect(await listed()).to.deep.equal([])

    const person = app.business.person('Willa')
    person.sends('hello')
    await app.settled()
    const [line] = (await api.conversations.list({ limit: 1 })).items
    const willa = line!.conversation.userId
    await records.archive(willa)
    await app.settled()
    const asOf = (text: string, more: object) =>
      refusal(api.http.post('/messages', { to: { userId: willa }, content: { kind: 'text', text }, ...more }))
    expect(await asOf('Your order left', { class: 'transactional' })).to.equal('person_archived')
    expect((await records.timeline(willa, { limit: 1 })).items[0]?.kind).to.equal('archived')
    person.sends('I am back')
    await app.settled()
    expect((await records.get(willa)).archivedAt).to.equal(null)
    await until(async () => (await asOf('Your order left', { class: 'transactional' })) === 'nothing')
  })

  it('restricted, what is known of them rests: only what staff answer goes to them', async () => {
    const person = app.business.person('Resty')
    person.sends('stop using my data')
    await app.settled()
    const [line] = (await api.conversations.list({ limit: 1 })).items
    const { userId } = line!.conversation
    expect((await records.restrict(userId, true, 'asked on the phone')).isRestricted).to.equal(true)
    await app.settled()
    const order = { to: { userId }, class: 'transactional', content: { kind: 'text', text: 'Your order left' } }
    expect(await refusal(api.http.post('/messages', order))).to.equal('person_restricted')
    const answer = { content: { kind: 'text' as const, text: 'We heard you.' } }
    await api.conversations.send(conversationIdOf(userId), answer)
    const filter = { field: 'restricted', is: 'is' as const, value: true }
    expect((await lists.people({ filter })).items.map((one) => one.userId)).to.deep.equal([userId])
    const staff = recordsOf((await app.business.as('staff-restricting')).http)
    expect(await refusal(staff.restrict(userId, false, ''))).to.equal('not_allowed')
    expect((await records.restrict(userId, false, '')).isRestricted).to.equal(false)
    await app.settled()
    await api.http.post('/messages', order)
  })

  it('was there, which an app says, and that stands in their timeline and counts', async () => {
    const { userId } = await enter('Present')
    const been = await api.http.post(`/users/${userId}/engagement`, {
      type: 'session_attended',
      what: { minutes: 50 },
      at: new Date(Date.now() - 3_600_000).toISOString(),
    })
    expect(been).to.deep.include({ parts: { recency: 40, days: 3, ways: 0, rating: 0 } })
    const [said] = (await records.timeline(userId, { kinds: 'engagement' })).items
    expect(said?.what).to.deep.equal({ type: 'session_attended', minutes: 50 })
    expect((await records.get(userId)).lastSeenAt).to.be.a('string')
    expect(await refusal(api.http.post(`/users/${userId}/engagement`, { type: 'No such' }))).to.equal('invalid_request')
  })

  it('is a lead who fills in a form on a website, and stays as they are who are known', async () => {
    const site = 'https://www.cafe.test'
    const consentText = 'Yes, send me your news.'
    const form = await api.http.post<{ id: string; rev: number }>('/lead-forms', {
      ...{ name: 'Contact', origins: [site], tags: ['web'], consentText },
    })
    const at = `${app.url}/api/v1/public/leads/${app.business.workspace.id}.${form.id}`
    const fill = (fields: Record<string, string>, origin = site) =>
      fetch(at, { method: 'POST', body: new URLSearchParams(fields), headers: { origin }, redirect: 'manual' })
    const byEmail = async (q: string) =>
      (await api.http.get<{ items: { userId: string }[] }>(`/users?q=${encodeURIComponent(q)}`)).items
    const ida = { name: 'Ida', email: 'ida@web.test', phone: '+49 151 7000 0001', message: 'A table?', consent: 'on' }
    const answer = await fill(ida)
    expect([answer.status, await answer.text()]).to.deep.equal([
      202,
      '<!doctype html><html lang="en" dir="ltr"><meta charset="utf-8"><title>Thank you. We will be in touch.</title><p>Thank you. We will be in touch.</p></html>',
    ])
    const [line] = await byEmail('ida@web.test')
    const before = await records.get(line!.userId)
    expect(before).to.deep.include({ name: 'Ida', stage: 'lead', source: 'website', tags: ['web'] })
    // A number that a stranger leaves beside an address is a word, and nothing by which they could come in.
    expect(before.identities.map(({ kind, isVerified }: any) => [kind, isVerified ?? false])).to.deep.equal([
      ['email', false],
    ])
    const said = (await records.timeline(line!.userId, { kinds: 'engagement' })).items[0]
    expect(said?.what).to.deep.equal({
      source: 'website',
      form: 'Contact',
      message: 'A table?',
      also: '+4915170000001',
    })
    const { items } = await api.http.get<{ items: any[] }>(`/users/${line!.userId}/consents/history`)
    expect(items.map(({ channel, proof }) => [channel, proof.method, proof.text, proof.ip])).to.deep.equal([
      ['email', 'form', consentText, '127.0.0.1'],
    ])

    const again = await fill({ name: 'Somebody Else', email: 'IDA@web.test' })
    expect([again.status, (await records.get(line!.userId)).name]).to.deep.equal([202, 'Ida'])
    expect(
      (await fill({ name: 'Robot', email: 'robot@web.test', website: 'http://spam' })).status,
      'no word of it',
    ).to.equal(202)
    expect(await byEmail('robot@web.test')).to.deep.equal([])
    expect((await fill(ida, 'https://evil.test')).status).to.equal(403)
    const script = await fetch(at, {
      method: 'POST',
      body: JSON.stringify({ name: 'No address' }),
      headers: { origin: site, 'content-type': 'application/json' },
    })
    expect((await script.json()).code).to.equal('address_missing')
    // Of one address five an hour, and the hour may end while they are counted.
    await until(async () => (await fill(ida)).status === 429)
    await api.http.patch(`/lead-forms/${form.id}`, { isActive: false })
    expect((await fill(ida)).status).to.equal(404)
  })

  it('erased, nothing says who it was, and whoever writes from there is somebody new', async () => {
    const person = app.business.person('Erased One')
    person.sends('my secret words')
    await app.settled()
    const [line] = (await api.conversations.list({ limit: 1 })).items
    const { userId } = line!.conversation
    const { id } = await records.export(userId)
    const { url } = await until(() => records.exportLink(userId, id).catch(() => undefined))
    const bundle = await (await fetch(new URL(url, app.url))).text()
    expect(bundle).to.include('my secret words').and.include('"kind":"profile"')

    expect(await refusal(records.erase(userId, 'Somebody'))).to.equal('not_the_name')
    await records.erase(userId, 'Erased One')
    await app.settled()
    const after = await records.get(userId)
    expect(after).to.include({ name: '' })
    expect([after.identities.length, after.erasedAt === null]).to.deep.equal([0, false])
    const thread = (await api.conversations.messages(conversationIdOf(userId))).items
    expect(thread.map(({ content }) => content.kind)).to.deep.equal(['unsupported'])
    expect((await records.timeline(userId, { kinds: 'created,tagged' })).items).to.deep.equal([])
    expect(await refusal(records.update(userId, { name: 'Back' }))).to.equal('person_erased')
    person.sends('it is me')
    await app.settled()
    const [next] = (await api.conversations.list({ limit: 1 })).items
    expect(next!.conversation.userId).to.not.equal(userId)
  })
})
