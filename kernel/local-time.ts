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
