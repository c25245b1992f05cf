import { z } from 'zod'
import { sensitive } from '../../kernel/marks.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import type { TenantName } from '../../store/models/index.ts'
import { resource } from '../http/resource.ts'
import { Id } from '../http/route.ts'

/** What can be remarked on, and where it rests. */
const places = {
  person: 'users',
  conversation: 'conversations',
  message: 'messages',
  member: 'members',
  channel: 'channels',
  file: 'files',
  team: 'teams',
  service: 'services',
} as const satisfies Record<string, TenantName>
type Kind = keyof typeof places

/** What staff leave on a record for one another: the one whom it is about does not see it. */
export const remarks = resource({
  path: '/remarks',
  noun: 'remark',
  prefix: 'rem',
  collection: 'remarks',
  fields: z.object({
    kind: z.enum(Object.keys(places) as [Kind, ...Kind[]]),
    recordId: Id,
    text: sensitive(z.string().trim().min(1).max(4_000)),
    isPinned: z.boolean().default(false),
  }),
  allow: { read: 'remarks.read', write: 'remarks.write' },
  words: { one: 'a remark', all: 'What staff remarked on a record, the latest first' },
  tags: ['Remarks'],
  max: Infinity,
  filters: ['kind', 'recordId'],
  problems: ['not_yours', 'remark_stays'],
  async check({ store, workspace }, { kind, recordId }, before) {
    if (before && before.kind === kind && before.recordId === recordId) return
    if (before) throw new Problem('conflict', 'remark_stays', 'A remark stays with what it was made on.')
    const found = await store.of(workspace.id).one(places[kind], { _id: recordId }, { projection: { _id: 1 } })
    if (!found) throw missing('not_found', 'There is nothing here to remark on.')
  },
  mayChange({ caller }, { createdBy }) {
    if (createdBy !== caller.id) throw new Problem('forbidden', 'not_yours', 'Only who made a remark can change it.')
  },
})
