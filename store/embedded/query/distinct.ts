import type { Value } from '../bson/value.ts'
import { keyText } from '../keys.ts'
import { equalBy } from './collation.ts'
import type { Collation } from './collation.ts'

/** A set of values, equal as MongoDB calls them equal; the first of its kind is the one that is kept. */
export class DistinctValues {
  readonly list: Value[] = []
  private readonly keys = new Set<string>()
  private readonly collation: Collation | null

  constructor(collation: Collation | null) {
    this.collation = collation
  }

  has(value: Value): boolean {
    if (this.keys.has(keyText(value))) return true
    return this.collation !== null && this.list.some((each) => equalBy(this.collation, each, value))
  }

  /** Whether it was new. */
  add(value: Value): boolean {
    if (this.has(value)) return false
    this.keys.add(keyText(value))
    this.list.push(value)
    return true
  }
}
