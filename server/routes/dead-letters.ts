import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { get, page, pageOf, post } from '../http/route.ts'

const status = z.enum(['open', 'replayed', 'dropped'])
const reason = z.string().trim().min(1).max(500)

const DeadLetter = z.object({
  id: z.string().max(128),
  at: instant(),
  to: z.object({ kind: z.string().max(64), id: z.string().max(200) }),
  message: z.string().max(64),
  /** Role and id of whoever caused it. */
  by: z.string().max(200),
  error: z.object({ name: z.string().max(100), message: z.string().max(2_000) }),
  status,
  /** Why it was dropped. */
  reason: reason.nullable(),
})
const tags = ['Operations']

export const deadLetters = [
  get(
    '/admin/dead-letters',
    {
      allow: 'letters.manage',
      summary: 'Messages that could not be delivered, the latest first',
      tags,
      query: z.object({ ...page, status: status.optional() }),
      reply: pageOf(DeadLetter),
    },
    async ({ letters, workspace, query }) => letters.page(workspace.id, query),
  ),

  get(
    '/admin/dead-letters/:id',
    {
      allow: 'letters.manage',
      audit: { action: 'dead_letter.read', isRead: true },
      summary: 'One of them, with what it says; what is sensitive is masked',
      tags,
      reply: DeadLetter.extend({ input: z.unknown() }),
    },
    async ({ letters, workspace, params }) => letters.read(workspace.id, params.id),
  ),

  post(
    '/admin/dead-letters/:id/replay',
    {
      allow: 'letters.manage',
      audit: 'dead_letter.replayed',
      summary: 'Deliver it after all, as a new command',
      tags,
      reply: DeadLetter,
      problems: ['letter_settled', 'replay_failed'],
    },
    async ({ letters, caller, params }) => letters.replay(caller, params.id),
  ),

  post(
    '/admin/dead-letters/:id/drop',
    {
      allow: 'letters.manage',
      audit: 'dead_letter.dropped',
      summary: 'Let it go, and say why',
      tags,
      body: z.object({ reason }),
      reply: DeadLetter,
      problems: ['letter_settled'],
    },
    async ({ letters, caller, params, body }) => letters.drop(caller, params.id, body.reason),
  ),
]
