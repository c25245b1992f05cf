import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const name = sensitive(z.string().max(200))

export const Stage = z.enum(['lead', 'engaged', 'customer'])

/** An address that a person can be known by. `wa_id` is digits without `+`; a `wa_bsuid` hides the number. */
export const Identity = z.object({
  kind: z.enum(['wa_id', 'wa_bsuid', 'phone', 'email']),
  value: sensitive(z.string().min(1).max(254)),
})
export type Identity = z.infer<typeof Identity>

export const Profile = z.object({
  name,
  stage: Stage,
  timezone: z.string().max(64).nullable(),
  locale: z.string().max(16).nullable(),
  identities: z.array(Identity).max(20),
  createdAt: instant(),
  lastSeenAt: instant().nullable(),
})
export type Profile = z.infer<typeof Profile>

/** One human being, whatever they are to the business. What they may see of it is their `me` stream. */
export const user = contract({
  kind: 'user',

  messages: {
    /** Somebody writes for the first time from this address, or staff enter them. */
    meet: {
      input: z.object({
        identity: Identity,
        claim: z.string().max(200),
        name,
        timezone: z.string().max(64).nullable(),
      }),
      reply: z.object({ isNew: z.boolean() }),
    },
    heard: { input: z.object({ at: instant(), name }) },
    update: {
      input: z.object({
        name: name.optional(),
        stage: Stage.optional(),
        timezone: z.string().max(64).nullable().optional(),
        locale: z.string().max(16).nullable().optional(),
      }),
      reply: Profile,
    },
    view: { input: z.object({}), reply: Profile },
  },

  streams: { main: 'people.read', me: 'self' },

  events: {
    'user.changed': { stream: 'main', data: Profile },
    'user.me_changed': { stream: 'me', data: Profile.pick({ name: true, timezone: true, locale: true }) },
  },

  rows: {
    /** Confirms the claim of the same id: this address is theirs. */
    identity: Identity.extend({ _id: z.string().max(200), userId: id, since: instant() }),
  },
})
