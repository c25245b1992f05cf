import { Readable } from 'node:stream'
import { z } from 'zod'
import { csvLine } from '../../kernel/csv.ts'
import { checked, everything, Filter } from '../../kernel/filter.ts'
import { columnsMax, ImportOptions, Mapping } from '../../kernel/import-map.ts'
import { instant } from '../../kernel/marks.ts'
import type { ImportBook } from '../../store/settings/imports.ts'
import { importStatuses, outcomes } from '../../store/settings/imports.ts'
import { get, Id, page, pageOf, post, put, raw, streamed } from '../http/route.ts'

const tags = ['Imports']
const count = z.int().nonnegative()
const Counts = z.object({ created: count, updated: count, unchanged: count, refused: count })
const cell = z.string().max(200)

const One = z.object({
  id: Id,
  by: Id,
  createdAt: instant(),
  fileName: z.string().max(300),
  sizeBytes: count,
  encoding: z.string().max(40),
  delimiter: z.string().max(4),
  columns: z.array(cell).max(columnsMax),
  status: z.enum(importStatuses),
  mapping: Mapping,
  options: ImportOptions,
  cursor: count,
  rows: count.nullable(),
  dryCounts: Counts.nullable(),
  counts: Counts,
  startedAt: instant().nullable(),
  finishedAt: instant().nullable(),
  why: z.string().max(500).nullable(),
})
const Row = z.object({
  n: z.int(),
  outcome: z.enum(outcomes),
  code: z.string().max(64).nullable(),
  why: z.string().max(500).nullable(),
  userId: Id.nullable(),
})
const listMax = 50
const fileName = z.string().trim().min(1).max(255).default('people.csv')

/** People from files. */
export const imports = [
  get(
    '/imports',
    {
      allow: 'people.import',
      summary: 'The imports, the latest first',
      tags,
      reply: z.object({ items: z.array(One).max(listMax) }),
    },
    async ({ lists, workspace }) => ({ items: await lists.imports.book.list(workspace.id, listMax) }),
  ),

  post(
    '/imports',
    {
      allow: 'people.import',
      audit: { action: 'import.uploaded', target: (_, { id }) => id },
      summary: 'Bring a CSV file, as the body: the answer says what it is, and what its columns may be',
      tags,
      limit: 'file',
      query: z.object({ name: fileName }),
      body: streamed,
      reply: One.extend({ sample: z.array(z.array(cell).max(columnsMax)).max(10) }),
      status: 201,
      problems: ['file_too_large', 'file_empty', 'not_a_table', 'file_quota_exceeded', 'files_unavailable'],
    },
    ({ lists, workspace, caller, query, body }) =>
      lists.imports.upload(workspace.id, workspace.newId('imp'), { bytes: body, fileName: query.name, by: caller.id }),
  ),

  get(
    '/imports/:id',
    { allow: 'people.import', summary: 'How an import stands', tags, reply: One },
    ({ lists, workspace, params }) => lists.imports.byId(workspace.id, params.id),
  ),

  put(
    '/imports/:id/mapping',
    {
      allow: 'people.import',
      audit: 'import.mapped',
      summary: 'Say what each column is, and what becomes of those who are known',
      tags,
      body: z.object({ mapping: Mapping, options: ImportOptions.prefault({}) }),
      reply: One,
      problems: ['import_state', 'invalid_mapping', 'segment_is_dynamic'],
    },
    async ({ lists, workspace, params, body: { mapping, options } }) => {
      if (options.segmentId !== null) await lists.segments.byHand(workspace.id, options.segmentId)
      return lists.imports.map(workspace.id, params.id, mapping, options)
    },
  ),

  ...(['validate', 'run', 'cancel'] as const).map((deed) =>
    post(
      `/imports/:id/${deed}`,
      {
        allow: 'people.import',
        audit: { action: `import.${deed}`, target: ({ params }) => (params as { id: string }).id },
        summary: deedSays(deed),
        tags,
        reply: One,
        problems: ['import_state'],
      },
      ({ lists, workspace, params }) => lists.imports[deed](workspace.id, (params as { id: string }).id),
    ),
  ),

  get(
    '/imports/:id/rows',
    {
      allow: 'people.import',
      summary: 'What became of each row, or would',
      tags,
      query: z.object({ ...page, outcome: z.enum(outcomes).optional() }),
      reply: pageOf(Row),
    },
    async ({ lists, workspace, params, query }) => {
      await lists.imports.byId(workspace.id, params.id)
      return lists.imports.book.rows(workspace.id, params.id, query)
    },
  ),

  get(
    '/imports/:id/report',
    {
      allow: 'people.import',
      audit: { action: 'import.report_read', isRead: true },
      summary: 'What became of each row, as CSV',
      tags,
      reply: raw('text/csv'),
    },
    async ({ lists, workspace, params }) => {
      const { id } = await lists.imports.byId(workspace.id, params.id)
      const body = Readable.from(reportOf(lists.imports.book, workspace.id, id), { objectMode: false })
      return {
        type: 'text/csv; charset=utf-8',
        body,
        headers: { 'content-disposition': `attachment; filename="${id}.csv"` },
      }
    },
  ),
]

function deedSays(deed: 'validate' | 'run' | 'cancel') {
  if (deed === 'validate') return 'Try it: what would become of each row, and nothing is changed'
  return deed === 'run' ? 'Do it, as it was tried' : 'Stop it; what was done stays'
}

async function* reportOf(book: ImportBook, workspaceId: string, id: string) {
  yield csvLine(['Row', 'Outcome', 'Code', 'Why', 'Person'])
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await book.rows(workspaceId, id, { cursor, limit: 900 })
    yield items.map(({ n, outcome, code, why, userId }) => csvLine([n, outcome, code, why, userId])).join('')
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
}

const Export = z.object({
  id: Id,
  by: Id,
  createdAt: instant(),
  status: z.enum(['running', 'ready', 'failed']),
  segmentId: Id.nullable(),
  filter: Filter,
  rows: count,
  sizeBytes: count.nullable(),
  expiresAt: instant().nullable(),
  finishedAt: instant().nullable(),
  why: z.string().max(500).nullable(),
})

/** People to take along. */
export const peopleExports = [
  get(
    '/exports',
    {
      allow: 'people.export',
      summary: 'Lists of people that were made into files, the latest first',
      tags,
      reply: z.object({ items: z.array(Export).max(listMax) }),
    },
    async ({ lists, workspace }) => ({ items: await lists.exports.list(workspace.id, listMax) }),
  ),

  post(
    '/exports',
    {
      allow: 'people.export',
      audit: { action: 'people.exported', target: (_, { id }) => id },
      summary: 'Make a CSV file of a segment, or of those whom a filter finds',
      tags,
      body: z.object({ segmentId: Id.nullable().default(null), filter: Filter.default(everything) }),
      reply: Export,
      status: 202,
      problems: ['not_found', 'invalid_filter', 'too_many_exports'],
    },
    async ({ lists, workspace, caller, body: { segmentId, filter } }) => {
      if (segmentId !== null) await lists.segments.byId(workspace.id, segmentId)
      checked(filter, await lists.segments.fieldsOf(workspace.id))
      return lists.exports.begin(workspace.id, { id: workspace.newId('pex'), by: caller.id, segmentId, filter })
    },
  ),

  get(
    '/exports/:id',
    { allow: 'people.export', summary: 'How an export stands', tags, reply: Export },
    ({ lists, workspace, params }) => lists.exports.byId(workspace.id, params.id),
  ),

  post(
    '/exports/:id/link',
    {
      allow: 'people.export',
      audit: 'people.export_fetched',
      summary: 'An address at which it can be fetched, for ten minutes',
      tags,
      reply: z.object({ url: z.string().max(1_100), expiresAt: instant() }),
      problems: ['export_not_ready'],
    },
    async ({ lists, auth, workspace, params }) => {
      const { token, expiresAt } = auth.tokens.file(workspace.id, await lists.exports.ready(workspace.id, params.id))
      return { url: `/f/${token}`, expiresAt }
    },
  ),
]
