import { z } from 'zod'
import { Profile, user } from '../../actors/user/contract.ts'
import { FieldKey } from '../../kernel/person.ts'
import { del, post, put } from '../http/route.ts'

const about = { tags: ['Users'], problems: ['user_missing', 'person_merged', 'person_erased'] }
const factsMax = 20
/** What an app that was offline tells of later is taken for so long, ms. */
const lateMs = 30 * 24 * 60 * 60_000

const Engaged = z.object({
  /** What they did, in the words of the app: `session_attended`, `video_watched`. */
  type: FieldKey,
  what: z
    .record(FieldKey, z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .refine((facts) => Object.keys(facts).length <= factsMax, `${String(factsMax)} facts at most`)
    .default({}),
  /** When; now, where nothing is said. */
  at: z.iso.datetime({ offset: true }).optional(),
})

/** Who is put aside, who is left alone, and who was there without a word. */
export const holding = [
  del(
    '/users/:id',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.archived',
      summary:
        'Archive a person: they are in no list, and nothing but answers goes to them, until they write again or ' +
        'somebody takes them back; `POST /users/{id}/erase` is what forgets them',
    },
    async ({ workspace, params }) => {
      await workspace.at(user, params.id).archive()
    },
  ),

  post(
    '/users/:id/restore',
    {
      ...about,
      allow: 'people.write',
      audit: 'person.unarchived',
      summary: 'Take an archived person back',
      reply: Profile,
    },
    async ({ workspace, params }) => workspace.at(user, params.id).unarchive(),
  ),

  put(
    '/users/:id/restriction',
    {
      ...about,
      allow: 'people.erase',
      audit: { action: 'person.restricted', note: ({ body }) => ({ isRestricted: body.isRestricted }) },
      summary:
        'Let what is known of a person rest (GDPR Art. 18): nothing but what staff answer goes to them; or end it',
      body: z.object({ isRestricted: z.boolean(), reason: z.string().trim().max(500).default('') }),
      reply: Profile,
    },
    async ({ workspace, params, body }) => workspace.at(user, params.id).restrict(body),
  ),

  post(
    '/users/:id/engagement',
    {
      ...about,
      allow: 'people.write',
      summary: 'Say that a person was there: it stands in their timeline, and counts as having been heard of',
      body: Engaged,
      reply: Profile.shape.engagement,
    },
    async ({ workspace, params, body: { at, ...body }, now }) => {
      const seenAt = at === undefined ? now() : Math.max(Date.parse(at), now() - lateMs)
      return (await workspace.at(user, params.id).engaged({ ...body, at: seenAt })).engagement
    },
  ),
]
