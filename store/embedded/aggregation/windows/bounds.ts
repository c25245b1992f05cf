import { Decimal128 } from 'bson'
import { asNumber, Fields, isArray, isFields, isNumeric, typeName } from '../../bson/value.ts'
import type { Numeric, Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import { compare } from '../../keys.ts'
import { added, unitNamed } from '../calendar.ts'
import type { Unit } from '../calendar.ts'
import { add } from '../numbers.ts'
import type { Compile } from '../scope.ts'
import { UTC } from '../zone.ts'
import type { Bounds, Partition, Sorted } from './partition.ts'

type End = 'unbounded' | 'current' | Numeric

/** The whole partition. */
const WHOLE: Bounds =
  ({ scopes }) =>
  () => [0, scopes.length - 1]

/** A window by documents or by the range of what they are sorted by; without either, the whole partition. */
export function boundsOf(window: Value, sorted: Sorted, compile: Compile): Bounds {
  if (window === undefined) return WHOLE
  if (!isFields(window)) return refuse(9, "'window' field must be an object")
  const { documents, range, unit } = window
  const odd = Object.keys(window).find((name) => !['documents', 'range', 'unit'].includes(name))
  if (odd !== undefined) refuse(9, `'window' field can only contain 'documents', or 'range' with 'unit': ${odd}`)
  if (documents !== undefined && range !== undefined)
    refuse(9, "Window bounds can specify either 'documents' or 'range', not both.")
  if (range === undefined && unit !== undefined)
    refuse(9, "Window bounds can only specify 'unit' with range-based bounds.")
  if (documents !== undefined) return byDocuments(endsOf(documents, compile), sorted)
  return range === undefined ? WHOLE : byRange(endsOf(range, compile), unit, sorted)
}

function endsOf(value: Value, compile: Compile): [End, End] {
  if (!isArray(value) || value.length !== 2) return refuse(9, 'Window bounds must be a 2-element array')
  const [lower, upper] = value.map((each) => endOf(each, compile)) as [End, End]
  const [a, b] = [lower, upper].map((end) => (end === 'current' ? 0 : end))
  if (isNumeric(a) && isNumeric(b) && compare(a, b) > 0) refuse(5339900, 'Lower bound must not exceed upper bound')
  return [lower, upper]
}

function endOf(value: Value, compile: Compile): End {
  if (value === 'unbounded' || value === 'current') return value
  const constant = typeof value === 'string' ? value : compile(value)({ root: new Fields(), variables: {} })
  return isNumeric(constant) ? constant : refuse(9, "Window bounds must be 'unbounded', 'current', or a number.")
}

function wholeEnd(end: End): number | 'unbounded' {
  if (end === 'unbounded') return end
  const number = end === 'current' ? 0 : asNumber(end)
  return Number.isInteger(number) ? number : refuse(9, 'Numeric document-based bounds must be an integer')
}

function byDocuments(ends: [End, End], sorted: Sorted): Bounds {
  const [lower, upper] = ends.map(wholeEnd) as [number | 'unbounded', number | 'unbounded']
  if (lower === 'unbounded' && upper === 'unbounded') return WHOLE
  if (!sorted.by) refuse(5339901, 'Document-based bounds require a sortBy')
  return ({ scopes }) => {
    const last = scopes.length - 1
    return (at) => {
      const from = lower === 'unbounded' ? 0 : Math.max(0, at + lower)
      const to = upper === 'unbounded' ? last : Math.min(last, at + upper)
      return from <= to ? [from, to] : null
    }
  }
}

function byRange([lower, upper]: [End, End], given: Value, sorted: Sorted): Bounds {
  if (!sorted.only) refuse(5339902, 'Range-based bounds require sortBy a single field')
  if (!sorted.isAscending) refuse(8947401, 'Range-based bounds require an ascending sortBy')
  const unit = given === undefined ? null : unitNamed(given)
  if (unit)
    for (const end of [lower, upper])
      if (isNumeric(end) && !Number.isInteger(asNumber(end)))
        refuse(9, "With 'unit', range-based bounds must be an integer")
  return (partition) => {
    const { sortValues } = partition
    // Nothing that is in the window of one document's upper reach is below the next one's: both ends only go on.
    let [from, to] = [0, 0]
    return (at) => {
      const base = baseOf(sortValues[at], unit)
      from = firstWithin(partition, { end: lower, at, base, unit, start: from })
      if (from >= sortValues.length || !isExpected(sortValues[from], unit)) return null
      to = lastWithin(partition, { end: upper, at, base, unit, start: Math.max(from, to) })
      return from <= to ? [from, to] : null
    }
  }
}

function isExpected(value: Value, unit: Unit | null): boolean {
  return unit ? value instanceof Date : isNumeric(value)
}

function baseOf(value: Value, unit: Unit | null): Date | Numeric {
  if (unit)
    return value instanceof Date
      ? value
      : refuse(5429513, `Invalid range: Expected the sortBy field to be a Date, but it was ${typeName(value)}`)
  if (value instanceof Date)
    refuse(5429413, 'Invalid range: For windows that involve date or time ranges, a unit must be provided.')
  return isNumeric(value)
    ? value
    : refuse(5429414, `Invalid range: Expected the sortBy field to be a number, but it was ${typeName(value)}`)
}

const ZERO = Decimal128.fromString('0')

function threshold(base: Date | Numeric, delta: Numeric, unit: Unit | null): Value {
  if (base instanceof Date) return new Date(added(base.getTime(), unit as Unit, asNumber(delta), UTC))
  return add(add(ZERO, base), delta)
}

/** One end of the window of the document at `at`, looked for from `start` on. */
interface Sought {
  end: End
  at: number
  base: Date | Numeric
  unit: Unit | null
  start: number
}

function firstWithin({ sortValues }: Partition, { end, at, base, unit, start }: Sought): number {
  if (end === 'current') return at
  let i = start
  if (end === 'unbounded') while (i < sortValues.length && !isExpected(sortValues[i], unit)) i++
  else {
    const least = threshold(base, end, unit)
    while (i < sortValues.length && compare(sortValues[i] ?? null, least) < 0) i++
  }
  return i
}

function lastWithin({ sortValues }: Partition, { end, at, base, unit, start }: Sought): number {
  if (end === 'current') return at
  const most = end === 'unbounded' ? null : threshold(base, end, unit)
  const isWithin = (value: Value) =>
    most === null ? isExpected(value, unit) : isExpected(value, unit) && compare(value, most) <= 0
  let i = start
  while (i < sortValues.length && isWithin(sortValues[i])) i++
  return i - 1
}
