import { BSONSymbol, Code, Timestamp } from 'bson'
import { asNumber, isNumeric, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { parameters } from './arrays.ts'
import { computing, isNothing } from './scope.ts'
import type { Operator, Scope } from './scope.ts'

const MANY = 10_000

/** What operators of texts make of other values; nothing is the empty text. */
function coerced(value: Value): string {
  if (isNothing(value)) return ''
  if (typeof value === 'string') return value
  if (value instanceof BSONSymbol) return value.value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Timestamp) return `Timestamp(${value.getHighBitsUnsigned()}, ${value.getLowBitsUnsigned()})`
  if (value instanceof Code && !value.scope) return value.code.toString()
  return isNumeric(value)
    ? value.toString()
    : refuse(16007, `can't convert from BSON type ${typeName(value)} to String`)
}

function text(value: Value, name: string, code: number): string {
  return typeof value === 'string'
    ? value
    : refuse(code, `${name} requires a string argument, found: ${typeName(value)}`)
}

function whole(value: Value, name: string, code: number): number {
  const number = isNumeric(value) ? asNumber(value) : NaN
  return Number.isInteger(number)
    ? number
    : refuse(code, `${name} requires an integral argument, found a value of type: ${typeName(value)}`)
}

// MongoDB knows of case in ASCII only.
const toUpper = (value: string) => value.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
const toLower = (value: string) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** More than any document holds: what is stored of it is checked by its size. */
const LENGTH_MAX = 67_108_864

function bounded(value: string): string {
  return value.length <= LENGTH_MAX ? value : refuse(146, `A text of more than ${LENGTH_MAX} characters would be made`)
}

function concat(values: Value[]): Value {
  const odd = values.find((value) => !isNothing(value) && typeof value !== 'string')
  if (odd !== undefined) refuse(16702, `$concat only supports strings, not ${typeName(odd)}`)
  const texts = values.filter((value) => typeof value === 'string')
  return texts.length === values.length ? bounded(texts.join('')) : null
}

function compared([a, b]: Value[]): Value {
  const [x, y] = [toUpper(coerced(a)), toUpper(coerced(b))]
  return Math.sign(Buffer.compare(Buffer.from(x), Buffer.from(y)))
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80

function substringOfBytes([value, start, length]: Value[], _scope: Scope, name: string): Value {
  const bytes = Buffer.from(coerced(value))
  const from = Math.trunc(
    isNumeric(start) ? asNumber(start) : refuse(16034, `${name}: starting index must be a number`),
  )
  const count = Math.trunc(isNumeric(length) ? asNumber(length) : refuse(16035, `${name}: length must be a number`))
  if (from < 0) refuse(50752, `${name}: starting index must be non-negative (got: ${from})`)
  if (from >= bytes.length) return ''
  const to = count < 0 ? bytes.length : Math.min(bytes.length, from + count)
  if (isContinuation(bytes[from])) refuse(28656, `${name}: Invalid range, starting index is a UTF-8 continuation byte.`)
  if (isContinuation(bytes[to]))
    refuse(28657, `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`)
  return bytes.toString('utf8', from, to)
}

function substringOfPoints([value, start, length]: Value[], _scope: Scope, name: string): Value {
  const from = whole(start, name, 34450)
  const count = whole(length, name, 34452)
  if (from < 0) refuse(34455, `${name}: the starting index must be nonnegative integer.`)
  if (count < 0) refuse(34454, `${name}: length must be a nonnegative integer.`)
  return [...coerced(value)].slice(from, from + count).join('')
}

/** By bytes or by characters: where a text stands in another. */
function indexOf(unit: 'bytes' | 'points'): Operator {
  return computing(2, 4, ([value, wanted, start, end], _scope, name) => {
    if (isNothing(value)) return null
    if (typeof value !== 'string')
      return refuse(40093, `${name} requires a string as the first argument, found: ${typeName(value)}`)
    if (typeof wanted !== 'string')
      return refuse(40094, `${name} requires a string as the second argument, found: ${typeName(wanted)}`)
    const from = bound(start, 0, name)
    const most = unit === 'bytes' ? Buffer.byteLength(value) : [...value].length
    const to = Math.min(bound(end, most, name), most)
    if (from > most || from > to) return -1
    return unit === 'bytes' ? byteIndex(value, wanted, from, to) : pointIndex(value, wanted, from, to)
  })
}

function bound(value: Value, otherwise: number, name: string): number {
  if (value === undefined) return otherwise
  const number = whole(value, name, 40096)
  return number >= 0 ? number : refuse(40097, `${name} requires a nonnegative starting index, found: ${number}`)
}

function byteIndex(value: string, wanted: string, from: number, to: number): number {
  return Buffer.from(value).subarray(0, to).indexOf(wanted, from, 'utf8')
}

function pointIndex(value: string, wanted: string, from: number, to: number): number {
  const points = [...value]
  const skipped = points.slice(0, from).join('').length
  const at = points.slice(0, to).join('').indexOf(wanted, skipped)
  return at < 0 ? -1 : [...value.slice(0, at)].length
}

function split([value, separator]: Value[]): Value {
  if (isNothing(value) || isNothing(separator)) return null
  if (typeof value !== 'string')
    return refuse(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeName(value)}`,
    )
  if (typeof separator !== 'string')
    return refuse(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeName(separator)}`,
    )
  return separator === '' ? refuse(40087, '$split requires a non-empty separator') : value.split(separator)
}

const SPACES = '\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'

function trimming(isLeft: boolean, isRight: boolean): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, ['input'], ['chars'])
    const input = compile(given['input'])
    const chars = given['chars'] === undefined ? null : compile(given['chars'])
    return (scope) => {
      const value = input(scope)
      const listed = chars ? chars(scope) : SPACES
      if (isNothing(value) || isNothing(listed)) return null
      const points = [...text(value, name, 50699)]
      const without = new Set(text(listed, name, 50700))
      let [from, to] = [0, points.length]
      while (isLeft && from < to && without.has(points[from] as string)) from++
      while (isRight && to > from && without.has(points[to - 1] as string)) to--
      return points.slice(from, to).join('')
    }
  }
}

function replacing(replace: (value: string, find: string, replacement: string) => string): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, ['input', 'find', 'replacement'])
    const names: [string, number][] = [
      ['input', 51746],
      ['find', 51745],
      ['replacement', 51744],
    ]
    const expressions = names.map(([each, code]) => ({ each, code, compute: compile(given[each]) }))
    return (scope) => {
      const values = expressions.map(({ each, code, compute }) => {
        const value = compute(scope)
        return isNothing(value) ? null : text(value, `${name} (${each})`, code)
      })
      const [value, find, replacement] = values
      return isNothing(value) || isNothing(find) || isNothing(replacement)
        ? null
        : bounded(replace(value, find, replacement))
    }
  }
}

/** Nothing stands before every character, and at the end. */
function replaceAll(value: string, find: string, replacement: string): string {
  if (find !== '') return value.replaceAll(find, () => replacement)
  return [...value].map((letter) => replacement + letter).join('') + replacement
}

function replaceOne(value: string, find: string, replacement: string): string {
  return value.replace(find, () => replacement)
}

export const TEXTS: Record<string, Operator> = {
  $concat: computing(0, MANY, concat),
  $toLower: computing(1, 1, ([value]) => toLower(coerced(value))),
  $toUpper: computing(1, 1, ([value]) => toUpper(coerced(value))),
  $strcasecmp: computing(2, 2, compared),
  $substr: computing(3, 3, substringOfBytes),
  $substrBytes: computing(3, 3, substringOfBytes),
  $substrCP: computing(3, 3, substringOfPoints),
  $strLenBytes: computing(1, 1, ([value], _scope, name) => Buffer.byteLength(text(value, name, 34473))),
  $strLenCP: computing(1, 1, ([value], _scope, name) => [...text(value, name, 34471)].length),
  $indexOfBytes: indexOf('bytes'),
  $indexOfCP: indexOf('points'),
  $split: computing(2, 2, split),
  $trim: trimming(true, true),
  $ltrim: trimming(true, false),
  $rtrim: trimming(false, true),
  $replaceOne: replacing(replaceOne),
  $replaceAll: replacing(replaceAll),
}
