import { z } from 'zod'
import { missing } from '../../kernel/problem.ts'
import { Deed, Deeds, deedsMax, MacroFields, macros, macrosMax } from '../../store/settings/replies.ts'
import { Kept, Resources } from '../../store/settings/resources.ts'
import { doAll } from '../deeds.ts'
import { resource } from '../http/resource.ts'
import { type Call, get, Id, page, pageOf, post } from '../http/route.ts'
import { knownDeeds, knownTeam } from '../known-ids.ts'
import { offeredTo } from '../offered.ts'

const tags = ['Macros']
/** So many conversations at once. */
const togetherMax = 100

const ids = z
  .array(Id)
  .min(1)
  .max(togetherMax)
  .transform((all) => [...new Set(all)])
const Report = z.object({
  items: z
    .array(
      z.object({
        conversationId: z.string().max(128),
        isDone: z.boolean(),
        outcomes: z
          .array(
            z.object({
              do: z.enum(Deed.options.map(({ shape }) => shape.do.value)),
              outcome: z.enum(['done', 'refused', 'skipped']),
              code: z.string().max(64).nullable(),
              title: z.string().max(500).nullable(),
            }),
          )
          .max(deedsMax),
      }),
    )
    .max(togetherMax),
})

type At = Pick<
  Call<'conversations.write', unknown, unknown, unknown>,
  'store' | 'rest' | 'workspaces' | 'workspace' | 'caller' | 'clocks'
>

/** One after the other, so that a request that comes again asks the same things in the same order. */
async function together(call: At, conversationIds: readonly string[], deeds: z.output<typeof Deeds>) {
  const by = { ...call, now: call.clocks.of(call.workspace.id).now() }
  const items: z.output<typeof Report>['items'] = []
  for (const conversationId of conversationIds) {
    const outcomes = await doAll(by, conversationId, deeds)
    items.push({ conversationId, isDone: outcomes.every(({ outcome }) => outcome === 'done'), outcomes })
  }
  return { items }
}

/** Several things that are done at once, with one conversation or with many. */
export const macroRoutes = [
  // Before `/macros/:id`, which would take the word for an id.
  get(
    '/macros/offered',
    {
      allow: 'replies.read',
      summary: 'The macros for everybody and for one’s own teams, the latest first',
      tags,
      query: z.object(page),
      reply: pageOf(MacroFields.extend(Kept.shape)),
      problems: ['invalid_cursor'],
    },
    (call) => offeredTo(call, macros, call.query),
  ),

  ...resource({
    ...macros,
    path: '/macros',
    noun: 'macro',
    prefix: 'mac',
    allow: { read: 'replies.read', write: 'replies.manage' },
    words: { one: 'a macro', all: 'The macros, the latest first' },
    tags,
    max: macrosMax,
    unique: { of: macros.unique, code: 'macro_exists', says: 'Another macro has this name.' },
    problems: ['unknown_team', 'unknown_member', 'unknown_reply'],
    async check(call, { deeds, teamId }) {
      await knownTeam(call, teamId)
      await knownDeeds(call, deeds)
    },
  }),

  post(
    '/macros/:id/run',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Do what a macro says with these conversations, and report what became of each step',
      tags,
      body: z.object({ conversationIds: ids }),
      reply: Report,
      audit: { action: 'macro.run', note: ({ body }) => ({ conversations: body.conversationIds.length }) },
    },
    async ({ params, body, ...call }) => {
      const { store, rest, workspace } = call
      const found = await new Resources({ store, rest }, macros).byId(workspace.id, params.id)
      if (!found) throw missing('not_found', 'There is no such macro.')
      return together(call, body.conversationIds, found.deeds)
    },
  ),

  post(
    '/conversations/together',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Do the same with several conversations, and report what became of each',
      tags: ['Conversations'],
      body: z.object({ conversationIds: ids, deeds: Deeds }),
      reply: Report,
      problems: ['unknown_team', 'unknown_member', 'unknown_reply'],
      audit: {
        action: 'conversations.changed_together',
        note: ({ body }) => ({
          conversations: body.conversationIds.length,
          deeds: body.deeds.map((one) => one.do).join(' '),
        }),
      },
    },
    async ({ body, ...call }) => {
      await knownDeeds(call, body.deeds)
      return together(call, body.conversationIds, body.deeds)
    },
  ),
]
