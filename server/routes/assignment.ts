import { z } from 'zod'
import { roster } from '../../actors/roster/contract.ts'
import { Line } from '../../actors/inbox/contract.ts'
import { AssignmentRule, Workload } from '../../kernel/assignment.ts'
import { instant } from '../../kernel/marks.ts'
import { missing } from '../../kernel/problem.ts'
import { decisionsOf } from '../../store/queries/decisions.ts'
import { queuePage } from '../../store/queries/queue.ts'
import { keepWorkload, workloadsOf } from '../../store/settings/workloads.ts'
import { revisionOf } from '../http/if-match.ts'
import { get, Id, page, pageOf, put } from '../http/route.ts'

const tags = ['Assignment']
const Rules = z.object({ rule: AssignmentRule, rev: z.int() })
const Theirs = Workload.extend({ memberId: z.string().max(128) })
const fact = z.union([z.string().max(500), z.number(), z.boolean(), z.null()])

/** How conversations find somebody by themselves, and what waits that nobody has. */
export const assignment = [
  get(
    '/assignment',
    {
      allow: 'assignment.manage',
      module: 'inbox',
      summary: 'By which rules conversations are assigned where their team says nothing else',
      tags,
      reply: Rules,
    },
    async ({ workspaces, workspace }) => {
      const { settings, rev } = await workspaces.now(workspace.id)
      return { rule: settings.assignment, rev }
    },
  ),

  put(
    '/assignment',
    {
      allow: 'assignment.manage',
      module: 'inbox',
      summary: 'Set by which rules conversations are assigned; what waits is assigned at once',
      tags,
      takesRevision: true,
      body: AssignmentRule,
      reply: Rules,
      problems: ['stale_revision', 'invalid_if_match'],
      audit: {
        action: 'assignment.changed',
        target: ({ workspace }) => workspace.id,
        note: ({ body }) => ({ mode: body.mode, capacity: body.capacity }),
      },
    },
    async ({ workspaces, workspace, body, request }) => {
      const change = { settings: { assignment: body } }
      const { settings, rev } = await workspaces.change(workspace.id, change, revisionOf(request))
      return { rule: settings.assignment, rev }
    },
  ),

  get(
    '/assignment/members',
    {
      allow: 'queue.read',
      module: 'inbox',
      summary: 'How much everybody takes, and what they are good at',
      tags,
      reply: z.object({ items: z.array(Theirs).max(500) }),
    },
    async ({ store, workspace }) => {
      const found = await workloadsOf(store, workspace.id)
      return { items: [...found].map(([memberId, workload]) => ({ memberId, ...workload })) }
    },
  ),

  put(
    '/assignment/members/:id',
    {
      allow: 'assignment.manage',
      module: 'inbox',
      summary: 'Set how much somebody takes, and what they are good at',
      tags,
      body: Workload,
      reply: Theirs,
      audit: 'workload.changed',
    },
    async ({ store, workspace, resourceChanged, params: { id }, body }) => {
      if (!(await keepWorkload(store, workspace.id, id, body))) throw missing('not_found', 'There is no such member.')
      resourceChanged(workspace.id, { resource: 'workloads', id, rev: 0 })
      return { memberId: id, ...body }
    },
  ),

  get(
    '/queue',
    {
      allow: 'queue.read',
      module: 'inbox',
      summary: 'What waits that nobody has, the longest first',
      tags,
      query: z.object({ ...page, team: z.union([z.literal('none'), Id]).optional() }),
      reply: pageOf(Line),
    },
    async ({ store, rest, workspace, query: { team, cursor, limit } }) =>
      queuePage({ store, rest }, workspace.id, {
        limit,
        cursor,
        ...(team !== undefined && { teamId: team === 'none' ? null : team }),
      }),
  ),

  get(
    '/queue/decisions',
    {
      allow: 'queue.read',
      module: 'inbox',
      summary: 'What was assigned by itself, what was not, and why; the latest first',
      tags,
      query: z.object(page),
      reply: pageOf(
        z.object({
          id: z.string().max(300),
          rule: z.string().max(100),
          outcome: z.string().max(64),
          facts: z.record(z.string().max(64), fact),
          at: instant(),
        }),
      ),
    },
    async ({ store, workspace, query: { cursor, limit } }) =>
      decisionsOf(store, workspace.id, { kind: roster.kind, id: workspace.id, cursor, limit }),
  ),
]
