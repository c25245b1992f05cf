import { fields, isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { find } from '../engine/find.ts'
import type { Examined, Query } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import type { IndexScan, Plan, Union } from '../planner/plan.ts'
import { collationOf } from '../query/collation.ts'
import { variablesOf } from '../query/expression.ts'
import { COLLATION } from '../query/predicate.ts'
import { ok } from '../reply.ts'
import type { Steps } from '../steps.ts'
import { documentOf, wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { hintOf } from './find.ts'

interface Explained {
  filter: Fields
  sort: Value
  skip: number
  limit: number
  hint: Value
}

export const explain: Command = {
  kind: 'read',
  fields: ['verbosity'],
  run: (request) => {
    const inner = request.document('explain')
    const [name = ''] = Object.keys(inner)
    return explained(request, inner, name)
  },
}

/** How a command would find its documents; unless only the plan is asked for, it is also carried out, without its changes. */
export function* explained(request: Request, inner: Fields, name: string): Steps<Buffer> {
  const { store, databaseName, command } = request
  const query = queryOf(inner, name)
  const namespace = `${databaseName}.${nameOf(inner[name])}`
  const collection = store.catalog.find(namespace)
  const variables = { ...variablesOf(inner['let']), [COLLATION]: collationOf(collationGiven(inner)) }
  const found = collection ? find(store.database, collection, { ...query, variables }) : null
  const winningPlan = found ? shape(found, query) : { stage: 'EOF' }
  const reply = {
    explainVersion: '1',
    queryPlanner: { namespace, indexFilterSet: false, parsedQuery: query.filter, winningPlan, rejectedPlans: [] },
    command: inner,
    serverInfo: { host: store.socket, version: '7.0.14' },
  }
  if (command['verbosity'] === 'queryPlanner') return ok(reply)
  return ok({ ...reply, executionStats: yield* executed(found, winningPlan) })
}

/** An update or delete has one in its operation. */
function collationGiven(inner: Fields): Value {
  const operations = inner['updates'] ?? inner['deletes']
  const [operation] = isArray(operations) ? operations : []
  return isFields(operation) ? operation['collation'] : inner['collation']
}

function nameOf(value: Value): string {
  return typeof value === 'string' ? value : refuse(73, 'collection name has invalid type')
}

function* executed(query: Query | null, winningPlan: object): Steps<object> {
  const startedAt = performance.now()
  let nReturned = 0
  for (const found of query?.results ?? []) {
    if (found) nReturned++
    yield null
  }
  const { keys, documents } = query?.examined ?? { keys: 0, documents: 0 }
  return {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Math.round(performance.now() - startedAt),
    totalKeysExamined: keys,
    totalDocsExamined: documents,
    executionStages: { ...counted(winningPlan, { keys, documents }), nReturned },
  }
}

/** Each stage with what it has looked at, as far as one stage of the plan does all of the looking. */
function counted(stage: object, examined: Examined): object {
  const { keys, documents } = examined
  const result: Record<string, unknown> = { ...stage }
  if (result['stage'] === 'IXSCAN') result['keysExamined'] = keys
  if (['COLLSCAN', 'FETCH', 'IDHACK'].includes(String(result['stage']))) result['docsExamined'] = documents
  if (typeof result['inputStage'] === 'object' && result['inputStage'])
    result['inputStage'] = counted(result['inputStage'], examined)
  return result
}

function queryOf(inner: Fields, name: string): Explained {
  const options = { sort: inner['sort'], hint: hintOf(inner['hint']) }
  const window = { skip: wholeOf(inner['skip'], 'skip', 0), limit: wholeOf(inner['limit'], 'limit', 0) }
  switch (name) {
    case 'find':
      return { filter: documentOf(inner['filter'], 'filter'), ...options, ...window }
    case 'count':
    case 'distinct':
      return { filter: documentOf(inner['query'], 'query'), ...options, ...window, sort: undefined }
    case 'findAndModify':
      return { filter: documentOf(inner['query'], 'query'), ...options, skip: 0, limit: 1 }
    case 'update':
      return ofOperation(inner['updates'], (operation) => (operation['multi'] === true ? 0 : 1))
    case 'delete':
      return ofOperation(inner['deletes'], (operation) => wholeOf(operation['limit'], 'limit', 0))
    case 'aggregate':
      return ofPipeline(inner['pipeline'], options.hint)
    default:
      return refuse(59, `Explain failed due to unknown command: ${name}`)
  }
}

function ofOperation(operations: Value, limitOf: (operation: Fields) => number): Explained {
  const [operation] = isArray(operations) ? operations : []
  if (!isFields(operation)) return refuse(9, 'explain needs one operation')
  return {
    filter: documentOf(operation['q'], 'q'),
    sort: undefined,
    hint: hintOf(operation['hint']),
    skip: 0,
    limit: limitOf(operation),
  }
}

/** The stages at the beginning that the query takes over: $match, $sort, $skip, $limit. */
export function ofPipeline(pipeline: Value, hint: Value): Explained & { taken: number } {
  const stages = isArray(pipeline) ? pipeline : []
  const query: Explained & { taken: number } = {
    filter: fields({}),
    sort: undefined,
    skip: 0,
    limit: 0,
    hint,
    taken: 0,
  }
  for (const name of ['$match', '$sort', '$skip', '$limit']) {
    const stage = stages[query.taken]
    const value = isFields(stage) ? stage[name] : undefined
    if (value === undefined) continue
    if (name === '$match') query.filter = documentOf(value, '$match')
    else if (name === '$sort') query.sort = value
    else if (name === '$skip') query.skip = wholeOf(value, '$skip', 0)
    else query.limit = limitOf(value)
    query.taken++
  }
  return query
}

function limitOf(value: Value): number {
  const limit = wholeOf(value, '$limit', 0)
  return limit > 0 ? limit : refuse(15958, 'the limit must be positive')
}

function shape({ plan, sort }: Query, query: Explained): object {
  let stage = access(plan, query.filter)
  const isSorting = sort !== null && !plan.isSorted
  if (isSorting) stage = { stage: 'SORT', sortPattern: query.sort, limitAmount: query.limit, inputStage: stage }
  if (query.skip > 0) stage = { stage: 'SKIP', skipAmount: query.skip, inputStage: stage }
  if (query.limit > 0 && !isSorting) stage = { stage: 'LIMIT', limitAmount: query.limit, inputStage: stage }
  return stage
}

function access(plan: Plan, filter: Fields): object {
  const fetch = (inputStage: object) => ({ stage: 'FETCH', ...(plan.isExact ? {} : { filter }), inputStage })
  switch (plan.stage) {
    case 'IDHACK':
      // MongoDB keeps the name for a filter of nothing but the `_id`.
      return plan.isExact ? { stage: 'IDHACK' } : fetch(ID_SCAN)
    case 'IXSCAN':
      return fetch(indexScan(plan))
    case 'OR':
      return fetch(union(plan))
    case 'COLLSCAN':
      return { stage: 'COLLSCAN', filter, direction: plan.isReverse ? 'backward' : 'forward' }
  }
}

function union({ branches }: Union): object {
  const inputStages = branches.map((plan): object => {
    if (plan.stage === 'OR') return union(plan)
    return plan.stage === 'IDHACK' ? ID_SCAN : indexScan(plan)
  })
  return { stage: 'OR', inputStages }
}

const ID_SCAN = { stage: 'IXSCAN', keyPattern: { _id: 1 }, indexName: '_id_', direction: 'forward' }

function indexScan({ index, isReverse, ranges, merges }: IndexScan): object {
  const scan = {
    stage: 'IXSCAN',
    keyPattern: index.key,
    indexName: index.name,
    isMultiKey: index.isMultikey,
    multiKeyPaths: Object.fromEntries(
      index.names.map((name, i) => [name, index.multikey[i] ? [name.split('.')[0]] : []]),
    ),
    isUnique: index.isUnique || index.name === '_id_',
    isSparse: index.isSparse,
    isPartial: index.partial !== null,
    indexVersion: 2,
    direction: isReverse ? 'backward' : 'forward',
    ranges: ranges.length,
  }
  return merges ? { stage: 'SORT_MERGE', inputStage: scan } : scan
}
