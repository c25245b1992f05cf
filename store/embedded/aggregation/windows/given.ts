import type { Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import { UNIT_MS, unitNamed } from '../calendar.ts'
import type { Compile, Expression } from '../scope.ts'
import type { Sorted } from './partition.ts'

/** What stands in an output field: the function's argument, its window, and how the partition is sorted. */
export interface Given {
  name: string
  argument: Value
  window: Value
  sorted: Sorted
  compile: Compile
}

export function sortedBy({ name, sorted }: Given): void {
  if (!sorted.by) refuse(9, `${name} must be specified with a top level sortBy expression`)
}

export function withoutWindow({ name, window }: Given): void {
  if (window !== undefined) refuse(5371601, `'window' field is not allowed in ${name}`)
}

/** What the documents are sorted by is then a date, and this the number of ms that count as one. */
export function unitOf({ name }: Given, unit: Value): number | null {
  if (unit === undefined) return null
  const ms = UNIT_MS[unitNamed(unit)]
  return ms > UNIT_MS.week ? refuse(5490710, `unit must be 'week' or smaller in ${name}`) : ms
}

export function onlySort({ name, sorted }: Given): Expression {
  return sorted.only ?? refuse(5429406, `${name} requires a sortBy of one field`)
}
