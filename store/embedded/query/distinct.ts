import type { Value } from '../bson/value.ts'
import { keyText } from '../keys.ts'
import { compareBy, hasText } from './collation.ts'
import type { Collation } from './collation.ts'

/** What belongs to values, found by what MongoDB calls equal: by their bytes or, for texts, by a collation. */
export class ByValue<T> {
  private readonly byKey = new Map<string, T>()
  /** Values with texts in the order of the collation, which has no keys to look up by. */
  private readonly sorted: { value: Value; kept: T }[] = []
  private readonly collation: Collation | null

  constructor(collation: Collation | null) {
    this.collation = collation
  }

  get(value: Value): T | undefined {
    const known = this.byKey.get(keyText(value))
    if (known !== undefined || !this.collation || !hasText(value)) return known
    const found = this.sorted[this.placeOf(value)]
    return found && compareBy(this.collation, found.value, value) === 0 ? found.kept : undefined
  }

  set(value: Value, kept: T): void {
    this.byKey.set(keyText(value), kept)
    if (this.collation && hasText(value)) this.sorted.splice(this.placeOf(value), 0, { value, kept })
  }

  /** Where the first stands that is not below the value. */
  private placeOf(value: Value): number {
    let low = 0
    let high = this.sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareBy(this.collation, this.sorted[middle]?.value, value) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A set of values, equal as MongoDB calls them equal; the first of its kind is the one that is kept. */
export class DistinctValues {
  readonly list: Value[] = []
  private readonly known: ByValue<true>

  constructor(collation: Collation | null) {
    this.known = new ByValue(collation)
  }

  has(value: Value): boolean {
    return this.known.get(value) === true
  }

  /** Whether it was new. */
  add(value: Value): boolean {
    if (this.has(value)) return false
    this.known.set(value, true)
    this.list.push(value)
    return true
  }
}
