import { expect } from 'chai'
import fc from 'fast-check'
import { type Act, audit as chain } from '../../actors/audit/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { hashOf } from '../../kernel/chain.ts'
import { newId } from '../../kernel/id.ts'
import type { Stored } from '../../store/connection.ts'
import { chainsAtRest } from '../../server/main/cli/audit-checks.ts'
import { SimulatedLetters } from '../../store/simulated-letters.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

const hourMs = 60 * 60_000

describe('the audit', () => {
  const app = withApp()
  const tokens: Record<string, string> = {}
  let benId = ''
  let userId = ''
  let conversationId = ''
  before(async () => {
    const { business } = app
    await business.member('ann', 'admin')
    benId = (await business.member('ben')).id
    business.person('Lena Vogt').sends('A secret that she wrote')
    await app.settled()
    for (const name of ['owner', 'ann', 'ben'])
      tokens[name] = (
        await app.careline.auth.openFor(business.workspace.id, business.members[name]?.id ?? '')
      ).accessToken
    const { body } = await ask('owner', 'GET', '/conversations')
    conversationId = body.items[0].conversationId
    userId = body.items[0].conversation.userId
  })

  async function ask(who: string, method: string, path: string, body?: object) {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        'user-agent': 'a browser of the tests',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const said = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: isJson ? JSON.parse(said) : said, headers: answer.headers }
  }
  const entries = async (search = '') => (await ask('owner', 'GET', `/admin/audit?${search}`)).body.items as any[]
  const workspaceId = () => app.business.workspace.id
  const verify = () => app.careline.watch.audit.verify(workspaceId())

  it('says who changed what, on whom, from where, with what result, and not what was written', async () => {
    const { status } = await ask('ann', 'PATCH', `/members/${benId}`, { name: 'Benjamin Secretname' })
    expect(status).to.equal(200)
    const [entry] = await entries('action=member.changed')
    expect(entry).to.deep.include({
      action: 'member.changed',
      target: { kind: 'member', id: benId },
      fields: ['name'],
      result: 'done',
      code: null,
      isRead: false,
      userAgent: 'a browser of the tests',
    })
    expect(entry.by).to.include({ kind: 'member', id: app.business.members['ann']?.id, role: 'admin', actingId: null })
    expect(entry.ip).to.match(/127\.0\.0\.1|::1/)
    expect(entry.requestId).to.be.a('string')
    const stored = await app.careline.storage.store.of(workspaceId()).find('audit_log', {})
    const said = JSON.stringify(stored)
    for (const secret of ['Secretname', '127.0.0.1', 'a browser of the tests']) expect(said).not.to.contain(secret)
  })

  it('says what was refused, and why', async () => {
    expect(
      (await ask('ann', 'PATCH', `/members/${app.business.members['ann']?.id}`, { role: 'staff' })).status,
    ).to.equal(403)
    const [entry] = await entries('action=member.changed')
    expect(entry).to.include({ result: 'refused', code: 'own_membership' })
  })

  it('says who read a person and a conversation: once an hour for each sign-in, over HTTP and sockets', async () => {
    for (let n = 0; n < 3; n++) await ask('ben', 'GET', `/users/${userId}`)
    await ask('ann', 'GET', `/users/${userId}`)
    const screen = await app.business.screen('ben')
    await screen.open(`conversation:${conversationId}`).ready()
    const reads = await until(async () => {
      const found = await entries('reads=only')
      return found.some(({ action }) => action === 'conversation.read') && found
    })
    const persons = reads.filter(({ action }) => action === 'person.read')
    expect(persons.map(({ by }) => by.id)).to.have.members([benId, app.business.members['ann']?.id])
    expect(persons.map(({ target }) => target)).to.deep.equal(Array(2).fill({ kind: 'person', id: userId }))
    expect((await entries('reads=without')).filter(({ isRead }) => isRead)).to.deep.equal([])
  })

  it('is found by who, what, on what and when, a page at a time, and only by those who may', async () => {
    for (let n = 0; n < 7; n++) await ask('ann', 'PATCH', `/members/${benId}`, { name: `Ben ${n}` })
    const seen: number[] = []
    let cursor = ''
    do {
      const path = `/admin/audit?limit=3&actorId=${app.business.members['ann']?.id}${cursor && `&cursor=${cursor}`}`
      const { body } = await ask('owner', 'GET', path)
      seen.push(...body.items.map(({ n }: any) => n))
      cursor = body.nextCursor ?? ''
    } while (cursor)
    expect(seen.length).to.be.greaterThan(8)
    expect(seen).to.deep.equal([...new Set(seen)].sort((one, other) => other - one))
    expect((await entries(`targetId=${benId}`)).length).to.be.greaterThan(7)
    const later = new Date(Date.now() + hourMs).toISOString()
    const earlier = new Date(Date.now() - hourMs).toISOString()
    expect(await entries(`from=${later}`)).to.deep.equal([])
    expect((await entries(`from=${earlier}&until=${later}`)).length).to.be.greaterThan(7)
    expect((await ask('owner', 'GET', '/admin/audit?cursor=x')).body.code).to.equal('invalid_cursor')
    for (let n = 0; n < 2; n++) expect((await ask('ben', 'PATCH', `/members/${benId}`, {})).status).to.equal(403)
    expect((await ask('ben', 'GET', '/admin/audit')).status).to.equal(403)
    const denied = await until(async () => {
      const found = (await entries(`actorId=${benId}&reads=without`)).filter(
        ({ code, action }) => code === 'not_allowed' && action === 'member.changed',
      )
      return found.length > 0 && found
    })
    expect(denied, 'once').to.have.length(1)
    expect(denied[0]).to.include({ action: 'member.changed', result: 'refused' })
  })

  it('names whoever did it, in whose name, and on whom: members, operators, channels, the business', async () => {
    const { id: annId } = app.business.members['ann'] ?? { id: '' }
    const email = 'root@careline.test'
    await app.careline.care.operators.add({ email, name: 'Root of all' })
    const operatorId = (await app.careline.care.operators.list()).find((one) => one.email === email)?.id ?? ''
    const as = { ...nobody, kind: 'member', id: annId } as const
    const target = { kind: 'channel', id: app.business.channel.id }
    await written({ action: 'test.acted', by: { ...as, actingId: operatorId }, target })
    await written({ action: 'test.acted', by: { ...nobody, kind: 'operator', id: operatorId } })
    await written({ action: 'test.acted', by: as, target: { kind: 'workspace', id: workspaceId() } })
    const [third, second, first] = await entries('action=test.acted')
    expect(first.by).to.include({ id: annId, name: 'ann', actingId: operatorId, actingName: 'Root of all' })
    expect(first.targetName).to.equal('WhatsApp')
    expect(second.by).to.include({ id: operatorId, name: 'Root of all', actingName: null })
    expect(third.targetName).to.equal(app.business.workspace.name)
    const acted = await entries(`actingId=${operatorId}`)
    expect(acted.map(({ n }) => n)).to.deep.equal([first.n])
    const acting = (await ask('owner', 'GET', '/admin/audit/acting')).body.items
    expect(acting).to.deep.equal([{ id: operatorId, name: 'Root of all' }])
    expect((await ask('ben', 'GET', '/admin/audit/acting')).status).to.equal(403)
    const actions = (await ask('owner', 'GET', '/admin/audit/actions')).body.items
    expect(actions).to.include.members(['member.changed', 'person.read', 'test.acted'])
    expect(actions).to.deep.equal([...new Set(actions)].sort())
    expect((await ask('ben', 'GET', '/admin/audit/actions')).status).to.equal(403)
    const file = (await ask('owner', 'GET', '/admin/audit/export?action=test.acted')).body as string
    expect(file).to.contain(`${operatorId},Root of all,`)
  })

  it('has an index for each of these', async () => {
    const order = { sort: { at: -1, n: -1 } as const, limit: 51 }
    const wanted = [
      {},
      { 'by.id': 'a' },
      { 'by.actingId': 'o' },
      { action: 'a.b' },
      { 'target.id': 't' },
      { isRead: true },
    ]
    for (const filter of wanted) {
      const plan = await app.careline.storage.store.of(workspaceId()).explain('audit_log', filter, order)
      expect(JSON.stringify(plan), JSON.stringify(filter)).to.contain('IXSCAN').and.not.contain('"SORT"')
    }
    const back = { sort: { n: -1, _id: -1 } as const, limit: 500 }
    const plan = await app.careline.storage.store.of(workspaceId()).explain('audit_log', { n: { $lte: 9 } }, back)
    expect(JSON.stringify(plan)).to.contain('IXSCAN').and.not.contain('"SORT"')
  })

  it('leaves as a file that no spreadsheet runs, and says so', async () => {
    await written({ action: 'test.done', by: { ...nobody, id: '=HYPERLINK("x")' } })
    const { body, headers } = await ask('owner', 'GET', '/admin/audit/export?action=test.done')
    expect(headers.get('content-type')).to.contain('text/csv')
    expect(headers.get('content-disposition')).to.contain('audit.csv')
    const [head, line] = (body as string).split('\r\n')
    expect(head).to.match(/^n,at,who,/)
    expect(line).to.contain(`"'=HYPERLINK(""x"")"`)
    expect((await entries('action=audit.exported'))[0]).to.deep.include({ note: { count: 1 } })
  })

  it('is whole', async () => {
    const { body } = await ask('owner', 'POST', '/admin/audit/verify')
    expect(body.findings).to.deep.equal([])
    expect(body.looked).to.be.greaterThan(10)
    expect((await ask('owner', 'GET', '/admin/audit/chain')).body.verdict.findings).to.deep.equal([])
  })

  describe('when somebody changes it beside us', () => {
    const log = () => app.careline.storage.store.collection('audit_log')
    const all = () => log().find({ workspaceId: workspaceId() }).sort({ n: 1 }).toArray()
    let rows: Stored[] = []
    before(async () => void (rows = await all()))
    /** What a look finds after some rows were changed; then the change is taken back. */
    async function found(touched: readonly Stored[], change: () => Promise<unknown>) {
      await change()
      const { findings } = await app.careline.watch.audit.look(workspaceId())
      await log().deleteMany({ _id: { $in: [`${touched[0]?._id}.copy`, `${workspaceId()}.9999`] } })
      for (const row of touched) await log().replaceOne({ _id: row._id }, row, { upsert: true })
      return findings.map(({ what, n }) => `${what} ${n}`)
    }
    const fields = ['action', 'at', 'by', 'target', 'result', 'details', 'detailsHash', 'before', 'hash', 'isRead', 'n']

    it('finds each row that was altered, taken out, put in or moved, by its number', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(rows.length - 1),
          fc.constantFrom(...fields, 'extra', 'removed', 'inserted', 'swapped', 'copied', 'appended'),
          async (at, how) => {
            const row = rows[at] as Stored & { n: number }
            const next = (rows[at + 1] ?? rows[at - 1]) as Stored
            const { n } = row
            const named = await found([row, next], async () => {
              const set = (change: object) => log().updateOne({ _id: row._id }, { $set: change } as never)
              if (how === 'removed') return log().deleteOne({ _id: row._id })
              if (how === 'inserted') return log().insertOne({ ...row, _id: `${row._id}.copy` })
              if (how === 'appended') return log().insertOne({ ...row, _id: `${workspaceId()}.9999`, n: 9_999 })
              if (how === 'extra') return set({ approvedBy: 'mem_nobody' })
              if (how === 'copied') return set({ ...next, _id: row._id })
              if (how === 'swapped') {
                await log().replaceOne({ _id: row._id }, { ...next, _id: row._id })
                return log().replaceOne({ _id: next._id }, { ...row, _id: next._id })
              }
              const other = {
                n: n + 100_000,
                hash: 'f'.repeat(64),
                before: 'e'.repeat(64),
                detailsHash: 'd'.repeat(64),
              }
              const changed: Record<string, unknown> = {
                ...other,
                action: 'nothing.happened',
                at: new Date(0),
                by: { ...(row['by'] as object), id: 'mem_nobody' },
                target: { kind: 'member', id: 'mem_else' },
                result: row['result'] === 'failed' ? 'done' : 'failed',
                details: next['details'],
                isRead: row['isRead'] !== true,
              }
              return set({ [how]: changed[how] })
            })
            if (how === 'inserted')
              expect(named, 'and the one that was there is right').to.deep.equal([`out_of_order ${n}`])
            const wanted = how === 'appended' ? 9_999 : n
            expect(
              named.some((one) => one.endsWith(` ${wanted}`)),
              `${how} of ${n}: ${named.join(', ') || 'nothing'}`,
            ).to.equal(true)
          },
        ),
        { numRuns: 34 },
      )
    })

    it('finds a forged row whose hash is right, and an end that was cut off', async () => {
      const { link } =
        (await app.careline.storage.auditLog.back(workspaceId(), { after: 2, upTo: { n: 3 } }, 1))[0] ?? {}
      if (!link) throw new Error('there is no third link')
      const forged = { ...link, action: 'member.removed' }
      const set = { action: forged.action, hash: hashOf(forged) }
      expect(
        await found(rows.slice(2, 3), () => log().updateOne({ _id: rows[2]?._id ?? '' }, { $set: set })),
      ).to.deep.equal(['altered 3'])
      const last = rows.slice(-2).map(({ _id }) => _id)
      const cut = await found(rows.slice(-2), () => log().deleteMany({ _id: { $in: last } }))
      expect(cut).to.deep.equal(last.map((id) => `missing ${id.split('.').at(-1)}`))
    })

    it('tells the owners by letter, once, whoever reads the log, and the doctor', async () => {
      await verify()
      const [row] = await all()
      await log().updateOne({ _id: row?._id ?? '' }, { $set: { action: 'nothing.happened' } })
      for (let n = 0; n < 2; n++) expect((await verify()).findings).to.deep.equal([{ what: 'altered', n: 1 }])
      await app.settled()
      const sent = await new SimulatedLetters(app.careline.storage.store).latest(100)
      const letters = sent.filter(({ subject }) => subject === 'The audit of clinic is broken')
      expect(letters.map(({ to }) => to)).to.deep.equal(['owner@clinic.test'])
      expect(app.logged.filter((line) => line.includes('audit broken'))).to.have.length.greaterThan(0)
      const doctor = await chainsAtRest(app.careline.storage)
      expect(doctor.broken.filter((one) => one.startsWith('clinic'))).to.deep.equal(['clinic: altered 1'])
      await log().updateOne({ _id: row?._id ?? '' }, { $set: { action: row?.['action'] } })
      expect((await verify()).findings).to.deep.equal([])
    })
  })

  it('lets go of what is older than the workspace keeps, and stays provable from there', async () => {
    const { workspace } = await app.open('old')
    const yearsAgo = (years: number) => Date.now() - years * 365.25 * 24 * hourMs
    for (const years of [8, 7, 6.1, 5.9, 1]) await written({ at: yearsAgo(years) }, workspace.id)
    const { audit: watch } = app.careline.watch
    const log = app.careline.storage.store.collection('audit_log')
    const numbers = async () => {
      const found = await log.find({ workspaceId: workspace.id }).sort({ n: 1 }).toArray()
      return found.map(({ n }) => n)
    }
    for (const run of ['once', 'again']) {
      await watch.shorten(workspace.id)
      expect(await numbers(), run).to.deep.equal([4, 5, 6])
    }
    expect((await watch.view(workspace.id)).begin.n).to.equal(3)
    expect((await watch.verify(workspace.id)).findings).to.deep.equal([])
    await log.deleteOne({ workspaceId: workspace.id, n: 4 })
    expect((await watch.verify(workspace.id)).findings).to.deep.equal([{ what: 'missing', n: 4 }])
  })

  async function written(change: Partial<Act> = {}, of = workspaceId()) {
    const workspace = app.careline.system.workspace(of, principal('system', 'a test'))
    await workspace.at(chain, of).record({ actId: newId('act'), act: { ...plain, ...change } })
  }
})

const nobody = { kind: 'system', id: 'a test', role: null, sessionId: null, actingId: null } as const
const plain: Act = {
  by: nobody,
  action: 'test.done',
  target: null,
  fields: [],
  isRead: false,
  result: 'done',
  code: null,
  requestId: null,
  at: Date.now(),
  origin: { ip: null, userAgent: null },
  note: {},
}
