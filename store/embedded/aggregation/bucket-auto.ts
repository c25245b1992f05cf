import { asNumber, fields, isFields, isNumeric, setField, typeName } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { collationIn } from '../query/predicate.ts'
import { Sorter } from '../query/sort.ts'
import { parameters } from './arrays.ts'
import { compileExpression } from './expression.ts'
import { granularityNamed } from './granularity.ts'
import type { Granularity } from './granularity.ts'
import { compileGrouping } from './group.ts'
import type { Accumulator } from './accumulator.ts'
import { compareValues } from './scope.ts'
import type { Scope } from './scope.ts'
import { GUESSED_BYTES } from './stages.ts'
import type { CompileStage } from './stages.ts'

interface Entry {
  value: Value
  scope: Scope
}

function countOf(value: Value): number {
  const count = isNumeric(value) ? asNumber(value) : NaN
  if (!Number.isInteger(count))
    refuse(40241, `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeName(value)}`)
  return count > 0
    ? count
    : refuse(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${count}`)
}

/** `$bucketAuto`: documents in so many buckets of about the same size. */
export const bucketAuto: CompileStage = (specification, { variables }) => {
  const given = parameters('$bucketAuto', specification, ['groupBy', 'buckets'], ['output', 'granularity'])
  const { groupBy, output } = given
  if (!isFields(groupBy) && !(typeof groupBy === 'string' && groupBy.startsWith('$')))
    refuse(40239, "The $bucketAuto 'groupBy' field must be defined as a $-prefixed path or an expression object")
  const by = compileExpression(groupBy)
  const buckets = countOf(given['buckets'])
  const granularity = given['granularity'] === undefined ? null : granularityNamed(given['granularity'])
  const grouping = compileGrouping(isFields(output) ? output : fields({ count: fields({ $sum: 1 }) }))
  const collation = collationIn(variables)
  const compare = (a: Value, b: Value) => compareValues(a, b, collation)
  return function* (input) {
    const sorter = new Sorter<Entry, Value>(Infinity, { keyOf: (entry) => entry['value'], compare })
    yield* sorter.take(input, (root) => {
      const scope = { root, variables }
      const value = by(scope) ?? null
      if (granularity) checkNumber(value)
      return [fields({ value }), { value, scope }, GUESSED_BYTES]
    })
    const entries: Entry[] = []
    for (const entry of sorter.items()) {
      entries.push(entry)
      yield null
    }
    for (const { min, max, from, to } of divided(entries, buckets, granularity, compare)) {
      const { accumulators } = grouping.start(null, collation)
      for (let i = from; i < to; i++) {
        for (const accumulator of accumulators) accumulator.add((entries[i] as Entry).scope)
        yield null
      }
      yield shown(min, max, grouping.names, accumulators)
    }
  }
}

function checkNumber(value: Value): void {
  const number = isNumeric(value)
    ? asNumber(value)
    : refuse(
        40258,
        `$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a value with type: ${typeName(value)}`,
      )
  if (Number.isNaN(number))
    refuse(40259, "$bucketAuto can specify a 'granularity' with numeric boundaries only, but found a NaN")
  if (number < 0)
    refuse(40260, "$bucketAuto can specify a 'granularity' with non-negative numbers only, but found a negative number")
}

function shown(min: Value, max: Value, names: string[], accumulators: Accumulator[]): Fields {
  const document = fields({ _id: fields({ min, max }) })
  for (const [i, name] of names.entries()) setField(document, name, accumulators[i]?.result() ?? null)
  return document
}

interface Bucket {
  min: Value
  max: Value
  from: number
  to: number
}

/** Each takes its share and whatever equals the last of it; its end is the beginning of the next. */
function* divided(
  entries: readonly Entry[],
  buckets: number,
  granularity: Granularity | null,
  compare: (a: Value, b: Value) => number,
): Generator<Bucket> {
  const share = Math.max(1, Math.round(entries.length / buckets))
  const valueAt = (at: number) => entries[at]?.value ?? null
  let previous: Value
  let from = 0
  for (let n = 1; n <= buckets && from < entries.length; n++) {
    let to = n === buckets ? entries.length : Math.min(entries.length, from + share)
    const last = valueAt(to - 1)
    const end = granularity ? granularity.up(asNumber(last as number)) : null
    const belongs = (value: Value) => compare(value, last) === 0 || (end !== null && compare(end, value) > 0)
    while (to < entries.length && belongs(valueAt(to))) to++
    const min: Value = granularity ? (previous ?? granularity.down(asNumber(valueAt(from) as number))) : valueAt(from)
    const max = endOf(granularity, end, to < entries.length ? valueAt(to) : undefined, valueAt(to - 1))
    yield { min, max, from, to }
    previous = max
    from = to
  }
}

function endOf(granularity: Granularity | null, end: Value, next: Value, last: Value): Value {
  if (!granularity) return next === undefined ? last : next
  // Nothing but zeros: their bucket ends below the next value instead of at zero.
  const isZero = isNumeric(end) && asNumber(end) === 0
  return isZero && next !== undefined ? granularity.down(asNumber(next as number)) : end
}
