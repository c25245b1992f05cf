import { z } from 'zod'
import { Private, PrivateChange, Profile, ProfileChange, user } from '../../actors/user/contract.ts'
import { Address, Engagement, Fields, Identity, identitiesMax, Label, labelsMax } from '../../kernel/person.ts'
import { invalid } from '../../kernel/problem.ts'
import { revisionOf } from '../http/if-match.ts'
import { del, get, Id, page, pageOf, patch, post, put } from '../http/route.ts'
import { ExchangedFile, exchangedFiles, filesOfMailMax, filesPerPage } from '../people/exchanged-files.ts'
import { TimelineItem, type TimelineKind, timelineKinds, timelineOf } from '../people/timeline.ts'

const tags = ['Users']
const about = { tags, problems: ['user_missing', 'person_merged', 'person_erased'] }
const labels = z.array(Label).max(labelsMax).default([])
const Entered = ProfileChange.extend({
  identities: z
    .array(Address.extend({ label: z.string().max(60).optional() }))
    .max(identitiesMax)
    .default([]),
  tags: labels,
  private: PrivateChange.default({}),
})
const ofFields = ['unknown_field', 'field_archived', 'wrong_value']

/** What is known of a person. */
export const users = [
  post(
    '/users',
    {
      allow: 'people.write',
      audit: 'person.entered',
      summary: 'Enter a person',
      tags,
      status: 201,
      problems: ['identity_taken', 'invalid_address', 'too_many_identities', ...ofFields],
      body: Entered,
      reply: Profile,
    },
    async ({ records, workspace, body: { identities, tags: own, private: hidden, ...change } }) =>
      records.register.enter(workspace, { change, hidden, identities, tags: own }),
  ),

  get(
    '/users/:id',
    {
      allow: 'people.read',
      audit: { action: 'person.read', isRead: true },
      summary: 'One person; of somebody who was merged, the one who stands for both',
      tags,
      problems: ['user_missing'],
      reply: Profile,
    },
    async ({ records, workspace, params }) => records.register.found(workspace, params.id),
  ),

  patch(
    '/users/:id',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.changed',
      summary: 'Change what we know of a person; what is not named stays, and null takes a field away',
      takesRevision: true,
      problems: [...about.problems, 'stale_revision', ...ofFields],
      body: ProfileChange,
      reply: Profile,
    },
    async ({ records, workspace, params, body, request }) =>
      records.register.update(workspace, params.id, body, revisionOf(request)),
  ),

  get(
    '/users/:id/private',
    {
      allow: 'people.sensitive',
      audit: { action: 'person.private_read', isRead: true },
      summary: 'What is sensitive about a person',
      tags,
      problems: ['user_missing'],
      reply: Private,
    },
    async ({ workspace, params }) => workspace.at(user, params.id).viewPrivate(),
  ),

  patch(
    '/users/:id/private',
    {
      ...about,
      allow: 'people.sensitive',
      audit: 'person.private_changed',
      summary: 'Change what is sensitive about a person; `If-Match` takes `privateRev`',
      takesRevision: true,
      problems: [...about.problems, 'stale_revision', 'too_many_fields'],
      body: PrivateChange,
      reply: Private,
    },
    async ({ records, workspace, params, body, request }) =>
      records.register.updatePrivate(workspace, params.id, body, revisionOf(request)),
  ),

  post(
    '/users/:id/tags',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.tagged',
      summary: 'Tag a person, and take tags off',
      problems: [...about.problems, 'too_many_tags'],
      body: z.object({ add: labels, remove: labels }),
      reply: Profile,
    },
    async ({ workspace, params, body }) => workspace.at(user, params.id).tag(body),
  ),

  del(
    '/users/:id/tags/:tag',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.tagged',
      summary: 'Take a tag off a person',
      params: z.object({ id: Id, tag: Label }),
    },
    async ({ workspace, params }) => {
      await workspace.at(user, params.id).tag({ add: [], remove: [params.tag] })
    },
  ),

  put(
    '/users/:id/status',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.changed',
      summary: 'What status of the workspace’s a person is in; null for none',
      problems: [...about.problems, 'unknown_status'],
      body: z.object({ statusId: Id.nullable() }),
      reply: Profile,
    },
    async ({ store, workspace, params, body: { statusId } }) => {
      const isThere = statusId === null || (await store.of(workspace.id).one('user_status_options', { _id: statusId }))
      if (!isThere) throw invalid('unknown_status', 'There is no such status.')
      return workspace.at(user, params.id).update({ statusId })
    },
  ),

  put(
    '/users/:id/beta-tester',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.changed',
      summary: 'Whether a person tries what is new',
      body: z.object({ isBetaTester: z.boolean() }),
      reply: Profile,
    },
    async ({ workspace, params, body }) => workspace.at(user, params.id).update(body),
  ),

  get(
    '/users/:id/phone-config',
    { ...about, allow: 'people.sensitive', summary: 'What telephone a person has', reply: Fields },
    async ({ workspace, params }) => (await workspace.at(user, params.id).viewPrivate()).phoneConfig,
  ),

  put(
    '/users/:id/phone-config',
    {
      ...about,
      allow: 'people.sensitive',
      audit: 'person.private_changed',
      summary: 'Set what telephone a person has',
      body: Fields,
      reply: Fields,
    },
    async ({ workspace, params, body }) => {
      const before = (await workspace.at(user, params.id).viewPrivate()).phoneConfig
      const gone = Object.fromEntries(Object.keys(before).map((key) => [key, null]))
      return (await workspace.at(user, params.id).updatePrivate({ phoneConfig: { ...gone, ...body } })).phoneConfig
    },
  ),

  post(
    '/users/:id/block',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.blocked',
      summary: 'Block a person: what they write is kept and in nobody’s unread, and nothing leaves to them',
      body: z.object({ reason: z.string().trim().max(500).default('') }),
      reply: Profile,
    },
    async ({ records, workspace, params, body }) => records.blocking.block(workspace, params.id, body),
  ),

  post(
    '/users/:id/unblock',
    { ...about, allow: 'people.write', audit: 'person.unblocked', summary: 'Let a person write again', reply: Profile },
    async ({ workspace, params }) => workspace.at(user, params.id).unblock(),
  ),

  get(
    '/users/:id/engagement',
    { ...about, allow: 'people.read', summary: 'How well a person is in touch, and why', reply: Engagement },
    async ({ workspace, params }) => (await workspace.at(user, params.id).view()).engagement,
  ),

  get(
    '/users/:id/timeline',
    {
      allow: 'people.read',
      audit: { action: 'person.read', isRead: true },
      summary: 'Everything about one person in one order, the latest first',
      tags,
      problems: ['user_missing', 'invalid_cursor', 'unknown_kind'],
      query: z.object({ ...page, kinds: z.string().max(500).optional() }),
      reply: pageOf(TimelineItem),
    },
    async ({ store, rest, records, workspace, params, query: { kinds, cursor, limit } }) => {
      const { userId } = await records.register.found(workspace, params.id)
      return timelineOf({ store, rest }, workspace.id, { userId, kinds: kindsOf(kinds), cursor, limit })
    },
  ),

  get(
    '/users/:id/files',
    {
      allow: 'conversations.read',
      module: 'inbox',
      audit: { action: 'person.files_listed', isRead: true },
      summary: 'Every file that went to a person or came from them, the latest first',
      tags,
      problems: ['user_missing'],
      query: z.object({
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .optional(),
      }),
      reply: z.object({
        items: z.array(ExchangedFile).max(filesPerPage * filesOfMailMax),
        nextCursor: z.string().max(16).nullable(),
      }),
    },
    async ({ store, rest, records, workspace, params, query }) => {
      const { userId } = await records.register.found(workspace, params.id)
      return exchangedFiles({ store, rest }, workspace.id, userId, query.cursor)
    },
  ),

  get(
    '/users/:id/identities',
    {
      ...about,
      allow: 'people.read',
      summary: 'By what a person is known',
      reply: z.object({ items: z.array(Identity).max(identitiesMax) }),
    },
    async ({ workspace, params }) => ({ items: (await workspace.at(user, params.id).view()).identities }),
  ),

  post(
    '/users/:id/identities',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.identity_added',
      summary: 'One address more; of each, one person has it',
      problems: [...about.problems, 'identity_taken', 'invalid_address', 'too_many_identities'],
      body: Address.extend({ label: z.string().trim().max(60).default(''), isVerified: z.boolean().default(false) }),
      reply: Profile,
    },
    async ({ records, workspace, params, body }) => records.register.addIdentity(workspace, params.id, body),
  ),

  patch(
    '/users/:id/identities/:identityId',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.identity_changed',
      summary: 'Name an address, make it the primary one, say whether it was shown to be theirs',
      problems: [...about.problems, 'identity_missing'],
      body: user.messages.changeIdentity.input.omit({ identityId: true }),
      reply: Profile,
    },
    async ({ workspace, params: { id, identityId }, body }) =>
      workspace.at(user, id).changeIdentity({ identityId, ...body }),
  ),

  del(
    '/users/:id/identities/:identityId',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.identity_removed',
      summary: 'Take an address away: whoever writes from it next is somebody new',
      problems: [...about.problems, 'identity_missing'],
    },
    async ({ records, workspace, params: { id, identityId } }) => {
      await records.register.removeIdentity(workspace, id, identityId)
    },
  ),

  get(
    '/users/:id/referrals',
    {
      ...about,
      allow: 'people.read',
      summary: 'By what code a person brings others, and whom they brought',
      reply: z.object({ code: z.string().max(32).nullable(), userIds: z.array(Id).max(500) }),
    },
    async ({ store, workspace, params }) => {
      const { referralCode: code } = await workspace.at(user, params.id).view()
      const options = { projection: { _id: 1 }, sort: { _id: 1 }, limit: 500 } as const
      const found = await store.of(workspace.id).find('users', { referrerId: params.id }, options)
      return { code, userIds: found.map(({ _id }) => _id) }
    },
  ),

  post(
    '/users/:id/referral-code',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.referral_code_given',
      summary: 'Give a person a code by which they bring others; the same one again',
      reply: z.object({ code: z.string().max(32) }),
    },
    async ({ records, workspace, params }) =>
      workspace.at(user, params.id).giveReferralCode({ code: await records.register.newCode(workspace, params.id) }),
  ),

  post(
    '/referrals/redeem',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.referred',
      summary: 'Say by whose code a person came: once, for good',
      problems: [...about.problems, 'unknown_code', 'already_referred', 'own_code'],
      body: z.object({ userId: Id, code: z.string().trim().min(4).max(32) }),
      reply: Profile,
    },
    async ({ records, workspace, body: { userId, code } }) => {
      const referrerId = await records.register.holderOf(workspace.id, code)
      return workspace.at(user, userId).redeemReferral({ referrerId, code })
    },
  ),
]

function kindsOf(text: string | undefined): TimelineKind[] | undefined {
  if (text === undefined) return undefined
  const kinds = text.split(',').map((kind) => kind.trim())
  const unknown = kinds.find((kind) => !(timelineKinds as readonly string[]).includes(kind))
  if (unknown !== undefined) throw invalid('unknown_kind', `There is nothing called ${unknown.slice(0, 40)} here.`)
  return kinds as TimelineKind[]
}
