import { refuse } from '../errors.ts'

/** What stands between local time and UTC: by a fixed offset, or by the rules of a place. All in ms. */
export interface Zone {
  offsetAt: (instant: number) => number
  isUtc: boolean
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

export const UTC: Zone = { offsetAt: () => 0, isUtc: true }

const zones = new Map<string, Zone>()
const ZONES_MAX = 1000

/** By an Olson identifier or an offset: `Asia/Kolkata`, `+05:30`, `+0530`, `+05`. */
export function zoneNamed(name: string): Zone {
  const known = name === 'UTC' ? UTC : zones.get(name)
  if (known) return known
  const zone = ofOffset(name) ?? ofPlace(name)
  if (zones.size >= ZONES_MAX) zones.clear()
  zones.set(name, zone)
  return zone
}

function ofOffset(name: string): Zone | null {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name) ?? []
  if (hours === undefined) return null
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS)
  return { offsetAt: () => offset, isUtc: offset === 0 }
}

function ofPlace(name: string): Zone {
  const unknown = () => refuse(40485, `unrecognized time zone identifier: "${name}"`)
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return unknown()
  const format = formatOf(name) ?? unknown()
  const cached = new Map<number, number>()
  const offsetAt = (instant: number) => {
    // No zone changes within a quarter of an hour but at its beginning.
    const quarter = Math.floor(instant / (15 * MINUTE_MS))
    const found = cached.get(quarter) ?? offsetIn(format, instant)
    if (cached.size > ZONES_MAX) cached.clear()
    cached.set(quarter, found)
    return found
  }
  return { offsetAt, isUtc: false }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Read off the name that the offset itself has: `GMT-05:00`. */
function offsetIn(format: Intl.DateTimeFormat, instant: number): number {
  const text = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? []
  const ms = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * 1000
  return sign === '-' ? -ms : ms
}

/** Local time, as if it were UTC. */
export function localOf(instant: number, zone: Zone): number {
  return instant + zone.offsetAt(instant)
}

/** The instant of a local time: the earlier of two, and past the gap that a change of clocks leaves. */
export function instantOf(local: number, zone: Zone): number {
  const before = zone.offsetAt(local - DAY_MS)
  const after = zone.offsetAt(local + DAY_MS)
  const isSo = (offset: number) => zone.offsetAt(local - offset) === offset
  const candidates = [before, after].filter(isSo).map((offset) => local - offset)
  return candidates.length > 0 ? Math.min(...candidates) : local - before
}
