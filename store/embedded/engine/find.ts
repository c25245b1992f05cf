import { decode } from '../bson/decode.ts'
import { decodePart } from '../bson/partial.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import { refuse } from '../errors.ts'
import { idHack, planFor } from '../planner/plan.ts'
import type { Plan } from '../planner/plan.ts'
import { compileFilter } from '../query/match.ts'
import { collationIn } from '../query/predicate.ts'
import type { Predicate, Variables } from '../query/predicate.ts'
import { isReverseNatural, orderingOf, Sorter, sortOf } from '../query/sort.ts'
import type { Ordering, SortSpec } from '../query/sort.ts'
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
  /** By `performance.now()`; null for none. */
  deadline?: number | null
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
  results: Generator<Found>
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
  const search = new Search(database, collection, plan, predicate, examined, request.deadline ?? null)
  search.scanned = () => database.scanned?.(collection.namespace, request.filter)
  const window = { skip: request.skip ?? 0, limit: request.limit ? request.limit : Infinity }
  const isInOrder = sort === null || plan.isSorted
  if (isInOrder) return { plan, sort, examined, results: inOrder(search, window) }
  const ordering = orderingOf(sort, collation) as Ordering<unknown>
  return { plan, sort, examined, results: sorted(search, ordering, window) }
}

/**
 * The first result: without any machinery when the filter names the `_id`, which almost every write does. `wanted` is
 * all that the caller will look at, and has in it what the filter does.
 */
export function findOne(
  database: Database,
  collection: Collection,
  request: FindRequest,
  wanted: Wanted | null = null,
): Found | null {
  const byId =
    request.hint === undefined && !request.skip ? idHack(request.filter, collationIn(request.variables) !== null) : null
  if (!byId) {
    const next = find(database, collection, { ...request, limit: 1 }).results.next()
    return next.done ? null : next.value
  }
  // Compiled even when nothing is found: a filter that is wrong is wrong in any case.
  const matches = byId.isExact ? null : compileFilter(request.filter, request.variables)
  const row = collection.byKey(byId.key)
  if (!row || !matches) return row && { row, document: null }
  const document = wanted ? decodePart(row.raw, wanted) : decode(row.raw)
  return matches(document) ? { row, document } : null
}

/** Every row that matches, in no order; null for each that was looked at in vain, so that a caller may pause anywhere. */
export function* search(database: Database, collection: Collection, request: FindRequest): Generator<Row | null> {
  const predicate = compileFilter(request.filter, request.variables)
  const plan = planFor(collection, {
    filter: request.filter,
    sort: null,
    hint: request.hint,
    isReverseNatural: false,
    hasCollation: collationIn(request.variables) !== null,
  })
  let examined = 0
  for (const row of rowsOf(database, collection, plan, null)) {
    if (plan.stage === 'COLLSCAN' && ++examined === SCAN_WARNED)
      database.scanned?.(collection.namespace, request.filter)
    yield plan.isExact || predicate(decode(row.raw)) ? row : null
  }
}

interface Window {
  skip: number
  limit: number
}

const CLOCK_EVERY = 256
/** A scan that looks at more than a thousand documents wants an index. */
const SCAN_WARNED = 1001

class Search {
  readonly isExact: boolean
  /** Called once a query without an index has looked at many documents. */
  scanned: () => void = () => undefined
  private readonly database: Database
  private readonly collection: Collection
  private readonly plan: Plan
  private readonly predicate: Predicate
  private readonly examined: Examined
  private readonly deadline: number | null

  constructor(
    database: Database,
    collection: Collection,
    plan: Plan,
    predicate: Predicate,
    examined: Examined,
    deadline: number | null,
  ) {
    this.database = database
    this.collection = collection
    this.plan = plan
    this.predicate = predicate
    this.examined = examined
    this.deadline = deadline
    this.isExact = plan.isExact
  }

  *matches(expected: number | null): Generator<Found> {
    const { examined, plan } = this
    for (const row of rowsOf(this.database, this.collection, plan, this.isExact ? expected : null)) {
      examined.documents++
      if (plan.stage !== 'COLLSCAN') examined.keys++
      else if (examined.documents === SCAN_WARNED) this.scanned()
      if (examined.documents % CLOCK_EVERY === 0) this.checkTime()
      if (this.isExact) yield { row, document: null }
      else {
        const document = decode(row.raw)
        if (this.predicate(document)) yield { row, document }
      }
    }
  }

  private checkTime(): void {
    if (this.deadline !== null && performance.now() > this.deadline) refuse(50, 'operation exceeded time limit')
  }
}

function* inOrder(search: Search, { skip, limit }: Window): Generator<Found> {
  const wanted = skip + limit
  let at = 0
  for (const found of search.matches(Number.isFinite(wanted) ? wanted : null)) {
    if (at++ >= skip) yield found
    if (at >= wanted) return
  }
}

function* sorted(search: Search, ordering: Ordering<unknown>, { skip, limit }: Window): Generator<Found> {
  const sorter = new Sorter<Row, unknown>(skip + limit, ordering)
  for (const { row, document } of search.matches(null)) sorter.add(document ?? decode(row.raw), row, row.raw.length)
  for (const row of sorter.items().slice(skip)) yield { row, document: null }
}
