import type { Fields, Value } from '../../bson/value.ts'
import type { Collation } from '../../query/collation.ts'
import type { Expression, Scope } from '../scope.ts'

/** Documents that belong together, in their order. */
export interface Partition {
  scopes: Scope[]
  /** What each is sorted by, when that is one field. */
  sortValues: Value[]
  /** For each whether it is sorted by the same as the one before it. */
  isTied: boolean[]
  collation: Collation | null
}

/** From the first to the last of these places; null when none is in the window. */
export type Bounds = (partition: Partition) => (at: number) => readonly [from: number, to: number] | null

/** What a window function makes of a partition: a value for each place, asked for in order. */
export type Computing = (partition: Partition) => (at: number) => Value

/** How the partitions are sorted, as far as functions want to know. */
export interface Sorted {
  by: Fields | null
  /** The only field that it is sorted by. */
  only: Expression | null
  isAscending: boolean
}
