import { asNumber, Fields, fields, isArray, isNumeric, setField, typeName } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { compare, keyText } from '../keys.ts'
import { pathOf } from '../query/path.ts'
import { parameters } from './arrays.ts'
import { added, unitNamed } from './calendar.ts'
import type { Unit } from './calendar.ts'
import { compileExpression } from './expression.ts'
import { add, multiply } from './numbers.ts'
import { isNothing } from './scope.ts'
import { replaced, sort } from './stages.ts'
import type { CompileStage } from './stages.ts'
import { UTC } from './zone.ts'

type Place = Date | Numeric

/** MongoDB's bound on what one stage may make. */
const MADE_MAX = 500_000

interface Range {
  step: Numeric
  unit: Unit | null
  bounds: 'full' | 'partition' | [Place, Place]
}

function rangeOf(value: Value): Range {
  const { step, bounds, unit: name } = parameters('$densify', value, ['step', 'bounds'], ['unit'])
  if (!isNumeric(step) || asNumber(step) <= 0)
    return refuse(5733401, 'The step parameter in a range statement must be a strictly positive numeric value')
  const unit = name === undefined ? null : unitNamed(name)
  if (unit && !Number.isInteger(asNumber(step)))
    refuse(6586400, 'The step parameter in a range statement must be a whole number when densifying a date range')
  if (bounds === 'full' || bounds === 'partition') return { step, unit, bounds }
  return { step, unit, bounds: boundsOf(bounds, step, unit) }
}

function boundsOf(value: Value, step: Numeric, unit: Unit | null): [Place, Place] {
  if (!isArray(value))
    return refuse(
      5733404,
      "The bounds in a range statement must be the string 'full', 'partition', or an ascending array of two numbers or two dates",
    )
  const [low, high] = value
  if (value.length !== 2) refuse(5733403, 'A bounding array in a range statement must have exactly two elements')
  if (low instanceof Date && high instanceof Date) {
    if (!unit) refuse(5733410, 'A bounding array of dates must specify a unit')
  } else if (isNumeric(low) && isNumeric(high)) checkNumbers(low, high, step, unit)
  else return refuse(5733406, 'A bounding array must contain either both dates or both numeric types')
  if (compare(low, high) > 0)
    refuse(5733402, 'A bounding array must be an ascending array of either two dates or two numbers')
  return [low, high]
}

function checkNumbers(low: Numeric, high: Numeric, step: Numeric, unit: Unit | null): void {
  if (unit) refuse(5733409, 'Numeric bounds may not have unit parameter')
  if (new Set([low, high, step].map(typeName)).size > 1)
    refuse(5876900, 'Upper bound, lower bound, and step must all have the same type')
}

/** `$densify`: documents for the places of a series that has gaps. */
export const densify: CompileStage = (specification, surroundings) => {
  const given = parameters('$densify', specification, ['field', 'range'], ['partitionByFields'])
  const { field } = given
  if (typeof field !== 'string' || field === '' || field.startsWith('$'))
    return refuse(9, "$densify needs the name of a field as its 'field'")
  const range = rangeOf(given['range'])
  const names = namesOf(given['partitionByFields'])
  if (range.bounds === 'partition' && names.length === 0)
    refuse(
      5733408,
      "One cannot specify the bounds as 'partition' without specifying a non-empty array of partitionByFields",
    )
  if (names.includes(field)) refuse(9, 'The field to densify cannot be one that partitions')
  const order = [...(range.bounds === 'full' ? [] : names), field]
  const sorted = sort(fields(Object.fromEntries(order.map((name) => [name, 1]))), surroundings)
  const placeOf = compileExpression(`$${field}`)
  return function* (input) {
    const series = new Series(range, pathOf(field), names)
    for (const root of sorted(input)) {
      const place = root && placeOf({ root, variables: surroundings.variables })
      if (!root || isNothing(place)) yield root
      else yield* series.next(root, checked(place, range))
    }
    yield* series.end()
  }
}

function namesOf(value: Value): string[] {
  if (value === undefined) return []
  return isArray(value) &&
    value.every((name): name is string => typeof name === 'string' && name !== '' && !name.startsWith('$'))
    ? value
    : refuse(9, 'partitionByFields must be an array of names of fields')
}

function checked(place: Value, { unit }: Range): Place {
  if (place instanceof Date)
    return unit
      ? place
      : refuse(6053600, 'Encountered date densify value in collection when step does not have a date unit')
  if (!isNumeric(place)) return refuse(5733201, 'Densify field type must be numeric or a date')
  return unit ? refuse(6053600, 'Encountered non-date densify value in collection when step has a date unit') : place
}

interface Part {
  /** The last place of the series that has been met or made; null before the first. */
  last: Place | null
  /** What documents that are made take over from those of their partition. */
  kept: Fields
}

/** The places met so far, for each partition. */
class Series {
  private readonly range: Range
  private readonly path: readonly string[]
  private readonly names: string[]
  private readonly parts = new Map<string, Part>()
  private least: Place | null = null
  private greatest: Place | null = null
  private made = 0

  constructor(range: Range, path: readonly string[], names: string[]) {
    this.range = range
    this.path = path
    this.names = names
  }

  /** A document at its place, after those that are made before it. */
  *next(root: Fields, place: Place): Generator<Fields> {
    const part = this.partOf(root)
    const { bounds } = this.range
    this.least ??= place
    this.greatest = place
    if (isArray(bounds)) yield* this.within(part, place, bounds)
    else if (part.last === null && bounds === 'full') yield* this.upTo(part, this.least, place)
    else if (part.last !== null) yield* this.upTo(part, this.after(part.last), place)
    if (part.last === null || compare(this.after(part.last), place) === 0) this.meet(part, place)
    yield root
  }

  private *within(part: Part, place: Place, [low, high]: [Place, Place]): Generator<Fields> {
    if (compare(place, low) < 0) return
    const end = compare(place, high) < 0 ? place : high
    yield* this.upTo(part, part.last === null ? low : this.after(part.last), end)
  }

  /** Below the bounds the series has not begun. */
  private meet(part: Part, place: Place): void {
    const { bounds } = this.range
    if (isArray(bounds) && compare(place, bounds[0]) < 0) return
    part.last = place
  }

  /** After all documents: up to the bounds, or as far as the furthest partition has come. */
  *end(): Generator<Fields> {
    const { bounds } = this.range
    if (isArray(bounds)) {
      const [low, high] = bounds
      if (this.parts.size === 0 && this.names.length === 0) this.parts.set('', { last: null, kept: new Fields() })
      for (const part of this.parts.values())
        yield* this.upTo(part, part.last === null ? low : this.after(part.last), high)
    } else if (bounds === 'full' && this.names.length > 0 && this.greatest !== null) {
      const { greatest } = this
      for (const part of this.parts.values())
        if (part.last !== null) yield* this.upTo(part, this.after(part.last), greatest, true)
    }
  }

  private *upTo(part: Part, from: Place, end: Place, isIncluded = false): Generator<Fields> {
    for (let place = from; ; place = this.after(place)) {
      const order = compare(place, end)
      if (order > 0 || (order === 0 && !isIncluded)) return
      if (++this.made > MADE_MAX)
        refuse(5897900, `Generated ${this.made} documents in $densify, which is over the limit of ${MADE_MAX}.`)
      part.last = place
      yield replaced(part.kept, this.path, 0, place)
    }
  }

  private after(place: Place): Place {
    const { step, unit } = this.range
    return place instanceof Date
      ? new Date(added(place.getTime(), unit as Unit, asNumber(step), UTC))
      : add(place, multiply(step, 1))
  }

  private partOf(root: Fields): Part {
    const kept = new Fields()
    let document: Fields = kept
    for (const name of this.names) {
      const value = compileExpression(`$${name}`)({ root, variables: {} })
      if (name.includes('.')) document = replaced(document, pathOf(name), 0, value)
      else if (value !== undefined) setField(document, name, value)
    }
    const key = keyText(fields({ document }))
    const part = this.parts.get(key) ?? { last: null, kept: document }
    this.parts.set(key, part)
    return part
  }
}
