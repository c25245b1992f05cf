import { z } from 'zod'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { SuppressionReason } from '../../kernel/consent.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { get, Id, page, pageOf, post } from '../http/route.ts'

const tags = ['Suppressions']
const importMax = 1_000
const address = sensitive(z.string().trim().min(3).max(254))
const Place = z.object({ channel: ChannelKind, address })
const One = z.object({
  id: Id,
  channel: ChannelKind,
  reason: SuppressionReason,
  userId: Id.nullable(),
  by: z.string().max(128).nullable(),
  at: instant(),
})

/** Why somebody lets an address in again; the audit keeps it, and it holds no words of anybody. */
const LiftReason = z.enum(['asked', 'mistake', 'new_owner', 'mended'])

/** Addresses that get nothing more, whoever has them: kept as keyed hashes, which outlive the people. */
export const suppressionRoutes = [
  get(
    '/suppressions',
    {
      allow: 'people.read',
      summary: 'Addresses that get nothing more, the latest first; only their hashes are kept',
      tags,
      query: z.object(page),
      reply: pageOf(One),
    },
    ({ suppressions, workspace, query }) => suppressions.page(workspace.id, query),
  ),

  post(
    '/suppressions',
    {
      allow: 'people.write',
      audit: 'suppressions.added',
      summary: 'Take addresses out, up to a thousand at once: nothing goes to them any more',
      tags,
      body: z.object({
        places: z.array(Place).min(1).max(importMax),
        reason: z.enum(['manual', 'import']).default('manual'),
      }),
      reply: z.object({
        added: z.int(),
        /** How many of them belong to people who are known here. */
        known: z.int(),
      }),
    },
    async ({ suppressed, workspace, caller, body: { places, reason } }) => {
      const known = await suppressed.add(workspace, places, { reason, by: caller.id })
      return { added: places.length, known }
    },
  ),

  post(
    '/suppressions/check',
    {
      allow: 'people.read',
      summary: 'Which of these addresses get nothing more',
      tags,
      body: z.object({ places: z.array(Place).min(1).max(100) }),
      reply: z.object({
        items: z.array(z.object({ channel: ChannelKind, address, reason: SuppressionReason, at: instant() })).max(100),
      }),
    },
    async ({ suppressions, workspace, body }) => {
      const items = await suppressions.find(workspace.id, body.places)
      return { items: items.map(({ address, ...one }) => ({ ...one, address: address ?? '' })) }
    },
  ),

  post(
    '/suppressions/lift',
    {
      allow: 'people.write',
      audit: { action: 'suppressions.lifted', note: ({ body }) => ({ reason: body.reason }) },
      summary: 'Let an address get messages again; what its owner ended is theirs to take up',
      tags,
      body: Place.extend({ reason: LiftReason.default('asked') }),
      reply: z.object({ isLifted: z.boolean() }),
      problems: ['own_act_needed'],
    },
    async ({ suppressed, workspace, body: { reason: _, ...place } }) => ({
      isLifted: await suppressed.lift(workspace, place),
    }),
  ),

  post(
    '/suppressions/:id/lift',
    {
      allow: 'people.write',
      audit: { action: 'suppressions.lifted', note: ({ body }) => ({ reason: body.reason }) },
      summary: 'Let the address of one entry get messages again; what its owner ended is theirs to take up',
      tags,
      body: z.object({ reason: LiftReason }),
      problems: ['not_found', 'own_act_needed'],
    },
    ({ suppressed, workspace, params }) => suppressed.liftById(workspace, params.id),
  ),
]
