import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Filter, Store, type Tenant } from '../../store/connection.ts'
import { type Model, models, type TenantName } from '../../store/models/index.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'

const root = join(import.meta.dirname, '../..')
const tenants = Object.entries<Model>(models).flatMap(([name, { tenant }]) => (tenant ? [name as TenantName] : []))
const [here, there] = ['wks_here', 'wks_there']

// What a filter may be made of, by accident or on purpose: anything that would match the other workspace, too.
const whose = fc.constantFrom<unknown>(there, { $ne: here }, { $exists: true }, { $in: [here, there] }, null, {
  $gt: '',
})
const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ workspaceId: whose }),
  fc.record({ _id: fc.constantFrom<unknown>('x_there', { $gt: '' }, { $in: ['x_here', 'x_there'] }) }),
  fc.record({ mark: fc.constantFrom<unknown>(1, { $gte: 0 }, { $exists: true }) }),
  fc.record({ $or: fc.constant([{ workspaceId: there }, { workspaceId: here }, { mark: 1 }]) }),
  fc.record({ $nor: fc.constant([{ workspaceId: here }]) }),
  fc.record({ _id: fc.constant('x_there'), workspaceId: whose }),
)
type Work = 'find' | 'one' | 'tally' | 'update' | 'change' | 'remove' | 'removeAll'
function done(tenant: Tenant, work: Work, name: TenantName, filter: Filter): Promise<unknown> {
  if (work === 'tally') return tenant.tally(name, filter, ['workspaceId'])
  const marked = { $set: { mark: 2 } }
  return work === 'update' || work === 'change' ? tenant[work](name, filter, marked) : tenant[work](name, filter)
}
const works = fc.constantFrom<Work>('find', 'one', 'tally', 'update', 'change', 'remove', 'removeAll')

describe('a workspace and its documents', () => {
  let database: FreshDatabase
  let store: Store
  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
  })
  after(async () => {
    await store.close()
    await database.close()
  })

  it('have their names in one list', () => expect(tenants).to.have.length.above(15))

  it('are never reached by a query without its workspace', () => {
    for (const none of ['', undefined, null]) expect(() => store.of(none as never)).to.throw('needs its workspace')
  })

  it('are reached by no filter of another workspace, in no collection', async () => {
    for (const name of tenants) {
      // A field that has to be unique has to be there.
      const own = { _id: 'x_there', mark: 1, workspaceId: there, prefix: 'there' }
      const kept = async () => {
        await store.collection(name).deleteMany({})
        await store.collection(name).insertMany([own, { ...own, _id: 'x_here', workspaceId: here, prefix: 'here' }])
      }
      await kept()
      await fc.assert(
        fc.asyncProperty(filters, works, async (filter, work) => {
          const tenant = store.of(here)
          const answer = await done(tenant, work, name, filter)
          expect(JSON.stringify(answer ?? null)).not.to.include(there)
          expect(await store.collection(name).findOne({ _id: 'x_there' })).to.deep.equal(own)
          if (!['find', 'one', 'tally'].includes(work)) await kept()
        }),
        { numRuns: 8 },
      )
    }
  })

  it('do not move to another workspace, and are not made there', async () => {
    const tenant = store.of(here)
    const moves = [{ $set: { workspaceId: there } }, { $unset: { workspaceId: '' } }, { $rename: { workspaceId: 'x' } }]
    for (const update of moves) {
      for (const work of ['update', 'change'] as const) {
        const refused = await tenant[work]('members', { mark: 1 }, update).catch((error: Error) => error.message)
        expect(refused).to.match(/names no workspace/)
      }
    }
    await tenant.insert('decisions', { _id: 'd1', workspaceId: there })
    expect(await store.of(there).one('decisions', { _id: 'd1' })).to.equal(undefined)
    expect((await tenant.one('decisions', { _id: 'd1' }))?.['workspaceId']).to.equal(here)
  })

  it('are passed by in a few places only, which serve all workspaces or find out which one it is', () => {
    const found = sourcesOf('store', 'server', 'jobs', 'realtime', 'actors', 'providers')
      .filter((file) => !file.startsWith('store/embedded/') && file !== 'store/connection.ts')
      .filter((file) => /\.collection\(/.test(readFileSync(join(root, file), 'utf8')))
    expect(
      found.filter((file) => !past.some((one) => file === one || (one.endsWith('/') && file.startsWith(one)))),
    ).to.deep.equal([])
    for (const one of past)
      expect(
        found.some((file) => file.startsWith(one)),
        `${one} needs it no more`,
      ).to.equal(true)
  })
})

/** Who goes past `Store.of`. A new one says here why. */
const past = [
  // The runtime: actors of all workspaces, what they hand out, and the sweeps that wake them.
  'store/commit.ts',
  'store/batches.ts',
  'store/events.ts',
  'store/claims.ts',
  'store/attendance.ts',
  'store/webhook-events.ts',
  'store/queries/reminders.ts',
  'store/queries/webhook-deliveries.ts',
  // What waits in any workspace: for the first process that is free, or for a process that starts.
  'store/queries/queue.ts',
  'store/settings/gmail.ts',
  'store/settings/imports.ts',
  'store/settings/people-exports.ts',
  'store/audit.ts',
  'store/error-logs.ts',
  'store/file-sweeps.ts',
  // A token, a prefix or a number says which workspace it is.
  'store/settings/api-keys.ts',
  'store/settings/members.ts',
  'store/settings/invitations.ts',
  'store/settings/channels.ts',
  'store/settings/webhook-endpoints.ts',
  'store/settings/slack.ts',
  // What rules know of all workspaces, read when a process starts.
  'store/settings/templates.ts',
  // Keys, copies, ends: whole workspaces, or the whole database.
  'store/vault-keys.ts',
  'store/reseal.ts',
  'store/migrate.ts',
  'store/archive/',
  'store/settings/closing.ts',
  'store/settings/tenancy.ts',
  'store/job-runs.ts',
  // The installation itself.
  'server/main/',
  'server/auth/codes.ts',
]

const sourcesOf = (...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  )
