import { refuse } from '../errors.ts'
import { dayOfYear, isoWeekOf, weekOfYear } from './calendar.ts'
import { localOf } from './zone.ts'
import type { Zone } from './zone.ts'

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A moment by its local time (as if it were UTC) and what that is ahead of UTC, in ms. */
interface Moment {
  local: number
  date: Date
  offset: number
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0')
}

function year(value: number): string {
  if (value < 0 || value > 9999)
    refuse(
      18537,
      `Could not convert date to string: date component was outside the supported range of 0-9999: ${value}`,
    )
  return padded(value, 4)
}

function offsetText({ offset }: Moment): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000))
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}${padded(minutes % 60, 2)}`
}

const month = ({ date }: Moment) => MONTH_NAMES[date.getUTCMonth()] as string

const SPECIFIERS = new Map<string, (moment: Moment) => string>([
  ['%', () => '%'],
  ['b', (moment) => month(moment).slice(0, 3)],
  ['B', month],
  ['d', ({ date }) => padded(date.getUTCDate(), 2)],
  ['G', ({ local }) => year(isoWeekOf(local).year)],
  ['H', ({ date }) => padded(date.getUTCHours(), 2)],
  ['j', ({ local }) => padded(dayOfYear(local), 3)],
  ['L', ({ date }) => padded(date.getUTCMilliseconds(), 3)],
  ['m', ({ date }) => padded(date.getUTCMonth() + 1, 2)],
  ['M', ({ date }) => padded(date.getUTCMinutes(), 2)],
  ['S', ({ date }) => padded(date.getUTCSeconds(), 2)],
  ['w', ({ date }) => String(date.getUTCDay() + 1)],
  ['u', ({ local }) => String(isoWeekOf(local).day)],
  ['U', ({ local }) => padded(weekOfYear(local), 2)],
  ['V', ({ local }) => padded(isoWeekOf(local).week, 2)],
  ['Y', ({ date }) => year(date.getUTCFullYear())],
  ['z', offsetText],
  ['Z', ({ offset }) => `${offset < 0 ? '-' : '+'}${Math.abs(Math.trunc(offset / 60_000))}`],
])

/** Throws for what is no specifier, with its place. */
export function checkFormat(format: string, isKnown: (letter: string) => boolean): void {
  for (const [specifier] of format.matchAll(/%(?:[^])?/g)) {
    const letter = specifier[1]
    if (letter === undefined) refuse(18535, "Unmatched '%' at end of format string")
    if (letter !== '%' && !isKnown(letter)) refuse(18536, `Invalid format character '%${letter}' in format string`)
  }
}

export function formatted(instant: number, format: string, zone: Zone): string {
  checkFormat(format, (letter) => SPECIFIERS.has(letter))
  const local = localOf(instant, zone)
  const moment = { local, date: new Date(local), offset: local - instant }
  return format.replace(/%([^])/g, (_all, letter: string) => SPECIFIERS.get(letter)?.(moment) ?? '')
}
