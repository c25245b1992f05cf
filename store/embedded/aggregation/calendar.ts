import { refuse } from '../errors.ts'
import { instantOf, localOf } from './zone.ts'
import type { Zone } from './zone.ts'

/*
 * Arithmetic with dates as MongoDB does it: months and years by the calendar of the zone, days and weeks by its clock,
 * everything shorter by the time that passes.
 */

const UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const
export type Unit = (typeof UNITS)[number]

export const DAY_MS = 86_400_000

/** What a unit lasts in general, in ms. */
export const UNIT_MS: Record<Unit, number> = {
  year: 365 * DAY_MS,
  quarter: 90 * DAY_MS,
  month: 30 * DAY_MS,
  week: 7 * DAY_MS,
  day: DAY_MS,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

const MONTHS: Partial<Record<Unit, number>> = { year: 12, quarter: 3, month: 1 }

export function unitNamed(name: unknown): Unit {
  return UNITS.find((unit) => unit === name) ?? refuse(9, `unknown time unit value: ${String(name)}`)
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** 0 for Sunday, as JavaScript counts. */
export function weekdayNamed(name: string): number {
  const wanted = name.toLowerCase()
  const at = WEEKDAYS.findIndex((day) => day === wanted || day.slice(0, 3) === wanted)
  return at >= 0 ? at : refuse(9, `unknown day of week value: ${name}`)
}

const dayOf = (local: number) => Math.floor(local / DAY_MS)
const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()

/** Past what a date can be, MongoDB says the same. */
function checked(instant: number): number {
  return Math.abs(instant) <= 8.64e15 ? instant : refuse(5166406, 'dateAdd overflowed')
}

export function added(instant: number, unit: Unit, amount: number, zone: Zone): number {
  const months = MONTHS[unit]
  if (months === undefined && UNIT_MS[unit] < DAY_MS) return checked(instant + amount * UNIT_MS[unit])
  const local = localOf(instant, zone)
  const moved = months === undefined ? local + amount * UNIT_MS[unit] : withMonths(local, amount * months)
  return checked(instantOf(checked(moved), zone))
}

/** The same day of another month, or that month's last. */
function withMonths(local: number, months: number): number {
  const date = new Date(local)
  const month = monthOf(date) + months
  const year = Math.floor(month / 12)
  const last = startOfDay(year, (month % 12) + (month < 0 && month % 12 !== 0 ? 12 : 0) + 1, 0)
  const day = Math.min(date.getUTCDate(), new Date(checked(last)).getUTCDate())
  return startOfDay(year, month - year * 12, day) + (local - dayOf(local) * DAY_MS)
}

/** Midnight of a day, as UTC has it; months and days may be beyond their range. */
export function startOfDay(year: number, month: number, day: number): number {
  const date = new Date(0)
  return date.setUTCFullYear(year, month, day)
}

export function difference(from: number, to: number, unit: Unit, zone: Zone, weekStart: number): number {
  if (unit === 'millisecond') return to - from
  const [start, end] = [localOf(from, zone), localOf(to, zone)]
  const months = MONTHS[unit]
  if (months !== undefined) {
    const at = (local: number) => Math.floor(monthOf(new Date(local)) / months)
    return at(end) - at(start)
  }
  if (unit === 'week') return weekOf(end, weekStart) - weekOf(start, weekStart)
  const ms = UNIT_MS[unit]
  const passed = Math.floor(end / ms) - Math.floor(start / ms)
  if (unit === 'day') return passed
  return passed - Math.trunc((zone.offsetAt(to) - zone.offsetAt(from)) / ms)
}

/** 1970-01-01 was a Thursday. */
function weekOf(local: number, weekStart: number): number {
  return Math.floor((dayOf(local) + 4 - weekStart) / 7)
}

const REFERENCE = Date.UTC(2000, 0, 1)
/** 2000-01-01 was a Saturday. */
const REFERENCE_WEEKDAY = 6

/** The beginning of the bin that a date falls into; bins are counted from 2000-01-01, weeks from the first one after. */
export function truncated(instant: number, unit: Unit, size: number, zone: Zone, weekStart: number): number {
  const days = unit === 'week' ? (7 + weekStart - REFERENCE_WEEKDAY) % 7 : 0
  const reference = instantOf(REFERENCE + days * DAY_MS, zone)
  const floored = (value: number, bin: number) => Math.floor(value / bin) * bin
  if (UNIT_MS[unit] < DAY_MS) return reference + floored(instant - reference, size * UNIT_MS[unit])
  return added(reference, unit, floored(difference(reference, instant, unit, zone, weekStart), size), zone)
}

/** The week of ISO 8601 and the year that it belongs to. */
export function isoWeekOf(local: number): { year: number; week: number; day: number } {
  const day = (((dayOf(local) + 3) % 7) + 7) % 7
  const thursday = new Date((dayOf(local) - day + 3) * DAY_MS)
  const year = thursday.getUTCFullYear()
  const week = Math.floor((dayOf(thursday.getTime()) - dayOf(startOfDay(year, 0, 1))) / 7) + 1
  return { year, week, day: day + 1 }
}

export function dayOfYear(local: number): number {
  return dayOf(local) - dayOf(startOfDay(new Date(local).getUTCFullYear(), 0, 1)) + 1
}

/** Weeks begin on Sundays; the days before the first one are week 0. */
export function weekOfYear(local: number): number {
  return Math.floor((dayOfYear(local) + 6 - new Date(local).getUTCDay()) / 7)
}

/** Monday of an ISO week, with days counted on from there. */
export function startOfIsoDay(year: number, week: number, day: number): number {
  const fourth = startOfDay(year, 0, 4)
  const monday = dayOf(fourth) - ((((dayOf(fourth) + 3) % 7) + 7) % 7)
  return (monday + (week - 1) * 7 + day - 1) * DAY_MS
}
