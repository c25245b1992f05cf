import { Temporal } from 'temporal-polyfill'

// All arithmetic with zones happens here, so that gaps and folds are decided once: as RFC 5545 does ("compatible").

/** The instant (epoch ms) of a wall-clock time in a zone; a time that a change of clocks skips is moved past the gap. */
export function instantOf(localDate: string, localTime: string, zone: string): number {
  const local = Temporal.PlainDate.from(localDate).toPlainDateTime(Temporal.PlainTime.from(localTime))
  return local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
}

export function isZone(name: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/**
 * The first instant at which the clocks of a zone show this time of this date or a later one: the end of the gap, for a
 * time that a change of clocks skips. What opens and closes by the clock does so here, so its order is kept.
 */
export function firstInstantAt(localDate: string, localTime: string, zone: string): number {
  const local = Temporal.PlainDate.from(localDate).toPlainDateTime(Temporal.PlainTime.from(localTime))
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds
  const gap = earlier.getTimeZoneTransition('next')
  if (!gap) throw new Error(`${localDate} ${localTime} is not in ${zone}, and no change of clocks follows`)
  return gap.epochMilliseconds
}

/** The date that the clocks of a zone show at an instant. */
export const localDateOf = (time: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone).toPlainDate().toString()

const unitNames = { m: 'minutes', h: 'hours', d: 'days' } as const

/** So much later, or earlier where the amount is negative; a day later is at the same time of the clocks of the zone. */
export const shifted = (time: number, by: { amount: number; unit: 'm' | 'h' | 'd' }, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(time)
    .toZonedDateTimeISO(zone)
    .add({ [unitNames[by.unit]]: by.amount }).epochMilliseconds

// A date has no zone, so it can be reckoned as midnight in UTC, where every day has 24 hours.
const midnight = (localDate: string) => Date.parse(`${localDate}T00:00Z`)

export const dayAfter = (localDate: string): string =>
  new Date(midnight(localDate) + 24 * 60 * 60_000).toISOString().slice(0, 10)

/** 1 is Monday, 7 is Sunday. */
export const dayOfWeek = (localDate: string): number => new Date(midnight(localDate)).getUTCDay() || 7

/** Whether a date of the form 2026-02-29 is in the calendar. */
export function isCalendarDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}
