import { z } from 'zod'
import { isCalendarDate } from './local-time.ts'

/** In the order of `Temporal.PlainDate.dayOfWeek`, which counts from Monday. */
export const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type DayName = (typeof dayNames)[number]

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 09:00')
/** From `from`, and until just before `to`; `24:00` is the end of the day. */
export const Interval = z
  .object({ from: Time, to: z.union([Time, z.literal('24:00')], 'a time like 17:00, at most 24:00') })
  .refine(({ from, to }) => from < to, 'It must close after it opens; what goes past midnight is two intervals.')
export type Interval = z.infer<typeof Interval>

/** Of one day, in their order. */
export const Intervals = z
  .array(Interval)
  .max(8)
  .refine(
    (all) => all.every(({ from }, nth) => nth === 0 || (all[nth - 1]?.to ?? '') <= from),
    'The intervals of a day must stand in their order and not overlap.',
  )

/** A date like 2026-12-24 that exists. */
export const LocalDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date like 2026-12-24')
  .refine(isCalendarDate, 'This date does not exist.')

export const Holiday = z.object({
  date: LocalDate,
  name: z.string().trim().min(1).max(120),
  /** When it is open all the same; closed where there is none. */
  intervals: Intervals.default([]),
})
export type Holiday = z.infer<typeof Holiday>

const day = Intervals.default([])
/** When a business is open, on its own clock. A day without intervals is closed. */
export const Hours = z.object({
  weekly: z
    .object({ monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: day, sunday: day })
    .prefault({}),
  holidays: z
    .array(Holiday)
    .max(200)
    .refine((all) => new Set(all.map(({ date }) => date)).size === all.length, 'Each date can be a holiday once.')
    .default([]),
})
export type Hours = z.infer<typeof Hours>

export const isEverOpen = ({ weekly }: Hours) => dayNames.some((name) => weekly[name].length > 0)
