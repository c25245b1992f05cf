import { z } from 'zod'
import { invalid } from '../../kernel/problem.ts'
import { unknownIn, variables } from '../../kernel/variables.ts'
import { CannedFields, cannedMax, cannedResponses } from '../../store/settings/replies.ts'
import { Kept, Resources } from '../../store/settings/resources.ts'
import { filledFor } from '../deeds.ts'
import { resource } from '../http/resource.ts'
import { get, Id, page, pageOf, post } from '../http/route.ts'
import { missing } from '../../kernel/problem.ts'
import { offeredTo } from '../offered.ts'
import { knownTeam } from '../known-ids.ts'

const tags = ['Canned answers']

/** Texts that are written once and used often. */
export const cannedRoutes = [
  // Before `/canned-responses/:id`, which would take the word for an id.
  get(
    '/canned-responses/offered',
    {
      allow: 'replies.read',
      summary: 'The canned answers for everybody and for one’s own teams, the latest first',
      tags,
      query: z.object(page),
      reply: pageOf(CannedFields.extend(Kept.shape)),
      problems: ['invalid_cursor'],
    },
    (call) => offeredTo(call, cannedResponses, call.query),
  ),

  ...resource({
    ...cannedResponses,
    path: '/canned-responses',
    noun: 'canned_response',
    prefix: 'can',
    allow: { read: 'replies.read', write: 'replies.manage' },
    words: { one: 'a canned answer', all: 'The canned answers, the latest first' },
    tags,
    max: cannedMax,
    unique: { of: cannedResponses.unique, code: 'shortcut_taken', says: 'Another answer has this shortcut.' },
    problems: ['unknown_variable', 'unknown_team'],
    async check(call, { texts, teamId }) {
      const errors = texts.flatMap(({ text }, index) =>
        unknownIn(text).map((name) => ({ path: `texts.${index}.text`, message: `There is no {{${name}}}.` })),
      )
      const known = `These can be named: ${variables.join(', ')}.`
      if (errors.length > 0) throw invalid('unknown_variable', known, errors)
      await knownTeam(call, teamId)
    },
  }),

  post(
    '/canned-responses/:id/fill',
    {
      allow: 'replies.read',
      module: 'inbox',
      summary: 'The answer for the person of a conversation, in their language, with everything filled in',
      tags,
      body: z.object({ conversationId: Id }),
      reply: z.object({
        text: z.string().max(20_000),
        locale: z.string().max(35),
        /** Variables that have neither a value nor a fallback: nothing stands where they were. */
        missing: z.array(z.enum(variables)).max(variables.length),
      }),
      problems: ['conversation_missing'],
    },
    async ({ store, rest, workspaces, workspace, caller, clocks, params, body }) => {
      const found = await new Resources({ store, rest }, cannedResponses).byId(workspace.id, params.id)
      if (!found) throw missing('not_found', 'There is no such canned answer.')
      const by = { store, rest, workspaces, workspace, caller, now: clocks.of(workspace.id).now() }
      return filledFor(by, body.conversationId, found)
    },
  ),
]
