import { Temporal } from 'temporal-polyfill'

/** From `from` until just before `to`, by the clock on the wall: 21:00 to 08:00 goes over midnight. */
export interface QuietHours {
  from: string
  to: string
}

const searchedDays = [0, 1, 2, 3]

const isWithin = ({ from, to }: QuietHours, time: string) =>
  from <= to ? from <= time && time < to : time >= from || time < to

const clockAt = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
const timeOf = (at: Temporal.ZonedDateTime) => at.toPlainTime().toString().slice(0, 5)

/** Whether the clocks of a zone show a quiet time. An hour that comes twice is quiet both times. */
export const isQuiet = (hours: QuietHours, ms: number, zone: string): boolean =>
  hours.from !== hours.to && isWithin(hours, timeOf(clockAt(ms, zone)))

/**
 * The first moment from `ms` on (epoch ms) at which the clocks of a zone show no quiet time: `ms` itself where it is
 * none. The law asks what the person's clock shows, so what a change of clocks skips or repeats counts as it is shown.
 */
export function quietUntil(hours: QuietHours, ms: number, zone: string): number {
  if (!isQuiet(hours, ms, zone)) return ms
  const now = clockAt(ms, zone)
  const ends = searchedDays.flatMap((days) => shows(now.toPlainDate().add({ days }), hours.to, zone))
  const change = now.getTimeZoneTransition('next')
  const left = [...ends, ...(change ? [change.epochMilliseconds] : [])].filter(
    (end) => end > ms && !isQuiet(hours, end, zone),
  )
  if (left.length === 0) throw new Error(`the quiet hours ${hours.from} to ${hours.to} do not end in ${zone}`)
  return Math.min(...left)
}

/** When the clocks come to show this time of this date: both times where they are put back. */
function shows(date: Temporal.PlainDate, time: string, zone: string): number[] {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time))
  return (['earlier', 'later'] as const).map(
    (disambiguation) => local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  )
}
