import { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { why } from '../why.ts'
import { get, Id } from '../http/route.ts'

const dayMs = 24 * 60 * 60_000
const spanMax = 92 * dayMs
const Fact = z.union([z.string().max(500), z.number(), z.boolean(), z.null()])

const Reason = z.object({
  id: z.string().max(400),
  at: instant(),
  type: z.enum(['decision', 'event']),
  /** In words, for people. */
  says: z.string().max(1_000),
  /** The rule with its version, or what happened. */
  name: z.string().max(128),
  outcome: z.string().max(128).nullable(),
  /** What the rule saw. */
  facts: z.record(z.string().max(64), Fact),
  messageId: Id.nullable(),
  causationId: z.string().max(200).nullable(),
})

/** Why somebody got something, and why they did not. */
export const whyRoutes = [
  get(
    '/users/:id/why',
    {
      allow: 'people.read',
      audit: { action: 'person.why_read', isRead: true },
      summary: 'What was decided about a person and what happened, in its order and in words; the last day unless said',
      tags: ['Users'],
      query: z.object({
        from: instant().optional(),
        to: instant().optional(),
        /** What concerns this message alone. */
        messageId: Id.optional(),
        limit: z.coerce.number().int().min(1).max(500).default(200),
      }),
      reply: z.object({ items: z.array(Reason).max(500) }),
      problems: ['user_missing', 'invalid_span'],
    },
    async ({ store, workspace, clocks, eventsBetween, params, query: { messageId, limit, ...asked } }) => {
      const to = asked.to ?? clocks.of(workspace.id).now()
      const from = asked.from ?? to - (messageId === undefined ? dayMs : spanMax)
      if (from > to || to - from > spanMax)
        throw invalid('invalid_span', 'From a moment to a later one, 92 days apart at most.')
      await workspace.at(user, params.id).view()
      return { items: await why({ store, eventsBetween }, workspace.id, params.id, { from, to, messageId, limit }) }
    },
  ),
]
