import { ObjectId } from 'bson'
import { compileExpression } from '../aggregation/expression.ts'
import { merged } from '../aggregation/objects.ts'
import type { Expression } from '../aggregation/scope.ts'
import { encode } from '../bson/encode.ts'
import { decode } from '../bson/decode.ts'
import { fields, Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import { findOne } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import type { Index } from '../engine/index.ts'
import { refuse } from '../errors.ts'
import { pathOf, valueAt } from '../query/path.ts'
import type { Variables } from '../query/predicate.ts'
import { compileUpdate, keepId, withIdFirst } from '../update/compile.ts'
import { show } from '../update/target.ts'
import type { Request } from './command.ts'
import { apply } from './write.ts'

/** The namespace that an output stage names. */
export function targetOf(request: Request, target: Value, stage: string): string {
  if (typeof target === 'string') return `${request.databaseName}.${target}`
  const coll = isFields(target) ? target['coll'] : undefined
  const db = isFields(target) ? (target['db'] ?? request.databaseName) : undefined
  if (typeof coll !== 'string' || typeof db !== 'string')
    return refuse(16990, `${stage} only supports a string or object argument`)
  return `${db}.${coll}`
}

interface Merge {
  collection: Collection
  on: string[]
  whenMatched: Value
  whenNotMatched: Value
  /** What a pipeline in `whenMatched` is told beside `$$new`. */
  bound: [name: string, value: Expression][]
}

const MERGE_FIELDS = new Set(['into', 'on', 'let', 'whenMatched', 'whenNotMatched'])

/** `$merge`, one document at a time. */
export class Merging {
  private readonly request: Request
  private readonly specification: Value
  private readonly variables: Variables
  private merge: Merge

  constructor(request: Request, specification: Value, variables: Variables) {
    this.request = request
    this.specification = specification
    this.variables = variables
    this.merge = mergeOf(request, specification)
  }

  write(given: Fields): void {
    // Others may have dropped it, or a rollback read it anew, since the last slice.
    if (this.request.store.catalog.find(this.merge.collection.namespace) !== this.merge.collection)
      this.merge = mergeOf(this.request, this.specification)
    const { merge } = this
    // Found by something else, a document keeps the _id that it has.
    const document = merge.on.includes('_id') ? withIdFirst(given, new ObjectId()) : given
    const filter = fields(Object.fromEntries(merge.on.map((path) => [path, keyIn(document, path)])))
    const found = findOne(this.request.store.database, merge.collection, { filter })
    if (found) matched(merge, found, document, this.variables)
    else if (merge.whenNotMatched === 'insert') merge.collection.insert(withIdFirst(document, new ObjectId()))
    else if (merge.whenNotMatched === 'fail')
      refuse(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      )
  }

  finish(): string[] {
    return []
  }

  abandon(): string[] {
    return []
  }
}

function keyIn(document: Fields, path: string): Value {
  const value = valueAt(document, pathOf(path))
  return value === undefined || value === null || isArray(value)
    ? refuse(51132, `$merge write error: 'on' field '${path}' cannot be missing, null, undefined or an array`)
    : value
}

function mergeOf(request: Request, specification: Value): Merge {
  const options = isFields(specification) ? specification : fields({ into: specification })
  for (const name of Object.keys(options))
    if (!MERGE_FIELDS.has(name)) refuse(40415, `BSON field '$merge.${name}' is an unknown field.`)
  const whenMatched = options['whenMatched'] ?? 'merge'
  const whenNotMatched = options['whenNotMatched'] ?? 'insert'
  if (!isArray(whenMatched) && !['merge', 'replace', 'keepExisting', 'fail'].includes(whenMatched as string))
    refuse(2, `Enumeration value '${show(whenMatched)}' for field '$merge.whenMatched' is not a valid value.`)
  if (!['insert', 'discard', 'fail'].includes(whenNotMatched as string))
    refuse(2, `Enumeration value '${show(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`)
  const bound = boundIn(options['let'], whenMatched)
  const collection = request.store.catalog.findOrCreate(targetOf(request, options['into'], '$merge'))
  return { collection, on: onOf(options['on'], collection), whenMatched, whenNotMatched, bound }
}

function boundIn(value: Value, whenMatched: Value): Merge['bound'] {
  if (value === undefined) return []
  if (!isFields(value)) return refuse(14, "BSON field '$merge.let' is the wrong type, expected type 'object'")
  if (!isArray(whenMatched)) refuse(51199, "Cannot use 'let' variables with 'whenMatched' that is not a pipeline")
  return Object.keys(value).map((name) => [name, compileExpression(value[name])])
}

/** No two documents may answer to one: the fields must be those of a unique index that holds every document. */
function onOf(value: Value, collection: Collection): string[] {
  const on = isArray(value) ? value : [value ?? '_id']
  if (on.length === 0 || !on.every((path): path is string => typeof path === 'string'))
    return refuse(51186, '$merge.on must be a string or an array of strings')
  const wanted = on.toSorted().join('\n')
  const isKey = (index: Index) =>
    (index.isUnique || index === collection.idIndex) && !index.partial && index.names.toSorted().join('\n') === wanted
  if (!collection.allIndexes.some(isKey)) refuse(51183, 'Cannot find index to verify that join fields will be unique')
  return on
}

function matched(merge: Merge, found: Found, document: Fields, variables: Variables): void {
  const { collection, whenMatched } = merge
  if (whenMatched === 'keepExisting') return
  if (whenMatched === 'fail') return collection.insert(withIdFirst(document, new ObjectId()))
  const old = decode(found.row.raw)
  if (isArray(whenMatched)) {
    const bound: Variables = { ...variables, new: document }
    for (const [name, value] of merge.bound) bound[name] = value({ root: document, variables }) ?? null
    const updater = compileUpdate({
      update: whenMatched,
      filter: new Fields(),
      arrayFilters: undefined,
      variables: bound,
      now: new Date(),
    })
    apply(collection, found, updater, null)
    return
  }
  const result = keepId(whenMatched === 'replace' ? document : merged([old, document]), old['_id'])
  collection.replace(found.row.rid, result, encode(result), collection.keysBefore(found.row.rid, old, null))
}
