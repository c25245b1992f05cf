import { z } from 'zod'
import { Label } from './person.ts'

const minutes = z.int().positive().max(1_000_000).nullable()
const ids = z.array(z.string().min(1).max(128)).max(50)

/** While a clock stands still: the business spoke last, it was set to wait for the person, or put off. */
export const Pause = z.enum(['answered', 'pending', 'snoozed'])
export type Pause = z.infer<typeof Pause>

/** What a business promises to people who write to it. */
export const SlaPolicyFields = z.object({
  name: z.string().trim().min(1).max(80),
  /** Minutes until a first answer to a matter, until the answer to each later question, and until it is resolved. */
  firstResponseMinutes: minutes.default(null),
  nextResponseMinutes: minutes.default(null),
  resolutionMinutes: minutes.default(null),
  /** Whether the minutes of its opening hours count, or all of them. */
  calendar: z.enum(['business', 'always']).default('business'),
  pausedWhile: z.array(Pause).max(3).default(['answered', 'pending', 'snoozed']),
  /** It is for conversations with one of each of these; whatever is empty asks for nothing. */
  conditions: z
    .object({
      priorities: z
        .array(z.enum(['none', 'low', 'normal', 'high', 'urgent']))
        .max(5)
        .default([]),
      teamIds: ids.default([]),
      tags: z.array(Label).max(50).default([]),
      channelIds: ids.default([]),
    })
    .prefault({}),
  /** Of several that fit, the one with the lowest is taken. */
  rank: z.int().min(0).max(1_000).default(100),
})
export type SlaPolicyFields = z.infer<typeof SlaPolicyFields>

export const SlaPolicy = SlaPolicyFields.extend({ id: z.string().min(1).max(128) })
export type SlaPolicy = z.infer<typeof SlaPolicy>
export const slaPoliciesMax = 20
