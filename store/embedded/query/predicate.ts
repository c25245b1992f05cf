import type { Fields, Value } from '../bson/value.ts'
import { isFields } from '../bson/value.ts'
import type { Collation } from './collation.ts'

/** A filter made ready: does this document match? */
export type Predicate = (document: Fields) => boolean

/** The same for the values that a path leads to; `undefined` among them is "no such field". */
export type LeafTest = (found: readonly Value[]) => boolean

/** Under this key stands, beside the variables, how the command compares texts: it goes wherever they go. */
export const COLLATION = Symbol('collation')

/** Values of `let` and of stage variables, for `$expr`. */
export interface Variables {
  [name: string]: Value
  [COLLATION]?: Collation | null
}

export function collationIn(variables: Variables | undefined): Collation | null {
  return variables?.[COLLATION] ?? null
}

/** What an operator with conditions inside itself (`$not`, `$elemMatch`, `$all`) compiles them with. */
export interface Compiler {
  filter: (filter: Value) => Predicate
  condition: (condition: Value) => LeafTest
  /** The same for one element of an array, which is looked at as it is. */
  element: (condition: Value) => LeafTest
  /** Whether an array stands for its elements too: not for an element that `$elemMatch` has chosen. */
  entersArrays: boolean
  collation: Collation | null
}

export const REFERENCE_FIELDS = new Set(['$ref', '$id', '$db'])

/** `{ $gt: 1 }` is operators; `{ a: 1 }`, `{}` and a DBRef are values to compare with. */
export function isOperators(value: Value): value is Fields {
  if (!isFields(value)) return false
  const [first] = Object.keys(value)
  return first !== undefined && first.startsWith('$') && !REFERENCE_FIELDS.has(first)
}
