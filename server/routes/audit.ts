import { z } from 'zod'
import { Chain, Link, Verdict } from '../../actors/audit/contract.ts'
import { csvLine } from '../../kernel/csv.ts'
import { instant } from '../../kernel/marks.ts'
import type { AuditFilter } from '../../store/audit.ts'
import type { Ports } from '../ports.ts'
import { get, Id, page, pageOf, post, raw } from '../http/route.ts'

const { details: _, ...open } = Link.shape
/** A link as those see it who may look. */
const Entry = z.object({
  ...open,
  ip: z.string().max(64).nullable(),
  userAgent: z.string().max(300).nullable(),
  note: Link.shape.details.shape.note,
})
type Entry = z.output<typeof Entry>

const search = {
  actorId: Id.optional(),
  action: z.string().max(64).optional(),
  targetId: z.string().max(200).optional(),
  /** `only` what was read, or everything `without` it. */
  reads: z.enum(['only', 'without']).optional(),
  from: instant().optional(),
  until: instant().optional(),
}
const exportMax = 10_000
const tags = ['Audit']

export const audit = [
  get(
    '/admin/audit',
    {
      allow: 'audit.read',
      audit: { action: 'audit.read', isRead: true },
      summary: 'Who did what, and who read what; the latest first',
      tags,
      query: z.object({ ...page, ...search }),
      reply: pageOf(Entry),
    },
    async ({ auditLog, workspace, query: { cursor, limit, ...asked } }) => {
      const { items, nextCursor } = await auditLog.page(workspace.id, { ...filterOf(asked), cursor, limit })
      return { items: items.map(entryOf), nextCursor }
    },
  ),

  get(
    '/admin/audit/export',
    {
      allow: 'audit.read',
      summary: `The same as a file for a spreadsheet, the latest ${exportMax.toLocaleString('en')} at most`,
      tags,
      query: z.object(search),
      reply: raw('text/csv'),
    },
    async ({ auditLog, audit: write, workspace, caller, query, request: { ip, requestId, header } }) => {
      const { lines, count } = await fileOf(auditLog, workspace.id, filterOf(query))
      const from = { ip, requestId, userAgent: header('user-agent') }
      await write({ workspaceId: workspace.id, by: caller, action: 'audit.exported', note: { count }, from })
      const headers = { 'content-disposition': 'attachment; filename="audit.csv"' }
      return { type: 'text/csv; charset=utf-8', body: lines.join(''), headers }
    },
  ),

  get(
    '/admin/audit/chain',
    {
      allow: 'audit.read',
      summary: 'Where the chain begins and ends, and what the last look through it found',
      tags,
      reply: Chain,
    },
    ({ auditWatch, workspace }) => auditWatch.view(workspace.id),
  ),

  post(
    '/admin/audit/verify',
    { allow: 'audit.read', summary: 'Look through the whole chain now', tags, reply: Verdict },
    ({ auditWatch, workspace }) => auditWatch.verify(workspace.id),
  ),
]

function filterOf({ reads, ...rest }: { [Name in keyof typeof search]?: unknown } & { reads?: string | undefined }) {
  return { ...rest, ...(reads !== undefined && { isRead: reads === 'only' }) } as AuditFilter
}

function entryOf({ details: { ip, userAgent, note }, ...link }: Link): Entry {
  return { ...link, ip, userAgent, note }
}

const columns = ['n', 'at', 'who', 'role', 'in whose name', 'action', 'on', 'fields', 'result', 'code', 'ip', 'note']

async function fileOf(log: Ports['auditLog'], workspaceId: string, filter: AuditFilter) {
  const lines = [csvLine(columns)]
  let cursor: string | undefined
  do {
    const found = await log.page(workspaceId, { ...filter, cursor, limit: 500 })
    for (const link of found.items) lines.push(lineOf(link))
    cursor = found.nextCursor ?? undefined
  } while (cursor !== undefined && lines.length <= exportMax)
  return { lines: lines.slice(0, exportMax + 1), count: Math.min(lines.length - 1, exportMax) }
}

function lineOf({ n, at, by, action, target, fields, result, code, details: { ip, note } }: Link) {
  // Who acted in another's name comes first: it was them.
  const who = by.actingId ?? by.id
  const on = target && `${target.kind} ${target.id}`
  const said = Object.entries(note).map(([name, value]) => `${name}: ${String(value)}`)
  const inName = by.actingId === null ? null : by.id
  const when = new Date(at).toISOString()
  return csvLine([n, when, who, by.role, inName, action, on, fields.join(' '), result, code, ip, said.join('; ')])
}
