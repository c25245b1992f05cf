import { decode } from '../bson/decode.ts'
import { decodePart } from '../bson/partial.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import { idHack, planFor } from '../planner/plan.ts'
import type { Plan } from '../planner/plan.ts'
import { compileFilter } from '../query/match.ts'
import { collationIn } from '../query/predicate.ts'
import type { Predicate, Variables } from '../query/predicate.ts'
import { isReverseNatural, orderingOf, Sorter, sortOf } from '../query/sort.ts'
import type { Ordering, SortSpec } from '../query/sort.ts'
import { wholly } from '../steps.ts'
import type { Steps } from '../steps.ts'
import type { Collection } from './collection.ts'
import type { Row } from './recent-rows.ts'
import type { Database } from './database.ts'
import { rowsOf } from './scan.ts'

export interface FindRequest {
  filter: Fields
  sort?: Value
  skip?: number
  /** Null or 0: no limit. */
  limit?: number | null
  hint?: Value
  variables?: Variables
}

/** A row that matches, with its document when the way to it had to look inside: as much of it as was wanted. */
export interface Found {
  row: Row
  document: Fields | null
}

/** What was looked at, for explain and for the warning about scans. */
export interface Examined {
  keys: number
  documents: number
}

export interface Query {
  plan: Plan
  sort: SortSpec | null
  examined: Examined
  /** Null for each row that was looked at in vain: whoever asks may rest anywhere (see steps.ts). */
  results: Generator<Found | null>
}

/** Plans a query and hands out its results one by one; nothing is read before the first is asked for. */
export function find(database: Database, collection: Collection, request: FindRequest): Query {
  const sort = sortOf(request.sort)
  const predicate = compileFilter(request.filter, request.variables)
  const collation = collationIn(request.variables)
  const plan = planFor(collection, {
    filter: request.filter,
    sort,
    hint: request.hint,
    isReverseNatural: isReverseNatural(request.sort),
    hasCollation: collation !== null,
  })
  const examined: Examined = { keys: 0, documents: 0 }
  const search = new Search(database, collection, plan, predicate, examined)
  search.scanned = () => database.scanned?.(collection.namespace, request.filter)
  const window = { skip: request.skip ?? 0, limit: request.limit ? request.limit : Infinity }
  const isInOrder = sort === null || plan.isSorted
  if (isInOrder) return { plan, sort, examined, results: inOrder(search, window) }
  const ordering = orderingOf(sort, collation) as Ordering<unknown>
  return { plan, sort, examined, results: sorted(search, ordering, window) }
}

/** The first result, in one go. */
export function findOne(database: Database, collection: Collection, request: FindRequest): Found | null {
  const byId = findById(collection, request)
  return byId === undefined ? wholly(firstOf(database, collection, request)) : byId
}

/** The first result. It is as it is when it is handed out, whatever was written while others had their turn. */
export function* firstOf(database: Database, collection: Collection, request: FindRequest): Steps<Found | null> {
  const { writes } = collection
  const { plan, sort, results } = find(database, collection, { ...request, limit: 1 })
  for (const found of results) {
    if (!found) yield null
    else if (sort === null || plan.isSorted || collection.writes === writes) return found
    // What a sort has kept may have changed: once more, and now without a rest.
    else return wholly(firstOf(database, collection, request))
  }
  return null
}

/**
 * The first result, without any machinery, when the filter names the `_id`, which almost every write does; undefined
 * when it does not. `wanted` is all that the caller will look at, and has in it what the filter does.
 */
export function findById(
  collection: Collection,
  request: FindRequest,
  wanted: Wanted | null = null,
): Found | null | undefined {
  if (request.hint !== undefined || request.skip) return undefined
  const byId = idHack(request.filter, collationIn(request.variables) !== null)
  if (!byId) return undefined
  // Compiled even when nothing is found: a filter that is wrong is wrong in any case.
  const matches = byId.isExact ? null : compileFilter(request.filter, request.variables)
  const row = collection.byKey(byId.key)
  if (!row || !matches) return row && { row, document: null }
  const document = wanted ? decodePart(row.raw, wanted) : decode(row.raw)
  return matches(document) ? { row, document } : null
}

interface Window {
  skip: number
  limit: number
}

/** A scan that looks at more than a thousand documents wants an index. */
const SCAN_WARNED = 1001

class Search {
  /** Called once a query without an index has looked at many documents. */
  scanned: () => void = () => undefined
  private readonly database: Database
  private readonly collection: Collection
  private readonly plan: Plan
  private readonly predicate: Predicate
  private readonly examined: Examined

  constructor(database: Database, collection: Collection, plan: Plan, predicate: Predicate, examined: Examined) {
    this.database = database
    this.collection = collection
    this.plan = plan
    this.predicate = predicate
    this.examined = examined
  }

  *matches(expected: number | null): Generator<Found | null> {
    const { examined, plan, predicate } = this
    for (const row of rowsOf(this.database, this.collection, plan, plan.isExact ? expected : null)) {
      examined.documents++
      if (plan.stage !== 'COLLSCAN') examined.keys++
      else if (examined.documents === SCAN_WARNED) this.scanned()
      if (plan.isExact) yield { row, document: null }
      else {
        const document = decode(row.raw)
        yield predicate(document) ? { row, document } : null
      }
    }
  }
}

function* inOrder(search: Search, { skip, limit }: Window): Generator<Found | null> {
  const wanted = skip + limit
  let at = 0
  for (const found of search.matches(Number.isFinite(wanted) ? wanted : null)) {
    yield found && at++ < skip ? null : found
    if (at >= wanted) return
  }
}

function* sorted(search: Search, ordering: Ordering<unknown>, { skip, limit }: Window): Generator<Found | null> {
  const sorter = new Sorter<Row, unknown>(skip + limit, ordering)
  yield* sorter.take(search.matches(null), ({ row, document }) => [document ?? decode(row.raw), row, row.raw.length])
  let at = 0
  for (const row of sorter.items()) yield at++ < skip ? null : { row, document: null }
}
