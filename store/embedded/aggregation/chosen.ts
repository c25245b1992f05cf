import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import type { Collation } from '../query/collation.ts'
import { compareValues, isNothing } from './scope.ts'

/** The n first, last, least or greatest of some values; the least and greatest leave out null and missing. */
export function chosen(
  which: 'first' | 'last' | 'min' | 'max',
  values: readonly Value[],
  count: number,
  collation: Collation | null,
): Value[] {
  if (count < 1) refuse(5787908, `'n' must be greater than 0, found ${count}`)
  if (which === 'first') return values.slice(0, count)
  if (which === 'last') return values.slice(-count)
  const direction = which === 'min' ? 1 : -1
  const present = values.filter((value) => !isNothing(value))
  return present.sort((a, b) => compareValues(a, b, collation) * direction).slice(0, count)
}
