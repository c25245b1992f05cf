import { z } from 'zod'
import { MergeChoices, mergeable, Profile } from '../../actors/user/contract.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { Identity, Label } from '../../kernel/person.ts'
import { get, Id, page, pageOf, post } from '../http/route.ts'
import { Duplicate } from '../people/duplicates.ts'
import { MergeShown } from '../people/merging.ts'
import { requestsChanged } from './privacy.ts'

const tags = ['Users']
const Two = z.object({ winnerId: Id, loserId: Id, choices: MergeChoices.default({}) })
const side = sensitive(z.string().max(200)).nullable()
const Preview = z.object({
  winner: Profile,
  loser: Profile,
  fields: z
    .array(z.object({ field: z.enum(mergeable), winner: side, loser: side, from: z.enum(['winner', 'loser']) }))
    .max(mergeable.length),
  tags: z.array(Label).max(100),
  identities: z.array(Identity).max(40),
  /** Together they have more addresses than one person can. */
  tooMany: z.boolean(),
})

/** Two records of one human being. */
export const mergeRoutes = [
  get(
    '/users/duplicates',
    {
      allow: 'people.read',
      summary: 'Those who may be one, with why',
      tags,
      query: z.object(page),
      reply: pageOf(Duplicate),
    },
    async ({ records, workspace, query }) => records.duplicates.page(workspace.id, query),
  ),

  post(
    '/users/duplicates/scan',
    {
      allow: 'people.merge',
      audit: 'people.compared',
      summary: 'Look through everybody for those who may be one',
      tags,
      reply: z.object({ pairs: z.int().nonnegative() }),
    },
    async ({ records, workspace }) => ({ pairs: await records.duplicates.scan(workspace.id) }),
  ),

  post(
    '/users/duplicates/:id/dismiss',
    {
      allow: 'people.merge',
      audit: 'duplicate.dismissed',
      summary: 'Say that they are two',
      tags,
      problems: ['duplicate_settled'],
    },
    async ({ records, workspace, params }) => records.duplicates.dismiss(workspace.id, params.id),
  ),

  post(
    '/users/merge/preview',
    {
      allow: 'people.merge',
      summary: 'What two would be as one: each field, and from whom it comes',
      tags,
      problems: ['user_missing', 'same_person'],
      body: Two,
      reply: Preview,
    },
    async ({ records, workspace, body: { winnerId, loserId, choices } }) =>
      records.merging.preview(workspace, winnerId, loserId, choices),
  ),

  post(
    '/users/merge',
    {
      allow: 'people.merge',
      audit: { action: 'person.merged', target: ({ body }) => ({ kind: 'user', id: body.winnerId }) },
      summary: 'Make two one: the loser’s addresses, threads and fields are the winner’s, and its id leads there',
      tags,
      problems: [
        'user_missing',
        'same_person',
        'person_merged',
        'person_erased',
        'merge_under_way',
        'too_many_identities',
      ],
      body: Two,
      reply: z.object({ mergeId: Id, profile: Profile }),
    },
    async ({ records, workspace, body: { winnerId, loserId, choices } }) =>
      records.merging.merge(workspace, winnerId, loserId, choices),
  ),

  post(
    '/users/merge/:id/undo',
    {
      allow: 'people.merge',
      audit: 'person.unmerged',
      summary: 'Part two who were merged, for seven days: each is as before, and what was changed since stays',
      tags,
      problems: ['undo_over', 'not_merged', 'merged_since', 'person_merged', 'person_erased'],
      reply: Profile,
    },
    async ({ records, workspace, params }) => records.merging.undo(workspace, params.id),
  ),

  get(
    '/users/:id/merges',
    {
      allow: 'people.read',
      summary: 'The merges that a person is part of',
      tags,
      problems: ['user_missing'],
      reply: z.object({ items: z.array(MergeShown).max(50) }),
    },
    async ({ records, workspace, params }) => {
      await records.register.found(workspace, params.id)
      return { items: await records.merging.of(workspace.id, params.id) }
    },
  ),

  post(
    '/users/:id/erase',
    {
      allow: 'people.erase',
      audit: 'person.erased',
      summary: 'Erase a person for good; `name` is theirs, typed by whoever does it',
      tags,
      problems: ['user_missing', 'not_the_name'],
      body: z.object({ name: z.string().max(200) }),
      reply: z.object({
        erasedAt: instant(),
        messages: z.int().nonnegative(),
        rows: z.int().nonnegative(),
        events: z.int().nonnegative(),
        files: z.int().nonnegative(),
      }),
    },
    async ({ records, resourceChanged, workspace, caller, params, body: { name: typed } }) => {
      const erased = await records.erasing.erase(workspace, params.id, { typed, by: caller.id })
      resourceChanged(workspace.id, requestsChanged)
      return erased
    },
  ),

  post(
    '/users/:id/export',
    {
      allow: 'people.export',
      audit: 'person.exported',
      summary: 'Begin to gather everything that is kept of a person: a line of JSON each, files among them',
      tags,
      status: 202,
      problems: ['user_missing'],
      reply: z.object({ id: Id }),
    },
    async ({ records, workspace, caller, params }) => ({
      id: await records.bundles.begin(workspace, params.id, caller.id),
    }),
  ),

  post(
    '/users/:id/export/:exportId/link',
    {
      allow: 'people.export',
      audit: 'person.export_fetched',
      summary: 'An address at which it can be fetched, for ten minutes; 404 while it is being made',
      tags,
      problems: ['not_found', 'file_not_ready'],
      reply: z.object({ url: z.string().max(1_100), expiresAt: instant() }),
    },
    async ({ records, auth, workspace, params }) => {
      const { token, expiresAt } = auth.tokens.file(
        workspace.id,
        await records.bundles.ready(workspace.id, params.exportId),
      )
      return { url: `/f/${token}`, expiresAt }
    },
  ),
]
