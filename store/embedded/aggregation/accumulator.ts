import type { Value } from '../bson/value.ts'
import type { Collation } from '../query/collation.ts'
import type { Compile, Scope } from './scope.ts'

/** What a group gathers of its documents. */
export interface Accumulator {
  add: (scope: Scope) => void
  /** May be asked for more than once, and added to in between. */
  result: () => Value
  /** How many values it has to look at again for each result. */
  held?: () => number
}

/** Makes an accumulator ready; each group then starts one of its own. */
export type Accumulating = (
  argument: Value,
  compile: Compile,
  name: string,
) => (collation: Collation | null) => Accumulator
