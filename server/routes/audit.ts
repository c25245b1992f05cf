import { z } from 'zod'
import { Actor, Chain, Link, Verdict } from '../../actors/audit/contract.ts'
import { csvLine } from '../../kernel/csv.ts'
import { instant } from '../../kernel/marks.ts'
import { namedMax, type AuditFilter } from '../../store/audit.ts'
import { type Names, namesIn, namesOf } from '../audit-names.ts'
import type { Ports } from '../ports.ts'
import { get, Id, page, pageOf, post, raw } from '../http/route.ts'

const { details: _, ...open } = Link.shape
const name = z.string().max(200).nullable()
/** A link as those see it who may look. */
const Entry = z.object({
  ...open,
  /** With the names that are known here: of members, operators and keys. */
  by: Actor.extend({ name, actingName: name }),
  targetName: name,
  ip: z.string().max(64).nullable(),
  userAgent: z.string().max(300).nullable(),
  note: Link.shape.details.shape.note,
})
type Entry = z.output<typeof Entry>

const search = {
  actorId: Id.optional(),
  /** Who in truth did it, where somebody acted in another's name: a member, or an operator of the installation. */
  actingId: Id.optional(),
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
    async ({ query: { cursor, limit, ...asked }, ...call }) => {
      const { auditLog, workspace } = call
      const { items, nextCursor } = await auditLog.page(workspace.id, { ...filterOf(asked), cursor, limit })
      const names = await namesIn(call, items)
      return { items: items.map((link) => entryOf(link, names)), nextCursor }
    },
  ),

  get(
    '/admin/audit/actions',
    {
      allow: 'audit.read',
      summary: 'What was written down so far, by name: what `action` may be',
      tags,
      reply: z.object({ items: z.array(z.string().max(64)).max(namedMax) }),
    },
    async ({ auditLog, workspace }) => ({ items: await auditLog.actions(workspace.id) }),
  ),

  get(
    '/admin/audit/acting',
    {
      allow: 'audit.read',
      summary: 'Who ever acted in another’s name: what `actingId` may be',
      tags,
      reply: z.object({ items: z.array(z.object({ id: Id, name })).max(namedMax) }),
    },
    async (call) => {
      const ids = await call.auditLog.acting(call.workspace.id)
      const names = await namesOf(call, ids)
      return { items: ids.map((id) => ({ id, name: names.get(id) ?? null })) }
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
    async ({ query, ...call }) => {
      const { audit: write, workspace, caller } = call
      const { ip, requestId, header } = call.request
      const { lines, count } = await fileOf(call, filterOf(query))
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

function entryOf({ details: { ip, userAgent, note }, ...link }: Link, names: Names): Entry {
  const { by, target } = link
  const [name, actingName, targetName] = [by.id, by.actingId, target?.id].map((id) => names.get(id ?? '') ?? null)
  return {
    ...link,
    by: { ...by, name: name ?? null, actingName: actingName ?? null },
    targetName: targetName ?? null,
    ip,
    userAgent,
    note,
  }
}

const columns = 'n,at,who,name,role,in whose name,action,on,fields,result,code,ip,note'.split(',')

async function fileOf(call: Parameters<typeof namesIn>[0] & Pick<Ports, 'auditLog'>, filter: AuditFilter) {
  const lines = [csvLine(columns)]
  let cursor: string | undefined
  do {
    const found = await call.auditLog.page(call.workspace.id, { ...filter, cursor, limit: 500 })
    const names = await namesIn(call, found.items)
    for (const link of found.items) lines.push(lineOf(link, names))
    cursor = found.nextCursor ?? undefined
  } while (cursor !== undefined && lines.length <= exportMax)
  return { lines: lines.slice(0, exportMax + 1), count: Math.min(lines.length - 1, exportMax) }
}

function lineOf({ n, at, by, action, target, fields, result, code, details: { ip, note } }: Link, names: Names) {
  // Who acted in another's name comes first: it was them.
  const who = by.actingId ?? by.id
  const name = names.get(who) ?? null
  const on = target && `${target.kind} ${target.id}`
  const said = Object.entries(note).map(([what, value]) => `${what}: ${String(value)}`)
  const inName = by.actingId === null ? null : by.id
  const when = new Date(at).toISOString()
  return csvLine([n, when, who, name, by.role, inName, action, on, fields.join(' '), result, code, ip, said.join('; ')])
}
