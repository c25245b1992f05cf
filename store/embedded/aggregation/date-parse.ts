import { refuse } from '../errors.ts'
import { DAY_MS, startOfDay, startOfIsoDay } from './calendar.ts'
import { Pattern } from '../query/regex/pattern.ts'
import { checkFormat, MONTH_NAMES } from './date-format.ts'
import { instantOf, zoneNamed } from './zone.ts'
import type { Zone } from './zone.ts'

/** What a text says of a date. Without a zone of its own it is in that of the operator. */
interface Said {
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  isoYear?: number
  isoWeek?: number
  isoDay?: number
  hour?: number
  minute?: number
  second?: number
  ms?: number
  zone?: Zone
}

/** The instant that a text names, by a format or, without one, in one of the ways that dates are commonly written. */
export function parsedDate(text: string, format: string | null, zone: Zone): number {
  const said = (format === null ? common(text) : byFormat(text, format)) ?? fail(text)
  if (said.zone && !zone.isUtc)
    refuse(241, 'you cannot pass in a date/time string with GMT offset together with a timezone argument')
  const day =
    dayOf(said) ?? refuse(241, `an incomplete date/time string has been found, with elements missing: "${text}"`)
  return instantOf(day + (timeOf(said) ?? fail(text)), said.zone ?? zone)
}

/** In ms since midnight; null for what no clock shows. */
function timeOf({ hour = 0, minute = 0, second = 0, ms = 0 }: Said): number | null {
  if (hour > 24 || minute > 59 || second > 60) return null
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms
}

function fail(text: string): never {
  return refuse(241, `Error parsing date string '${text}'`)
}

function dayOf({ year, month, day, dayOfYear, isoYear, isoWeek, isoDay }: Said): number | null {
  if (isoYear !== undefined && isoWeek !== undefined) return startOfIsoDay(isoYear, isoWeek, isoDay ?? 1)
  if (year === undefined) return null
  if (dayOfYear !== undefined) return startOfDay(year, 0, 1) + (dayOfYear - 1) * DAY_MS
  if (month === undefined || day === undefined) return null
  const midnight = startOfDay(year, month - 1, day)
  return month >= 1 && month <= 12 && new Date(midnight).getUTCDate() === day ? midnight : null
}

const MONTHS = MONTH_NAMES.map((name) => name.slice(0, 3).toLowerCase())

function monthNamed(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

function offsetZone(text: string): Zone {
  if (/^(z|utc|gmt)$/i.test(text)) return zoneNamed('UTC')
  const [, sign = '+', hours = '', minutes = '00'] = /^(?:gmt|utc)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(text) ?? []
  return zoneNamed(`${sign}${hours.padStart(2, '0')}${minutes}`)
}

interface Specifier {
  pattern: string
  read: (said: Said, text: string) => void
}

const number = (
  pattern: string,
  name: 'year' | 'month' | 'day' | 'dayOfYear' | 'isoYear' | 'isoWeek' | 'isoDay' | 'hour' | 'minute' | 'second',
): Specifier => ({
  pattern,
  read: (said, text) => {
    said[name] = Number(text)
  },
})

const SPECIFIERS = new Map<string, Specifier>([
  ['b', { pattern: '[A-Za-z]{3}', read: (said, text) => void (said.month = monthNamed(text)) }],
  ['B', { pattern: '[A-Za-z]+', read: (said, text) => void (said.month = monthNamed(text)) }],
  ['d', number('\\d{1,2}', 'day')],
  ['G', number('\\d{4}', 'isoYear')],
  ['H', number('\\d{1,2}', 'hour')],
  ['j', number('\\d{1,3}', 'dayOfYear')],
  ['L', { pattern: '\\d{1,3}', read: (said, text) => void (said.ms = Number(text.padEnd(3, '0'))) }],
  ['m', number('\\d{1,2}', 'month')],
  ['M', number('\\d{1,2}', 'minute')],
  ['S', number('\\d{1,2}', 'second')],
  ['u', number('[1-7]', 'isoDay')],
  ['V', number('\\d{1,2}', 'isoWeek')],
  ['Y', number('\\d{4}', 'year')],
  [
    'z',
    {
      pattern: '(?:[zZ]|UTC|GMT|[+-]\\d{1,2}:?(?:\\d\\d)?)',
      read: (said, text) => void (said.zone = offsetZone(text)),
    },
  ],
  [
    'Z',
    {
      pattern: '[+-]\\d{1,4}',
      read: (said, text) => {
        const minutes = Math.abs(Number(text))
        const two = (value: number) => String(value).padStart(2, '0')
        said.zone = zoneNamed(`${text[0] ?? '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`)
      },
    },
  ],
])

function byFormat(text: string, format: string): Said | null {
  checkFormat(format, (letter) => SPECIFIERS.has(letter))
  const readers: Specifier[] = []
  const source = format.replace(/%([^])|([^%]+)/g, (_all, letter: string | undefined, plain: string | undefined) => {
    const specifier = letter === undefined || letter === '%' ? null : SPECIFIERS.get(letter)
    if (!specifier) return (plain ?? '%').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    readers.push(specifier)
    return `(${specifier.pattern})`
  })
  // Not JavaScript's own expressions: many numbers of one or two digits side by side would take it for ever.
  const found = new Pattern(`\\A${source}\\z`, '').find(text)
  if (!found) return null
  const said: Said = {}
  readers.forEach((reader, i) => {
    const [start, end] = found.groups[i] ?? [0, 0]
    reader.read(said, text.slice(start, end))
  })
  return said.month === 0 ? null : said
}

/** Longer than any date. */
const TEXT_MAX = 100

const TIME = '(?:[T\\s]\\s*(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([ap]\\.?m\\.?)?)?'
const ZONE = '\\s*(z|(?:utc|gmt)?[+-]\\d{1,2}(?::?\\d{2})?|utc|gmt)?'

const WAYS: [pattern: RegExp, names: ('year' | 'month' | 'day' | 'name')[]][] = [
  [new RegExp(`^(-?\\d{4})-(\\d{1,2})-(\\d{1,2})${TIME}${ZONE}$`, 'i'), ['year', 'month', 'day']],
  [new RegExp(`^(\\d{4})/(\\d{1,2})/(\\d{1,2})${TIME}${ZONE}$`, 'i'), ['year', 'month', 'day']],
  [new RegExp(`^(\\d{1,2})/(\\d{1,2})/(\\d{4})${TIME}${ZONE}$`, 'i'), ['month', 'day', 'year']],
  [new RegExp(`^(\\d{1,2})[.-](\\d{1,2})[.-](\\d{4})${TIME}${ZONE}$`, 'i'), ['day', 'month', 'year']],
  [
    new RegExp(`^(?:[a-z]+,?\\s+)?(\\d{1,2})[\\s-]([a-z]{3,9})\\.?[\\s-,]+(\\d{4})${TIME}${ZONE}$`, 'i'),
    ['day', 'name', 'year'],
  ],
  [
    new RegExp(`^(?:[a-z]+,?\\s+)?([a-z]{3,9})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4}),?${TIME}${ZONE}$`, 'i'),
    ['name', 'day', 'year'],
  ],
]

/** ISO 8601 in both its forms, and dates as Americans, Europeans and mails write them; `@` with seconds since 1970. */
function common(given: string): Said | null {
  if (given.length > TEXT_MAX) return null
  const text = given.trim()
  const seconds = /^@(-?\d{1,13})$/.exec(text)
  if (seconds) return { year: 1970, month: 1, day: 1, second: 0, ms: Number(seconds[1]) * 1000, zone: zoneNamed('UTC') }
  const compact = /^(\d{4})(\d\d)(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d))?)?(z)?$/i.exec(text)
  if (compact) return { ...timed(compact.slice(4)), ...named(['year', 'month', 'day'], compact) }
  for (const [pattern, names] of WAYS) {
    const found = pattern.exec(text)
    if (found) return { ...timed(found.slice(4)), ...named(names, found) }
  }
  return null
}

function named(names: ('year' | 'month' | 'day' | 'name')[], found: RegExpExecArray): Said {
  const said: Said = {}
  names.forEach((name, i) => {
    const text = found[i + 1] as string
    if (name === 'name') said.month = monthNamed(text)
    else said[name] = Number(text)
  })
  return said
}

function timed([hour, minute, second, fraction, half, zone]: (string | undefined)[]): Said {
  const said: Said = {}
  const isCompact = /^z$/i.test(fraction ?? '')
  if (hour !== undefined) said.hour = half ? (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0) : Number(hour)
  if (minute !== undefined) said.minute = Number(minute)
  if (second !== undefined) said.second = Number(second)
  if (fraction !== undefined && !isCompact) said.ms = Math.trunc(Number(`0.${fraction}`) * 1000)
  const written = isCompact ? 'z' : zone
  if (written !== undefined) said.zone = offsetZone(written)
  return said
}
