import { decodePart } from '../bson/partial.ts'
import { decode } from '../bson/decode.ts'
import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import type { Database } from '../engine/database.ts'
import { find } from '../engine/find.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import type { Row } from '../engine/recent-rows.ts'
import { compileFilter } from '../query/match.ts'
import type { Predicate } from '../query/predicate.ts'

/** Rows that are kept between finding and changing them; of more than these, only the numbers. */
const KEPT_BYTES_MAX = 4_194_304

/**
 * Everything that an update or delete of many matches: all of it is found before the first is changed, because a change
 * must not be met again further on. Between two slices others may change anything, so what was found before is then
 * looked at again.
 */
export class Matches {
  private readonly request: FindRequest
  private readonly wanted: Wanted | null
  private readonly results: Generator<Found | null>
  private readonly rids: number[] = []
  /** While it pauses, a write may move a row ahead in the index that is walked along: it is found again, but counts once. */
  private readonly known = new Set<number>()
  private rows: Row[] | null = []
  private keptBytes = 0
  private hasAll = false
  private at = 0
  private marked: number | null = null
  private predicate: Predicate | null = null

  constructor(database: Database, collection: Collection, request: FindRequest, wanted: Wanted | null) {
    this.request = request
    this.wanted = wanted
    this.results = find(database, collection, request).results
  }

  /** Another slice begins. */
  resume(): void {
    this.rows = null
    this.marked = this.hasAll ? this.at : null
  }

  /** False when it must begin anew: nothing was changed yet when the slice began. */
  rewind(): boolean {
    if (this.marked === null) return false
    this.rows = null
    this.at = this.marked
    return true
  }

  /** Calls `change` with one after another; false when its time was over before the last. */
  each(collection: Collection, change: (found: Found) => void, isOver: () => boolean): boolean {
    if (!this.hasAll && !this.findAll(isOver)) return false
    while (this.at < this.rids.length) {
      const found = this.next(collection)
      this.at++
      if (found) change(found)
      if (this.at < this.rids.length && isOver()) return false
    }
    return true
  }

  private findAll(isOver: () => boolean): boolean {
    for (let next = this.results.next(); !next.done; next = this.results.next()) {
      if (next.value) this.add(next.value.row)
      if (isOver()) return false
    }
    this.hasAll = true
    return true
  }

  private add(row: Row): void {
    if (this.known.has(row.rid)) return
    this.known.add(row.rid)
    this.rids.push(row.rid)
    this.keptBytes += row.raw.length
    if (this.keptBytes > KEPT_BYTES_MAX) this.rows = null
    this.rows?.push(row)
  }

  private next(collection: Collection): Found | null {
    const kept = this.rows?.[this.at]
    if (kept) return { row: kept, document: null }
    const row = collection.byRid(this.rids[this.at] as number)
    if (!row) return null
    const document = this.wanted ? decodePart(row.raw, this.wanted) : decode(row.raw)
    this.predicate ??= compileFilter(this.request.filter, this.request.variables)
    return this.predicate(document) ? { row, document } : null
  }
}
