import { z } from 'zod'
import { identityKinds } from './channel-kind.ts'
import { instant, sensitive } from './marks.ts'

// What is known of a person, as the actor keeps it and everybody who may reads it.

/** An address, as it was sent: it is matched in other spellings, and never rewritten. */
export const Address = z.object({
  kind: z.enum(identityKinds),
  value: sensitive(z.string().min(1).max(254)),
})
export type Address = z.infer<typeof Address>

export const Identity = Address.extend({
  /** Unique with this person. */
  id: z.string().min(1).max(64),
  /** What staff call it: `work`, `her mother's`. */
  label: z.string().max(60),
  /** When it was shown to be theirs: by a message from it, or a code that was sent to it. */
  verifiedAt: instant().nullable(),
  /** One of each kind is what is used where nothing else is said. */
  isPrimary: z.boolean(),
  since: instant(),
})
export type Identity = z.infer<typeof Identity>
export const identitiesMax = 20

/** From first interest to client; `lost` is who went another way. */
export const stages = ['lead', 'engaged', 'booked', 'customer', 'lost'] as const
export const Stage = z.enum(stages)
export type Stage = z.infer<typeof Stage>

/** A plain label, in lower case. */
export const Label = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.:/-]*$/u, 'letters, digits, spaces and - _ . : /')
  .refine((label) => label === label.toLowerCase(), 'in lower case')
export const labelsMax = 50

/** The name of a field that people name themselves: never one that JavaScript or MongoDB reads as its own. */
export const FieldKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'a to z, 0 to 9 and _, beginning with a letter')
export const fieldsMax = 60

/** What such a field can hold: a text, a number, a date (`2026-11-22`), yes or no, one of several, some of several. */
export const FieldValue = z.union([
  z.string().max(2_000),
  z.number().min(-1e15).max(1e15),
  z.boolean(),
  z.array(z.string().max(200)).max(20),
])
export type FieldValue = z.infer<typeof FieldValue>
export const Fields = z
  .record(FieldKey, FieldValue)
  .refine((fields) => Object.keys(fields).length <= fieldsMax, `${String(fieldsMax)} fields at most`)
export type Fields = z.infer<typeof Fields>

/** Where somebody came from, as a link or a form said it. */
export const Acquisition = z.object({
  channel: z.string().max(60).optional(),
  campaign: z.string().max(120).optional(),
  medium: z.string().max(120).optional(),
  content: z.string().max(200).optional(),
  landing: z.string().max(500).optional(),
})

/** How well somebody is in touch: 0 to 100, with what it is made of, so that nobody has to believe it. */
export const Engagement = z.object({
  score: z.int().min(0).max(100),
  /** Points by reason; they add up to the score. */
  parts: z.object({
    /** How lately they wrote. */
    recency: z.int().min(0).max(40),
    /** On how many days. */
    days: z.int().min(0).max(30),
    /** By how many ways they can be reached. */
    ways: z.int().min(0).max(15),
    /** What they think of us. */
    rating: z.int().min(0).max(15),
  }),
})
export type Engagement = z.infer<typeof Engagement>

/** What is counted of somebody's being in touch. */
export const Counters = z.object({
  activeDays: z.int().nonnegative(),
  ratings: z.int().nonnegative(),
  ratingSum: z.int().nonnegative(),
})
export type Counters = z.infer<typeof Counters>

const dayMs = 24 * 60 * 60_000
/** How many points it still is worth that somebody wrote: until that many days have passed. */
const recencySteps = [
  [7, 40],
  [30, 25],
  [90, 10],
] as const

export function engagementOf(
  {
    lastSeenAt,
    counters,
    identities,
  }: { lastSeenAt: number | null; counters: Counters; identities: readonly Identity[] },
  now: number,
): Engagement {
  const since = lastSeenAt === null ? Infinity : now - lastSeenAt
  const recency = recencySteps.find(([days]) => since < days * dayMs)?.[1] ?? 0
  const days = Math.min(30, counters.activeDays * 3)
  const ways = Math.min(15, new Set(identities.map(({ kind }) => kind)).size * 5)
  const rating = counters.ratings === 0 ? 0 : Math.round((counters.ratingSum / counters.ratings - 1) * 3.75)
  return { score: recency + days + ways + rating, parts: { recency, days, ways, rating } }
}

/** When the score falls next if nothing happens; undefined where it is as low as silence makes it. */
export function engagementFallsAt(lastSeenAt: number | null, now: number): number | undefined {
  if (lastSeenAt === null) return undefined
  return recencySteps.map(([days]) => lastSeenAt + days * dayMs).find((at) => at > now)
}

/** Of somebody's birthday the year may be unknown. It is no instant: nobody is born in UTC. */
export const Birth = z.object({
  month: z.int().min(1).max(12),
  day: z.int().min(1).max(31),
  year: z.int().min(1_850).max(2_200).nullable(),
})
export type Birth = z.infer<typeof Birth>

/** Stands for a year that nobody knows, in dates that must have one. */
const unknownYear = 9_999
const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const two = (number: number) => String(number).padStart(2, '0')

/**
 * `1990-05-15`, or `9999-05-15` where the year is unknown; undefined where there is no such day. Never through `Date`:
 * 9999 is no leap year, and 9999-02-29 is somebody's birthday.
 */
export function birthOf(text: string): Birth | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!found) return undefined
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  const most = daysIn[month - 1]
  if (most === undefined || day < 1 || day > most) return undefined
  if (year === unknownYear) return { month, day, year: null }
  const isThere = month !== 2 || day !== 29 || isLeap(year)
  return isThere && year >= 1_850 && year <= 2_200 ? { month, day, year } : undefined
}

/** As `birthOf` reads it. */
export const birthdayOf = ({ month, day, year }: Birth) => `${String(year ?? unknownYear)}-${two(month)}-${two(day)}`

/** A birthday as the API takes it. */
export const Birthday = z
  .string()
  .max(10)
  .refine((text) => birthOf(text) !== undefined, 'a day: 1990-05-15, or 9999-05-15')
