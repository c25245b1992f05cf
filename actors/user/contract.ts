import { z } from 'zod'
import { Consenting } from '../../kernel/consent.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import {
  Acquisition,
  Address,
  Birthday,
  Counters,
  Engagement,
  FieldKey,
  Fields,
  FieldValue,
  identitiesMax,
  Identity,
  Label,
  labelsMax,
  Stage,
} from '../../kernel/person.ts'
import { contract } from '../runtime/contract.ts'
import { consentEffects, ConsentEntry, consentMessages } from './contract/consents.ts'

const id = z.string().min(1).max(128)
const name = sensitive(z.string().max(200))
const zone = z.string().max(64).nullable()
const locale = z.string().max(16).nullable()
const labels = z.array(Label).max(labelsMax)
const empty = z.object({})

/** What staff see of a person who may see people. What is more private than that is `Private`. */
export const Profile = z.object({
  userId: id,
  name,
  firstName: name,
  lastName: name,
  stage: Stage,
  /** Which of the workspace's status options they are in. */
  statusId: id.nullable(),
  timezone: zone,
  locale,
  /** `1990-05-15`; `9999-05-15` where the year is unknown. */
  birthday: z.string().max(10).nullable(),
  tags: labels,
  /** The workspace's own fields, those that are not sensitive. */
  custom: Fields,
  /** How they were found, `import` or `whatsapp` say, and where they came from. */
  source: z.string().max(60),
  acquisition: Acquisition.nullable(),
  isBetaTester: z.boolean(),
  referralCode: z.string().max(32).nullable(),
  referrerId: id.nullable(),
  identities: z.array(Identity).max(identitiesMax),
  /** Since when nothing leaves to them, and what they write is in nobody's unread. */
  isBlocked: z.boolean(),
  blockedAt: instant().nullable(),
  /** Nothing but answers of staff leaves to them: GDPR Art. 18. */
  isRestricted: z.boolean(),
  /** Since when they are in no list; whoever writes again is back. */
  archivedAt: instant().nullable(),
  /** They are the same as somebody else, who speaks for them. */
  aliasOf: id.nullable(),
  erasedAt: instant().nullable(),
  engagement: Engagement,
  createdAt: instant(),
  lastSeenAt: instant().nullable(),
  /** Counts what people changed; `If-Match` takes it. */
  rev: z.int().nonnegative(),
  /** Counts the changes of `Private`, which no stream carries. */
  privateRev: z.int().nonnegative(),
})
export type Profile = z.infer<typeof Profile>

/** What only some may see: encrypted where it rests, read over HTTP alone, and each reading is in the audit. */
export const Private = z.object({
  gender: sensitive(z.string().max(60)),
  address: sensitive(z.string().max(500)),
  demographics: sensitive(Fields),
  psychographics: sensitive(Fields),
  metadata: sensitive(Fields),
  /** The workspace's own fields that are sensitive. */
  custom: sensitive(Fields),
  blockReason: sensitive(z.string().max(500)),
  /** What their telephone is, and how they want to be called. */
  phoneConfig: sensitive(Fields),
})
export type Private = z.infer<typeof Private>

/** Fields by name; null takes one away, what is not named stays. */
const FieldsChange = z.record(FieldKey, FieldValue.nullable()).refine((some) => Object.keys(some).length <= 60)

/** What people change of a person; what is not named stays. */
export const ProfileChange = z.object({
  name: name.optional(),
  firstName: name.optional(),
  lastName: name.optional(),
  stage: Stage.optional(),
  statusId: id.nullable().optional(),
  timezone: zone.optional(),
  locale: locale.optional(),
  birthday: Birthday.nullable().optional(),
  custom: FieldsChange.optional(),
  source: z.string().max(60).optional(),
  acquisition: Acquisition.nullable().optional(),
  isBetaTester: z.boolean().optional(),
})
export type ProfileChange = z.infer<typeof ProfileChange>

export const PrivateChange = z.object({
  gender: Private.shape.gender.optional(),
  address: Private.shape.address.optional(),
  demographics: FieldsChange.optional(),
  psychographics: FieldsChange.optional(),
  metadata: FieldsChange.optional(),
  custom: FieldsChange.optional(),
  phoneConfig: FieldsChange.optional(),
})

/** What can have happened to a person besides what was said. Others tell `happened`, the actor itself writes the rest. */
export const activityKinds = [
  'created',
  'changed',
  'private_changed',
  'stage_changed',
  'tagged',
  'identity_added',
  'identity_removed',
  'identity_changed',
  'blocked',
  'unblocked',
  'restricted',
  'unrestricted',
  'archived',
  'unarchived',
  'merged',
  'unmerged',
  'erased',
  'referral',
  'engagement',
  'consent',
  'rating',
  'conversation',
  'assignment',
  'import',
  'export',
] as const
const Scalar = z.union([z.string().max(500), z.number(), z.boolean(), z.null()])

/** A line of a person's timeline that is no message. */
export const Activity = z.object({
  _id: id,
  userId: id,
  kind: z.enum(activityKinds),
  /** Facts by name, in a few words each. */
  what: sensitive(z.record(z.string().max(60), Scalar)),
  by: z.object({ role: z.string().max(32), id }),
  at: instant(),
})
export type Activity = z.infer<typeof Activity>

const Claimed = Address.extend({ claim: z.string().max(200) })
const Placed = z.object({ claim: z.string().max(200) })
/** From whom a field comes where two are joined; what is not named is the winner's, or the other's where it has none. */
export const mergeable = [
  'name',
  'firstName',
  'lastName',
  'stage',
  'statusId',
  'timezone',
  'locale',
  'birthday',
  'source',
] as const
export const MergeChoices = z.partialRecord(z.enum(mergeable), z.enum(['winner', 'loser']))
export type MergeChoices = z.infer<typeof MergeChoices>

/** All of a person that another one takes over. */
export const Whole = z.object({ profile: Profile, private: Private, counters: Counters, consents: Consenting })
export type Whole = z.infer<typeof Whole>

/** What two were before they were joined, so that they can be parted again. */
export const Merge = z.object({
  _id: id,
  winnerId: id,
  loserId: id,
  before: sensitive(Whole),
  after: sensitive(Whole),
  by: id,
  at: instant(),
  undoUntil: instant(),
  undoneAt: instant().nullable(),
})
export type Merge = z.infer<typeof Merge>

/** One human being, whatever they are to the business. What they may see of it is their `me` stream. */
export const user = contract({
  kind: 'user',

  messages: {
    /** Somebody writes for the first time from this address. `userId` is who speaks for them now. */
    meet: {
      input: z.object({ identity: Address, claim: z.string().max(200), name, timezone: zone }),
      reply: z.object({ isNew: z.boolean(), userId: id }),
    },
    heard: { input: z.object({ at: instant(), name }) },
    /** Staff, a form or an import enter somebody. The claims of the addresses are theirs already. */
    enter: {
      input: z.object({
        change: ProfileChange,
        private: PrivateChange.optional(),
        identities: z.array(Claimed.extend({ label: z.string().max(60).optional() })).max(identitiesMax),
        tags: labels.optional(),
      }),
      reply: Profile,
    },
    update: { input: ProfileChange.extend({ rev: z.int().optional() }), reply: Profile },
    updatePrivate: { input: PrivateChange.extend({ rev: z.int().optional() }), reply: Private },
    tag: { input: z.object({ add: labels, remove: labels }), reply: Profile },

    /** `isVerified`: it was shown to be theirs. */
    addIdentity: {
      input: Claimed.extend({ label: z.string().max(60), isVerified: z.boolean() }),
      reply: Profile,
    },
    changeIdentity: {
      input: z.object({
        identityId: id,
        label: z.string().max(60).optional(),
        isPrimary: z.literal(true).optional(),
        isVerified: z.boolean().optional(),
      }),
      reply: Profile,
    },
    removeIdentity: { input: Placed.extend({ identityId: id }), reply: Profile },

    block: { input: z.object({ reason: sensitive(z.string().max(500)) }), reply: Profile },
    unblock: { input: empty, reply: Profile },
    /** Their data rests: nothing but answers of staff leaves to them. */
    restrict: {
      input: z.object({ isRestricted: z.boolean(), reason: sensitive(z.string().max(500)) }),
      reply: Profile,
    },
    /** They are in no list, and nothing but answers leaves to them, until they write or somebody takes them back. */
    archive: { input: empty, reply: Profile },
    unarchive: { input: empty, reply: Profile },

    giveReferralCode: { input: z.object({ code: z.string().min(1).max(32) }), reply: z.object({ code: z.string() }) },
    redeemReferral: { input: z.object({ referrerId: id, code: z.string().max(32) }), reply: Profile },
    referred: { input: z.object({ userId: id }) },

    /** Something that others saw: a consent, a rating, an import. It stands in the timeline. */
    happened: {
      input: z.object({
        kind: z.enum(activityKinds),
        what: sensitive(z.record(z.string().max(60), Scalar)),
        at: instant().optional(),
      }),
    },
    /** They were there: an app saw it, a gate, a course. It counts as having been heard of. */
    engaged: {
      input: z.object({
        type: FieldKey,
        what: sensitive(z.record(FieldKey, Scalar)),
        at: instant(),
      }),
      reply: Profile,
    },
    /** What counts towards `engagement`. */
    rated: { input: z.object({ stars: z.int().min(1).max(5) }) },

    /** Two are one: the winner says that it waits, the loser gives itself over, the winner takes it in. */
    expectMerge: { input: z.object({ mergeId: id, loserId: id }), reply: Whole },
    giveUpMerge: { input: z.object({ mergeId: id }) },
    mergeInto: {
      input: z.object({ mergeId: id, winnerId: id, choices: MergeChoices }),
      reply: z.object({ mergeId: id }),
    },
    /** What whoever gave themselves over takes along, for as long as they speak no more. */
    givenOver: { input: z.object({ winnerId: id }), reply: Whole },
    absorb: { input: z.object({ mergeId: id, loserId: id, loser: sensitive(Whole), choices: MergeChoices }) },
    /** Parts them again; the edge brings what the merge kept. */
    separate: {
      input: Merge.pick({ loserId: true, before: true, after: true }).extend({ mergeId: id }),
      reply: Profile,
    },
    restore: { input: z.object({ mergeId: id, winnerId: id }) },

    /** Nothing is left that says who it was. */
    erase: { input: empty, reply: z.object({ erasedAt: instant() }) },

    /** A reminder: they have been silent for long enough to count for less. */
    fade: { input: empty },

    view: { input: empty, reply: Profile },
    viewPrivate: { input: empty, reply: Private },
    ...consentMessages,
  },

  streams: { main: 'people.read', me: 'self', timeline: 'people.read' },

  events: {
    'user.changed': { stream: 'main', data: Profile },
    'user.me_changed': { stream: 'me', data: Profile.pick({ name: true, timezone: true, locale: true }) },
    'user.activity': { stream: 'timeline', data: Activity },
  },

  rows: {
    /** Confirms the claim of the same id: this address is theirs. */
    identity: Address.extend({
      _id: z.string().max(200),
      userId: id,
      since: instant(),
      removedAt: instant().nullable().optional(),
    }),
    activity: Activity,
    merge: Merge,
    consent: ConsentEntry,
  },

  effects: consentEffects,
})
