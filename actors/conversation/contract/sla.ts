import { z } from 'zod'
import { instant } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)

/** What is promised: a first answer to a matter, an answer to every later question, and an end of the matter. */
export const Promised = z.enum(['first_response', 'next_response', 'resolution'])
export type Promised = z.infer<typeof Promised>

/** One promise that is being kept, or was not. `dueAt` is missing while the clock stands still. */
export const SlaClock = z.object({
  promised: Promised,
  minutes: z.int().positive().max(1_000_000),
  dueAt: instant().nullable(),
  /** Four fifths of the time are over. */
  isWarned: z.boolean(),
  breachedAt: instant().nullable(),
})
export type SlaClock = z.infer<typeof SlaClock>

/** What is promised to the person at this moment, and by which policy. */
export const Sla = z.object({ policyId: id, clocks: z.array(SlaClock).max(3) })
export type Sla = z.infer<typeof Sla>
