import { isArray, isNumeric, rank, RANK } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { EMPTY_ARRAY } from '../bson/value.ts'
import { bracketByte, encodeKey, successor } from '../keys.ts'
import { isRegex, literalPrefix } from '../query/regex.ts'
import { pointsOf } from './conditions.ts'
import type { Condition } from './conditions.ts'

/** Keys from `low` on and below `high`. */
export interface Range {
  low: Buffer
  high: Buffer
}

/** What one column of an index is asked for. `isExact`: a key within fulfils the conditions, no document need be asked. */
export interface ColumnBounds {
  points: Buffer[] | null
  range: Range | null
  isExact: boolean
}

/** Above every key: no key begins with this byte. */
export const ABOVE_ALL = Buffer.from([255])

const POINTS_MAX = 2000

export function columnBounds(conditions: Condition[], direction: number, isMultikey: boolean): ColumnBounds | null {
  const points = pointsOf(conditions)
  if (points) return pointBounds(points, direction, conditions.length === 1, isMultikey)
  return rangeBounds(conditions, direction, isMultikey)
}

function pointBounds(values: Value[], direction: number, isOnly: boolean, isMultikey: boolean): ColumnBounds | null {
  if (values.length > POINTS_MAX) return null
  const isPlain = values.every((value) => value !== null && value !== undefined && !isArray(value))
  const points = values.flatMap((value) => keysOfPoint(value).map((key) => encodeKey([key], [direction])))
  return { points: distinct(points), range: null, isExact: isOnly && isPlain && !isMultikey }
}

/** An array is found by its first element, or as an element itself; null also stands for a missing field. */
function keysOfPoint(value: Value): Value[] {
  if (value === undefined) return [null]
  return isArray(value) ? [value, value.length ? value[0] : EMPTY_ARRAY] : [value]
}

function distinct(keys: Buffer[]): Buffer[] {
  const sorted = keys.sort(Buffer.compare)
  return sorted.filter((key, i) => i === 0 || !key.equals(sorted[i - 1] as Buffer))
}

type End = { value: Value; isIncluded: boolean } | null

interface Ends {
  from: End
  to: End
  isExact: boolean
}

function rangeBounds(conditions: Condition[], direction: number, isMultikey: boolean): ColumnBounds | null {
  const ends = endsOf(conditions)
  // On an array, one element may meet one end and another the other: only one end bounds the keys.
  if (isMultikey && ends.from) ends.to = null
  const { from, to } = ends
  if (!from && !to) return null
  if (from && to && rank(from.value) !== rank(to.value)) return null
  const bracket = rank((from ?? to)?.value)
  const [first, last] = direction < 0 ? [to, from] : [from, to]
  const low = lowKey(first, bracket, direction)
  const high = highKey(last, bracket, direction)
  return { points: null, range: { low, high }, isExact: ends.isExact && !isMultikey }
}

function lowKey(end: End, bracket: number, direction: number): Buffer {
  if (!end) return lowest(bracket, direction, Buffer.from([bracketByte(bracket, direction)]))
  return edgeKey(encodeKey([end.value], [direction]), !end.isIncluded)
}

function highKey(end: End, bracket: number, direction: number): Buffer {
  if (!end) return highest(bracket, direction, Buffer.from([bracketByte(bracket, direction)]))
  return edgeKey(encodeKey([end.value], [direction]), end.isIncluded)
}

function edgeKey(key: Buffer, isAfter: boolean): Buffer {
  return isAfter ? (successor(key) ?? ABOVE_ALL) : key
}

// NaN sorts below every number and is neither less nor greater than any: the numbers begin above it.
function lowest(bracket: number, direction: number, edge: Buffer): Buffer {
  return bracket === RANK.number && direction > 0 ? encodeKey([-Infinity]) : edge
}

function highest(bracket: number, direction: number, edge: Buffer): Buffer {
  if (bracket === RANK.number && direction < 0) return successor(encodeKey([-Infinity], [-1])) ?? ABOVE_ALL
  return successor(edge) ?? ABOVE_ALL
}

function endsOf(conditions: Condition[]): Ends {
  const ends: Ends = { from: null, to: null, isExact: true }
  for (const { operator, argument } of conditions) {
    if (operator === '$regex') {
      prefixEnds(argument, ends)
      continue
    }
    const isFrom = operator === '$gt' || operator === '$gte'
    const side = isFrom ? 'from' : 'to'
    const isRange = isFrom || operator === '$lt' || operator === '$lte'
    if (!isRange || !isBoundable(argument) || ends[side]) ends.isExact = false
    else ends[side] = { value: argument, isIncluded: operator.endsWith('e') }
  }
  return ends
}

/** Values whose bracket holds all that they may be compared with. */
function isBoundable(value: Value): boolean {
  const at = rank(value)
  if (at === RANK.null || at === RANK.array || at === RANK.minKey || at === RANK.maxKey || isRegex(value)) return false
  return !isNumeric(value) || !Number.isNaN(Number(value.toString()))
}

function prefixEnds(argument: Value, ends: Ends): void {
  ends.isExact = false
  const prefix = isRegex(argument) ? literalPrefix(argument) : null
  if (!prefix || ends.from || ends.to) return
  ends.from = { value: prefix, isIncluded: true }
}
