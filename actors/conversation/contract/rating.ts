import { z } from 'zod'
import { instant, sensitive } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)

/** How content somebody was with a matter, 1 to 5. */
export const Score = z.int().min(1).max(5)
const comment = sensitive(z.string().trim().max(2_000))

/** What was asked about a matter, and what came back. */
export const Rating = z.object({
  episodeId: id,
  askedAt: instant(),
  /** A member of the staff asks: it is part of the talk, and no rule of machines keeps it back. */
  isByHand: z.boolean(),
  score: Score.nullable(),
  ratedAt: instant().nullable(),
})
export type Rating = z.infer<typeof Rating>

const Rated = Rating.pick({ episodeId: true, score: true, ratedAt: true })

export const rating = {
  /** Asks about the present matter, or the last one: once each. */
  askRating: { input: z.object({}), reply: z.object({ episodeId: id }) },
  /** A reminder: so long after it was resolved. */
  askDue: { input: z.object({ episodeId: id }) },
  /** The address at which this matter is rated was made. */
  linkMade: { input: z.object({ episodeId: id, link: sensitive(z.string().max(2_048)) }) },
  /** The person's answer, one per matter. */
  rate: { input: z.object({ episodeId: id, score: Score, comment: comment.optional() }), reply: Rated },
  /** What is known of this one. */
  ratingOf: { input: z.object({ episodeId: id }), reply: Rated.extend({ locale: z.string().max(16).nullable() }) },
}
