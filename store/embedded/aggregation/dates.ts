import { Long, ObjectId, Timestamp } from 'bson'
import { asNumber, fields, isFields, isNumeric, typeName } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { refuse, StoreError } from '../errors.ts'
import { show } from '../update/target.ts'
import { parameters } from './arrays.ts'
import {
  added,
  dayOfYear,
  difference,
  isoWeekOf,
  startOfDay,
  startOfIsoDay,
  truncated,
  unitNamed,
  weekdayNamed,
  weekOfYear,
} from './calendar.ts'
import { formatted } from './date-format.ts'
import { parsedDate } from './date-parse.ts'
import { argumentsOf, isNothing, isTrue } from './scope.ts'
import type { Compile, Expression, Operator, Scope } from './scope.ts'
import { instantOf, localOf, UTC, zoneNamed } from './zone.ts'
import type { Zone } from './zone.ts'

/** What MongoDB takes for a date: the time in an ObjectId or a Timestamp too. */
export function instantIn(value: Value): number {
  if (value instanceof Date) return value.getTime()
  if (value instanceof ObjectId) return value.getTimestamp().getTime()
  if (value instanceof Timestamp) return value.getHighBitsUnsigned() * 1000
  return refuse(16006, `can't convert from BSON type ${typeName(value)} to Date`)
}

function zoneOf(value: Value): Zone {
  if (value === undefined) return UTC
  return typeof value === 'string'
    ? zoneNamed(value)
    : refuse(40517, `timezone must evaluate to a string, found ${typeName(value)}`)
}

type Given = (name: string, scope: Scope) => Value

/** The named parameters of an operator, each an expression; one that is absent is missing. */
function compiled(argument: Fields, compile: Compile): Given {
  const expressions = new Map(Object.keys(argument).map((name) => [name, compile(argument[name])]))
  return (name, scope) => expressions.get(name)?.(scope)
}

/** Whether a parameter that was given has come out as nothing: then so does the whole. */
function lacks(argument: Fields, given: Given, scope: Scope, names: readonly string[]): boolean {
  return names.some((name) => Object.hasOwn(argument, name) && isNothing(given(name, scope)))
}

/** One part of a date, by its local time; the date alone, or with a zone. */
function part(compute: (local: number, date: Date) => Value): Operator {
  return (argument, compile, name) => {
    const isNamed = isFields(argument) && !Object.keys(argument)[0]?.startsWith('$')
    const named = isNamed ? parameters(name, argument, ['date'], ['timezone']) : null
    const [only] = named ? [] : argumentsOf(name, argument, 1, 1)
    const date = compile(named ? named['date'] : only)
    const zone: Expression | null = named?.['timezone'] === undefined ? null : compile(named['timezone'])
    return (scope) => {
      const value = date(scope)
      const place = zone?.(scope)
      if (isNothing(value) || (zone && isNothing(place))) return null
      const local = localOf(instantIn(value), zoneOf(place))
      return compute(local, new Date(local))
    }
  }
}

const TO_PARTS = ['timezone', 'iso8601']

const dateToParts: Operator = (argument, compile, name) => {
  const named = parameters(name, argument, ['date'], TO_PARTS)
  const given = compiled(named, compile)
  return (scope) => {
    if (lacks(named, given, scope, ['date', ...TO_PARTS])) return null
    const local = localOf(instantIn(given('date', scope)), zoneOf(given('timezone', scope)))
    const date = new Date(local)
    const iso = isoWeekOf(local)
    const day = isTrue(given('iso8601', scope))
      ? { isoWeekYear: iso.year, isoWeek: iso.week, isoDayOfWeek: iso.day }
      : { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    const [hour, minute] = [date.getUTCHours(), date.getUTCMinutes()]
    return fields({ ...day, hour, minute, second: date.getUTCSeconds(), millisecond: date.getUTCMilliseconds() })
  }
}

const TIME_PARTS = ['hour', 'minute', 'second', 'millisecond']
const PART_MAX = 32_767

function numberOf(value: Value, name: string, otherwise: number): number {
  if (value === undefined) return otherwise
  const number = isNumeric(value) ? asNumber(value) : NaN
  if (!Number.isInteger(number))
    refuse(40515, `'${name}' must evaluate to an integer, found ${typeName(value)} with value ${show(value)}`)
  const isYear = name === 'year' || name === 'isoWeekYear'
  if (isYear && (number < 1 || number > 9999))
    refuse(40523, `'${name}' must evaluate to an integer in the range 1 to 9999, found ${number}`)
  if (Math.abs(number) > PART_MAX)
    refuse(31034, `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${number} is not in range`)
  return number
}

const dateFromParts: Operator = (argument, compile, name) => {
  const isIso = isFields(argument) && Object.hasOwn(argument, 'isoWeekYear')
  const days = isIso ? ['isoWeek', 'isoDayOfWeek'] : ['month', 'day']
  const year = isIso ? 'isoWeekYear' : 'year'
  const named = parameters(name, argument, [year], [...days, ...TIME_PARTS, 'timezone'])
  const given = compiled(named, compile)
  return (scope) => {
    if (lacks(named, given, scope, [year, ...days, ...TIME_PARTS, 'timezone'])) return null
    const of = (each: string, otherwise: number) => numberOf(given(each, scope), each, otherwise)
    const start = isIso
      ? startOfIsoDay(of('isoWeekYear', 1970), of('isoWeek', 1), of('isoDayOfWeek', 1))
      : startOfDay(of('year', 1970), of('month', 1) - 1, of('day', 1))
    const [hour, minute, second, ms] = TIME_PARTS.map((each) => of(each, 0)) as [number, number, number, number]
    const local = start + ((hour * 60 + minute) * 60 + second) * 1000 + ms
    return new Date(instantOf(local, zoneOf(given('timezone', scope))))
  }
}

const dateToString: Operator = (argument, compile, name) => {
  const named = parameters(name, argument, ['date'], ['format', 'timezone', 'onNull'])
  const given = compiled(named, compile)
  return (scope) => {
    const date = given('date', scope)
    if (isNothing(date)) return Object.hasOwn(named, 'onNull') ? given('onNull', scope) : null
    if (lacks(named, given, scope, ['format', 'timezone'])) return null
    const zone = zoneOf(given('timezone', scope))
    const format = given('format', scope) ?? `%Y-%m-%dT%H:%M:%S.%L${zone.isUtc ? 'Z' : ''}`
    if (typeof format !== 'string')
      return refuse(18533, `$dateToString requires that 'format' be a string, found: ${typeName(format)}`)
    return formatted(instantIn(date), format, zone)
  }
}

const dateFromString: Operator = (argument, compile, name) => {
  const named = parameters(name, argument, ['dateString'], ['format', 'timezone', 'onError', 'onNull'])
  const given = compiled(named, compile)
  const read = (text: Value, scope: Scope): Value => {
    if (typeof text !== 'string')
      return refuse(241, `$dateFromString requires that 'dateString' be a string, found: ${typeName(text)}`)
    const format = given('format', scope)
    if (format !== undefined && typeof format !== 'string')
      return refuse(40684, `$dateFromString requires that 'format' be a string, found: ${typeName(format)}`)
    return new Date(parsedDate(text, format ?? null, zoneOf(given('timezone', scope))))
  }
  return (scope) => {
    const text = given('dateString', scope)
    if (isNothing(text)) return Object.hasOwn(named, 'onNull') ? given('onNull', scope) : null
    if (lacks(named, given, scope, ['format', 'timezone'])) return null
    try {
      return read(text, scope)
    } catch (error) {
      // Only what is wrong with the text; a wrong format or zone is the query's own mistake.
      if (Object.hasOwn(named, 'onError') && error instanceof StoreError && error.code === 241)
        return given('onError', scope)
      throw error
    }
  }
}

function adding(sign: 1 | -1): Operator {
  return (argument, compile, name) => {
    const named = parameters(name, argument, ['startDate', 'unit', 'amount'], ['timezone'])
    const given = compiled(named, compile)
    return (scope) => {
      if (lacks(named, given, scope, ['startDate', 'unit', 'amount', 'timezone'])) return null
      const amount = given('amount', scope)
      const number = isNumeric(amount) ? asNumber(amount) : NaN
      if (!Number.isInteger(number)) refuse(5166405, `${name} expects integer amount of time units`)
      const [unit, zone] = [unitNamed(given('unit', scope)), zoneOf(given('timezone', scope))]
      return new Date(added(instantIn(given('startDate', scope)), unit, sign * number, zone))
    }
  }
}

/** Weeks begin on Sunday unless it is said otherwise, which only counts for weeks. */
function weekStartOf(given: Given, scope: Scope): number {
  const value = given('startOfWeek', scope)
  if (value === undefined) return 0
  return typeof value === 'string' ? weekdayNamed(value) : refuse(5439015, "'startOfWeek' must be a string")
}

const DIFF_OPTIONS = ['timezone', 'startOfWeek']

const dateDiff: Operator = (argument, compile, name) => {
  const named = parameters(name, argument, ['startDate', 'endDate', 'unit'], DIFF_OPTIONS)
  const given = compiled(named, compile)
  return (scope) => {
    if (lacks(named, given, scope, ['startDate', 'endDate', 'unit', 'timezone'])) return null
    const unit = unitNamed(given('unit', scope))
    if (unit === 'week' && lacks(named, given, scope, ['startOfWeek'])) return null
    const [from, to] = [instantIn(given('startDate', scope)), instantIn(given('endDate', scope))]
    const weekStart = unit === 'week' ? weekStartOf(given, scope) : 0
    return Long.fromNumber(difference(from, to, unit, zoneOf(given('timezone', scope)), weekStart))
  }
}

const dateTrunc: Operator = (argument, compile, name) => {
  const named = parameters(name, argument, ['date', 'unit'], ['binSize', ...DIFF_OPTIONS])
  const given = compiled(named, compile)
  return (scope) => {
    if (lacks(named, given, scope, ['date', 'unit', 'binSize', 'timezone'])) return null
    const unit = unitNamed(given('unit', scope))
    if (unit === 'week' && lacks(named, given, scope, ['startOfWeek'])) return null
    const bin = given('binSize', scope) ?? 1
    const size = isNumeric(bin) ? asNumber(bin) : NaN
    if (!Number.isInteger(size) || size < 1)
      refuse(5439018, `${name} requires 'binSize' to be greater than 0, but got value ${size}`)
    const weekStart = unit === 'week' ? weekStartOf(given, scope) : 0
    return new Date(truncated(instantIn(given('date', scope)), unit, size, zoneOf(given('timezone', scope)), weekStart))
  }
}

export const DATES: Record<string, Operator> = {
  $year: part((_local, date) => date.getUTCFullYear()),
  $month: part((_local, date) => date.getUTCMonth() + 1),
  $dayOfMonth: part((_local, date) => date.getUTCDate()),
  $dayOfWeek: part((_local, date) => date.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((_local, date) => date.getUTCHours()),
  $minute: part((_local, date) => date.getUTCMinutes()),
  $second: part((_local, date) => date.getUTCSeconds()),
  $millisecond: part((_local, date) => date.getUTCMilliseconds()),
  $week: part(weekOfYear),
  $isoWeek: part((local) => isoWeekOf(local).week),
  $isoWeekYear: part((local) => Long.fromNumber(isoWeekOf(local).year)),
  $isoDayOfWeek: part((local) => isoWeekOf(local).day),
  $dateToParts: dateToParts,
  $dateFromParts: dateFromParts,
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateAdd: adding(1),
  $dateSubtract: adding(-1),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
}
