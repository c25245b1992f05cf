import { expect } from 'chai'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { ImportOptions } from '../../kernel/import-map.ts'
import { Imports } from '../../server/imports/imports.ts'
import { consentStates } from '../../store/queries/consents.ts'
import { peopleByIds, peoplePage } from '../../store/queries/people-list.ts'
import { askingAs } from '../harness/asking-as.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

const quietLog = { error: () => undefined }

type Ask = Awaited<ReturnType<typeof askingAs>>

const file = [
  'Name;Handynummer;E-Mail;Geburtstag;Tags;Note',
  'Anna Schröder;0151 23456781;Anna@Example.com;15.3.1990;vip, new;x',
  'Bea Müller;+49 151 23456782;;14.03.;new;"a;b"',
  'Nobody;;;;;',
  'Wrong;12;;;;',
  'Anna S.;+4915123456781;;;;twice',
].join('\n')

describe('lists of people', () => {
  const app = withApp()
  let ask: Ask
  let staff: Ask
  before(async () => {
    ask = await askingAs(await app.business.as('owner'), app.url)
    staff = await askingAs(await app.business.as('sam'), app.url)
  })
  const names = (answer: { body: any }) => answer.body.items.map(({ name }: { name: string }) => name).sort()

  it('are imported from a file: looked at, mapped, tried, then done, each row once', async () => {
    const uploaded = await ask('POST', '/imports?name=people.csv', Buffer.from(file).toString(), 'text/csv')
    expect(uploaded.status, JSON.stringify(uploaded.body)).to.equal(201)
    const { id } = uploaded.body
    expect(uploaded.body).to.deep.include({ delimiter: ';', encoding: 'utf-8', status: 'uploaded' })
    expect(uploaded.body.mapping).to.deep.equal(['name', 'phone', 'email', 'birthday', 'tags', null])
    expect((await ask('POST', `/imports/${id}/run`)).body.code).to.equal('import_state')

    const options = { country: 'DE', tags: ['import-1'] }
    const mapped = await ask('PUT', `/imports/${id}/mapping`, { mapping: uploaded.body.mapping, options })
    expect(mapped.body.status, JSON.stringify(mapped.body)).to.equal('mapped')
    await ask('POST', `/imports/${id}/validate`)
    await app.careline.lists.lists.imports.settled()
    const tried = (await ask('GET', `/imports/${id}`)).body
    expect(tried).to.deep.include({ status: 'validated', rows: 5 })
    expect(tried.dryCounts).to.deep.equal({ created: 2, updated: 1, unchanged: 0, refused: 2 })
    expect(names(await ask('GET', '/users')), 'a dry run makes nobody').to.deep.equal([])

    await ask('POST', `/imports/${id}/run`)
    await app.careline.lists.lists.imports.settled()
    const done = (await ask('GET', `/imports/${id}`)).body
    expect(done.status).to.equal('completed')
    expect(done.counts).to.deep.equal(tried.dryCounts)
    expect(names(await ask('GET', '/users'))).to.deep.equal(['Anna S.', 'Bea Müller'])
    const rows = (await ask('GET', `/imports/${id}/rows?outcome=refused`)).body.items
    expect(rows.map(({ n, code }: any) => [n, code])).to.deep.equal([
      [3, 'no_address'],
      [4, 'invalid_phone'],
    ])
    const report = await ask('GET', `/imports/${id}/report`)
    expect(report.body.split('\r\n')).to.have.length(7)
    expect(report.body).to.include('4,refused,invalid_phone,Handynummer: no such number.')
    expect((await staff('GET', '/imports')).status, 'not for everybody').to.equal(403)
  })

  it('are searched by words, addresses and numbers as people type them', async () => {
    const found = async (q: string) => names(await ask('GET', `/users?q=${encodeURIComponent(q)}`))
    expect(await found('mull')).to.deep.equal(['Bea Müller'])
    expect(await found('MÜLLER be')).to.deep.equal(['Bea Müller'])
    expect(await found('anna@example.com')).to.deep.equal(['Anna S.'])
    expect(await found('0151 2345')).to.have.length(2)
    expect(await found('456782')).to.deep.equal(['Bea Müller'])
    expect(await found('mulla')).to.deep.equal([])
    expect(await found('?!')).to.deep.equal([])
  })

  it('are filtered, and one filter is a segment that counts itself', async () => {
    const vip = { field: 'tags', is: 'has_any', value: ['vip'] }
    expect(names(await ask('GET', `/users?filter=${encodeURIComponent(JSON.stringify(vip))}`))).to.deep.equal([
      'Anna S.',
    ])
    expect((await ask('GET', '/users?filter=%7B')).body.code).to.equal('invalid_filter')
    expect(names(await ask('GET', '/users?tag=new&stage=lead'))).to.deep.equal(['Anna S.', 'Bea Müller'])

    const made = await ask('POST', '/segments', { name: 'VIP', filter: vip })
    expect(made.status, JSON.stringify(made.body)).to.equal(201)
    const count = async () =>
      (await ask('GET', '/segments/counts')).body.items.find((one: any) => one.id === made.body.id).count
    expect(await count()).to.equal(1)
    expect(names(await ask('GET', `/segments/${made.body.id}/users`))).to.deep.equal(['Anna S.'])
    const preview = await ask('POST', '/segments/preview', { filter: { not: vip } })
    expect(preview.body).to.deep.include({ count: 1 })
    const refused = await ask('POST', '/segments', { name: 'X', filter: { field: 'nothing', is: 'is', value: 'x' } })
    expect(refused.body.errors[0].path).to.equal('filter.field')

    const [bea] = (await ask('GET', '/users?q=bea')).body.items
    const bulk = await ask('POST', '/users/bulk', {
      userIds: [bea.userId, 'usr_nobody'],
      do: { tag: { add: ['vip'] }, stage: 'customer' },
    })
    expect(bulk.body.items.map(({ isDone, code }: any) => [isDone, code])).to.deep.equal([
      [true, null],
      [false, 'user_missing'],
    ])
    await app.careline.lists.lists.segments.recount(app.business.workspace.id)
    expect(await count(), 'who changes moves in').to.equal(2)
    expect((await ask('GET', '/leads/counts')).body.stages).to.include({ lead: 1, customer: 1 })
    expect(names(await ask('GET', '/leads'))).to.deep.equal(['Anna S.'])
  })

  it('are put on a list by hand, and taken off it', async () => {
    const { body: list } = await ask('POST', '/segments', { name: 'By hand', kind: 'static' })
    const people = (await ask('GET', '/users')).body.items
    const ids = people.map(({ userId }: any) => userId)
    expect((await ask('PUT', `/segments/${list.id}/members`, { add: [...ids, ids[0]] })).body.count).to.equal(2)
    expect((await ask('GET', `/users?segment=${list.id}&stage=customer`)).body.items).to.have.length(1)
    const page = (await ask('GET', `/segments/${list.id}/users?limit=1`)).body
    const next = (await ask('GET', `/segments/${list.id}/users?limit=1&cursor=${page.nextCursor}`)).body
    expect([...page.items, ...next.items].map(({ userId }: any) => userId)).to.have.members(ids)
    expect((await ask('PUT', `/segments/${list.id}/members`, { remove: ids })).body.count).to.equal(0)
  })

  it('show whose birthday is next, also where nobody knows the year', async () => {
    const found = (await ask('GET', '/users/birthdays?days=366')).body.items
    expect(found.map(({ name, turns }: any) => [name, turns === null])).to.have.deep.members([
      ['Anna S.', false],
      ['Bea Müller', true],
    ])
    expect(found[0].on <= found[1].on).to.equal(true)
  })

  it('are taken along as a file in which nothing runs, by who may, and it is in the audit', async () => {
    const [anna] = (await ask('GET', '/users?q=anna')).body.items
    await ask('PATCH', `/users/${anna.userId}`, { name: '=HYPERLINK("evil")' })
    const begun = await ask('POST', '/exports', { filter: { field: 'tags', is: 'has_any', value: ['vip'] } })
    expect(begun.status, JSON.stringify(begun.body)).to.equal(202)
    await app.careline.lists.lists.exports.settled()
    expect((await ask('GET', `/exports/${begun.body.id}`)).body).to.include({ status: 'ready', rows: 2 })
    const { url } = (await ask('POST', `/exports/${begun.body.id}/link`)).body
    const text = await (await fetch(app.url + url)).text()
    const [head, ...lines] = text.trim().split('\r\n')
    expect(head).to.match(/^\uFEFF?Name,First name/)
    expect(lines).to.have.length(2)
    expect(text).to.include('"\'=HYPERLINK(""evil"")"')
    expect((await staff('POST', '/exports', {})).status).to.equal(403)
    const log = (await ask('GET', '/admin/audit?action=people.exported')).body.items
    expect(log.filter(({ result }: any) => result === 'done')).to.have.length(1)
  })
})

describe('an import whose process is killed in the middle', () => {
  const app = withApp()

  it('goes on elsewhere: each row once, and each makes one person', async () => {
    const { storage, files, system } = app.careline
    const { store, rest, vault, claims } = storage
    const workspaceId = app.business.workspace.id
    let time = Date.now()
    const asked = { n: 0 }
    // From the 115th person on nobody answers: that is what a process looks like that is gone.
    const deaf = new Proxy({}, { get: () => () => new Promise(() => undefined) })
    const open = (diesAt: number) =>
      new Imports({
        ...{ store, vault, claims, room: files.room, changed: () => undefined, now: () => time, log: quietLog },
        customFields: async () => [],
        peopleByIds: (id, ids) => peopleByIds({ store, rest }, id, ids),
        consentsByIds: (id, ids) => consentStates(store, id, ids),
        workspaceFor: (id) => {
          const real = system.workspace(id, principal('system', 'imp_1'))
          const at = (...where: Parameters<typeof real.at>) =>
            ++asked.n > diesAt ? (deaf as never) : real.at(...where)
          return { ...real, id, at } as unknown as Workspace
        },
      })
    const lines = Array.from({ length: 130 }, (_, n) => `P ${n},+4915155${String(n).padStart(6, '0')}`)
    // The same person again, later in the file.
    const table = ['Name,Phone', ...lines, 'P 7 again,+4915155000007'].join('\n')
    const first = open(115)
    const bytes = (async function* () {
      yield Buffer.from(table)
    })()
    await first.upload(workspaceId, 'imp_1', { bytes, fileName: 'x.csv', by: 'mem_1' })
    await first.map(workspaceId, 'imp_1', ['name', 'phone'], ImportOptions.parse({}))
    await first.validate(workspaceId, 'imp_1')
    await first.settled()
    await first.run(workspaceId, 'imp_1')
    await until(() => asked.n > 115)
    const second = open(Infinity)
    await second.sweep()
    expect((await second.byId(workspaceId, 'imp_1')).cursor, 'nobody takes it from one who may live').to.equal(100)
    time += 31_000
    await second.sweep()
    const done = await second.byId(workspaceId, 'imp_1')
    expect(done).to.deep.include({ status: 'completed', cursor: 131 })
    expect(done.counts).to.deep.equal({ created: 130, updated: 1, unchanged: 0, refused: 0 })
    expect(await store.of(workspaceId).count('users', { createdAt: { $type: 'date' } }, 1_000)).to.equal(130)
    expect(await store.of(workspaceId).count('import_rows', { importId: 'imp_1', phase: 'run' }, 1_000)).to.equal(131)
    const { items } = await peoplePage({ store, rest }, workspaceId, { q: '55000007', limit: 5 })
    expect(items.map(({ name }) => name)).to.deep.equal(['P 7 again'])
  })
})

describe('search in what was said', () => {
  const app = withApp()
  let ask: Ask
  const hits = async (q: string, more = '') =>
    (await ask('GET', `/messages/search?q=${encodeURIComponent(q)}${more}`)).body
  before(async () => {
    ask = await askingAs(await app.business.as('owner'), app.url)
  })

  it('finds words by their beginnings, in any case and with or without accents, and shows where', async () => {
    const lena = app.business.person('Lena')
    const omar = app.business.person('Omar')
    lena.sends('Ich möchte meinen Termin am Donnerstag verschieben')
    await app.settled()
    omar.sends('Termin absagen bitte')
    await app.settled()
    const found = await hits('termin')
    expect(
      found.items.map(({ name }: any) => name),
      'the newest first',
    ).to.deep.equal(['Omar', 'Lena'])
    const [hit] = (await hits('mocht TERM')).items
    const [[from, to]] = hit.marks
    expect(hit.snippet.slice(from, to)).to.equal('möchte')
    expect((await hits('terminal')).items).to.deep.equal([])
    const first = await hits('termin', '&limit=1')
    const second = await hits('termin', `&limit=1&cursor=${first.nextCursor}`)
    expect([first.items[0].name, second.items[0].name, second.nextCursor]).to.deep.equal(['Omar', 'Lena', null])
    const [{ userId }] = (await hits('donnerstag')).items
    expect((await hits('termin', `&userId=${userId}`)).items).to.have.length(1)
  })

  it('keeps no word that could be read, and goes by its index', async () => {
    const { store, rest } = app.careline.storage
    const workspaceId = app.business.workspace.id
    const [row] = await store.of(workspaceId).find('message_words', {}, { limit: 1 })
    expect(JSON.stringify(row)).not.to.match(/termin|donn/i)
    const { wordsQuery } = await import('../../store/queries/message-search.ts')
    for (const userId of [undefined, 'usr_1']) {
      const { filter, options } = wordsQuery(rest, workspaceId, { tokens: ['termin', 'bit'] }, { userId, limit: 20 })
      const plan = JSON.stringify(await store.of(workspaceId).explain('message_words', filter, options))
      expect(plan).to.include('IXSCAN')
      expect(plan).not.to.include('COLLSCAN')
      expect(plan).not.to.include('"SORT"')
    }
  })

  it('is whole from the first message on, and is gone through by id where it is not', async () => {
    const { store } = app.careline.storage
    const workspaceId = app.business.workspace.id
    expect(await store.of(workspaceId).one('search_states', { _id: workspaceId })).to.include({ status: 'whole' })
    expect(await app.careline.lists.catchUp.step(workspaceId)).to.equal(false)
    const { afterId, byId } = await import('../../store/search/catch-up.ts')
    const plan = JSON.stringify(await store.of(workspaceId).explain('messages', afterId('msg_1'), byId))
    expect(plan).to.include('"_id_"').and.not.to.include('"SORT"')
  })

  it('is switched off: nothing is found, and the index goes; switched on again, it comes back', async () => {
    const { storage, lists, settings } = app.careline
    const workspaceId = app.business.workspace.id
    const set = async (messageSearch: boolean) => {
      const answer = await ask('PATCH', '/workspaces/current', { settings: { messageSearch } })
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200)
      expect(settings.ofWorkspace(workspaceId).messageSearch).to.equal(messageSearch)
    }
    const step = async () => {
      while (await lists.catchUp.step(workspaceId));
    }
    const words = () => storage.store.of(workspaceId).count('message_words', {}, 100)
    await step()
    const before = await words()
    await set(false)
    app.business.person('Late').sends('Termin nachher')
    await app.settled()
    await step()
    expect([await words(), (await hits('termin')).code]).to.deep.equal([0, 'search_off'])
    await set(true)
    await step()
    // So long other processes may not have heard of it.
    await storage.store.of(workspaceId).update('search_states', { _id: workspaceId }, { $set: { since: new Date(0) } })
    await step()
    expect(await words()).to.equal(before + 1)
    expect((await hits('termin')).items).to.have.length(3)
  })
})
