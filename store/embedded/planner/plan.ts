import { fields, isFields, isArray } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { badValue } from '../errors.ts'
import type { Collection } from '../engine/collection.ts'
import type { Index } from '../engine/index.ts'
import { encodeKey, equal, successor } from '../keys.ts'
import { hasText } from '../query/collation.ts'
import { isIndex } from '../query/path.ts'
import { isOperators } from '../query/predicate.ts'
import { isRegex } from '../query/regex.ts'
import type { SortSpec } from '../query/sort.ts'
import { ABOVE_ALL, columnBounds } from './bounds.ts'
import type { Range } from './bounds.ts'
import { conditionsOf, requiresValue } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import { implies } from './partial.ts'

/** How the documents of a query are found. */
export type Plan = IdHack | IndexScan | Union | CollectionScan

export interface IdHack {
  stage: 'IDHACK'
  key: Buffer
  /** The filter says nothing but the `_id`. */
  isExact: boolean
  isSorted: true
}

export interface IndexScan {
  stage: 'IXSCAN'
  index: Index
  /** Apart from one another and in order. */
  ranges: Range[]
  isReverse: boolean
  /** Every document found matches: none need be read to decide. */
  isExact: boolean
  isSorted: boolean
  /** Several ranges are to be merged into one order; they agree up to this many bytes, each in its own. */
  merges: number[] | null
}

/** An `$or` each of whose branches has an index: what one of them finds, once. */
export interface Union {
  stage: 'OR'
  branches: (IdHack | IndexScan | Union)[]
  isExact: boolean
  isSorted: false
}

export interface CollectionScan {
  stage: 'COLLSCAN'
  isReverse: boolean
  isExact: boolean
  isSorted: false
}

export interface Query {
  filter: Fields
  sort: SortSpec | null
  hint: Value
  isReverseNatural: boolean
  /** Texts compare by a collation: no index, being in the order of bytes, can find or order them. */
  hasCollation: boolean
}

/** More ranges than this are not merged into an order: sorting what they hold is cheaper. */
const MERGE_MAX = 64
const RANGES_MAX = 4000
const BRANCHES_MAX = 100

export function planFor(collection: Collection, query: Query): Plan {
  const { filter, sort, hint } = query
  if (hint !== undefined) return hintedPlan(hintedIndex(collection, hint), collection, query)
  const isEverything = Object.keys(filter).length === 0
  if (isEverything && !sort) return scan(query)
  return (
    idHack(filter, query.hasCollation) ?? best(collection.allIndexes, query) ?? union(collection, query) ?? scan(query)
  )
}

/** What one index cannot find, the branches of an `$or` may: each with all else that the filter says. */
function union(collection: Collection, query: Query): Union | null {
  for (const { branches, others } of alternatives(query.filter)) {
    if (branches.length === 0 || branches.length > BRANCHES_MAX) continue
    const plans: Union['branches'] = []
    for (const branch of branches) {
      const filter = others.length === 0 ? branch : fields({ $and: [...others, branch] })
      const within = { ...query, filter, sort: null }
      const plan =
        idHack(filter, query.hasCollation) ?? best(collection.allIndexes, within) ?? union(collection, within)
      if (!plan) break
      plans.push(plan)
    }
    if (plans.length < branches.length) continue
    return { stage: 'OR', branches: plans, isExact: plans.every((plan) => plan.isExact), isSorted: false }
  }
  return null
}

interface Alternatives {
  branches: Fields[]
  others: Fields[]
}

/** Each `$or` that every match must fulfil, with the rest of what it must. */
function alternatives(filter: Fields): Alternatives[] {
  const parts = conjuncts(filter)
  return parts.flatMap((part, i): Alternatives[] => {
    const branches = part['$or']
    if (!isArray(branches) || !branches.every(isFields)) return []
    return [{ branches, others: parts.filter((_, at) => at !== i) }]
  })
}

function conjuncts(filter: Fields): Fields[] {
  return Object.keys(filter).flatMap((name): Fields[] => {
    const condition = filter[name]
    if (name === '$and' && isArray(condition) && condition.every(isFields)) return condition.flatMap(conjuncts)
    return [fields({ [name]: condition })]
  })
}

function hintedPlan(index: Index | 'natural', collection: Collection, query: Query): Plan {
  if (index === 'natural') return scan(query)
  const byId = index === collection.idIndex ? idHack(query.filter, query.hasCollation) : null
  return byId ?? scanOf(index, conditionsOf(query.filter, query.hasCollation), query, true)?.plan ?? scan(query)
}

function best(indexes: Index[], query: Query): IndexScan | null {
  const conditions = conditionsOf(query.filter, query.hasCollation)
  let found: Candidate | null = null
  for (const index of indexes) {
    const candidate = scanOf(index, conditions, query, false)
    if (candidate && (!found || candidate.score > found.score)) found = candidate
  }
  return found?.plan ?? null
}

/** A filter that names its `_id` finds one document at most, whatever else it says. */
export function idHack(filter: Fields, hasCollation: boolean): IdHack | null {
  const id = filter['_id']
  if (id === undefined || id === null || isOperators(id) || isRegex(id) || isArray(id)) return null
  if (hasCollation && hasText(id)) return null
  return { stage: 'IDHACK', key: encodeKey([id]), isExact: Object.keys(filter).length === 1, isSorted: true }
}

function scan({ isReverseNatural, filter }: Query): CollectionScan {
  const isExact = Object.keys(filter).length === 0
  return { stage: 'COLLSCAN', isReverse: isReverseNatural, isExact, isSorted: false }
}

function hintedIndex(collection: Collection, hint: Value): Index | 'natural' {
  const isNatural = isFields(hint) && hint['$natural'] !== undefined
  if (isNatural) return 'natural'
  const found = collection.allIndexes.find((index) =>
    typeof hint === 'string'
      ? index.name === hint
      : isFields(hint) && equal(index.key, hint) && Object.keys(hint).join() === index.names.join(),
  )
  return (
    found ??
    badValue('error processing query: planner returned error: hint provided does not correspond to an existing index')
  )
}

interface Candidate {
  plan: IndexScan
  score: number
}

/** The leading columns of an index as far as the conditions bound them. */
interface Prefix {
  points: Buffer[]
  /** Columns bound to points; single ones first lose nothing of the order. */
  columns: number
  isSingle: boolean[]
  range: Range | null
  isExact: boolean
  used: Set<string>
}

function scanOf(index: Index, conditions: Conditions, query: Query, isForced: boolean): Candidate | null {
  if (!isUsable(index, conditions, query, isForced)) return null
  const prefix = prefixOf(index, conditions)
  const order = query.sort && !query.hasCollation ? orderOf(index, prefix, query.sort) : null
  if (prefix.columns === 0 && !prefix.range && order === null && !isForced) return null
  return { plan: build(index, prefix, order, conditions), score: scoreOf(index, prefix, order) }
}

/** Whether the index holds every document that the query may want, in keys that mean what the query means. */
function isUsable(index: Index, conditions: Conditions, query: Query, isForced: boolean): boolean {
  if (index.partial && (query.hasCollation || !implies(conditions, query.filter, index.partial))) return false
  if (index.names.some((name) => name.split('.').some(isIndex))) return false
  return !index.isSparse || isForced || index.names.some((name) => requiresValue(conditions.byPath.get(name) ?? []))
}

/** Rules rather than costs: bound columns count most, then a range, then an order that need not be made. */
function scoreOf(index: Index, prefix: Prefix, order: number | null): number {
  const bound = prefix.columns * 10 + (prefix.range ? 5 : 0) + (order === null ? 0 : 4)
  const isUniquePoint = (index.isUnique || index.name === '_id_') && prefix.columns === index.names.length
  return bound + (isUniquePoint ? 100 : 0) - (index.names.length - prefix.columns) * 0.01
}

function prefixOf(index: Index, conditions: Conditions): Prefix {
  const prefix: Prefix = {
    points: [Buffer.alloc(0)],
    columns: 0,
    isSingle: [],
    range: null,
    isExact: true,
    used: new Set(),
  }
  let hasArray = false
  for (const [i, name] of index.names.entries()) {
    const isMultikey = index.multikey[i] === true
    const given = conditions.byPath.get(name)
    // Two columns through one array pair its elements; the query need not: only one of them may bound the keys.
    if (!given || (isMultikey && hasArray)) break
    const bounds = columnBounds(given, index.directions[i] as number, isMultikey)
    if (!bounds) break
    hasArray ||= isMultikey
    const { points } = bounds
    if (points && prefix.points.length * points.length > RANGES_MAX) break
    prefix.isExact &&= bounds.isExact
    prefix.used.add(name)
    if (!points) {
      prefix.range = bounds.range
      break
    }
    prefix.points = prefix.points.flatMap((head) => points.map((point) => Buffer.concat([head, point])))
    prefix.isSingle.push(points.length === 1)
    prefix.columns++
  }
  return prefix
}

/** The direction in which the index gives the order that is asked for; null when it does not. */
function orderOf(index: Index, prefix: Prefix, sort: SortSpec): number | null {
  if (prefix.points.length > MERGE_MAX || prefix.points.length === 0) return null
  // One value, and not an array of which it is but one element: a sort by it changes nothing.
  const isFixed = (name: string) => {
    const at = index.names.indexOf(name)
    return at >= 0 && at < prefix.columns && prefix.isSingle[at] === true && !index.multikey[at]
  }
  let column = prefix.columns
  let direction = 0
  for (const [i, name] of sort.names.entries()) {
    if (isFixed(name)) continue
    if (index.names[column] !== name || index.multikey[column]) return null
    const relative = (sort.directions[i] as number) * (index.directions[column] as number)
    if (direction !== 0 && relative !== direction) return null
    direction = relative
    column++
  }
  return direction === 0 ? 1 : direction
}

function build(index: Index, prefix: Prefix, order: number | null, conditions: Conditions): IndexScan {
  const { range } = prefix
  const ranges = prefix.points.map((head) =>
    range
      ? { low: Buffer.concat([head, range.low]), high: Buffer.concat([head, range.high]) }
      : { low: head, high: (head.length ? successor(head) : null) ?? ABOVE_ALL },
  )
  const isWhole = conditions.isWhole && [...conditions.byPath.keys()].every((name) => prefix.used.has(name))
  return {
    stage: 'IXSCAN',
    index,
    ranges,
    isReverse: order !== null && order < 0,
    isExact: isWhole && prefix.isExact,
    isSorted: order !== null,
    merges: order !== null && ranges.length > 1 ? prefix.points.map((head) => head.length) : null,
  }
}
