import { ObjectId } from 'bson'
import { encode } from '../bson/encode.ts'
import { decode } from '../bson/decode.ts'
import { fields, Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import { find } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { pathOf, valueAt } from '../query/path.ts'
import type { Variables } from '../query/predicate.ts'
import { compileUpdate, withIdFirst } from '../update/compile.ts'
import { show } from '../update/target.ts'
import type { Request } from './command.ts'
import { apply } from './write.ts'

function namespaceOf(request: Request, target: Value, stage: string): string {
  if (typeof target === 'string') return `${request.databaseName}.${target}`
  const coll = isFields(target) ? target['coll'] : undefined
  const db = isFields(target) ? (target['db'] ?? request.databaseName) : undefined
  if (typeof coll !== 'string' || typeof db !== 'string')
    return refuse(16990, `${stage} only supports a string or object argument`)
  return `${db}.${coll}`
}

/** `$out`: the collection becomes the result; the transaction makes it one step. */
export function writeOut(request: Request, target: Value, documents: Fields[]): void {
  const { catalog, database } = request.store
  const collection = catalog.findOrCreate(namespaceOf(request, target, '$out'))
  database.exec('SAVEPOINT output')
  try {
    for (const { row } of [...find(database, collection, { filter: new Fields() }).results]) collection.remove(row)
    for (const document of documents) collection.insert(withIdFirst(document, new ObjectId()))
  } catch (error) {
    database.exec('ROLLBACK TO output; RELEASE output')
    throw error
  }
  database.exec('RELEASE output')
}

interface Merge {
  collection: Collection
  on: string[]
  whenMatched: Value
  whenNotMatched: Value
}

const MERGE_FIELDS = new Set(['into', 'on', 'let', 'whenMatched', 'whenNotMatched'])

/** `$merge`, one document at a time. */
export function mergeInto(request: Request, specification: Value, documents: Fields[], variables: Variables): void {
  const merge = mergeOf(request, specification)
  const { database } = request.store
  for (const given of documents) {
    const document = withIdFirst(given, new ObjectId())
    const filter = fields(Object.fromEntries(merge.on.map((path) => [path, valueAt(document, pathOf(path)) ?? null])))
    const next = find(database, merge.collection, { filter, limit: 1 }).results.next()
    if (!next.done) matched(merge, next.value, document, variables)
    else if (merge.whenNotMatched === 'insert') merge.collection.insert(document)
    else if (merge.whenNotMatched === 'fail')
      refuse(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      )
  }
}

function mergeOf(request: Request, specification: Value): Merge {
  const options = isFields(specification) ? specification : fields({ into: specification })
  for (const name of Object.keys(options))
    if (!MERGE_FIELDS.has(name)) refuse(40415, `BSON field '$merge.${name}' is an unknown field.`)
  if (options['let'] !== undefined) refuse(2, '$merge.let is not supported by the embedded store')
  const on = options['on'] ?? '_id'
  const whenMatched = options['whenMatched'] ?? 'merge'
  const whenNotMatched = options['whenNotMatched'] ?? 'insert'
  if (!isArray(whenMatched) && !['merge', 'replace', 'keepExisting', 'fail'].includes(whenMatched as string))
    refuse(2, `Enumeration value '${show(whenMatched)}' for field '$merge.whenMatched' is not a valid value.`)
  if (!['insert', 'discard', 'fail'].includes(whenNotMatched as string))
    refuse(2, `Enumeration value '${show(whenNotMatched)}' for field '$merge.whenNotMatched' is not a valid value.`)
  const collection = request.store.catalog.findOrCreate(namespaceOf(request, options['into'], '$merge'))
  return { collection, on: (isArray(on) ? on : [on]) as string[], whenMatched, whenNotMatched }
}

function matched(merge: Merge, found: Found, document: Fields, variables: Variables): void {
  const { collection, whenMatched } = merge
  if (whenMatched === 'keepExisting') return
  if (whenMatched === 'fail') return collection.insert(document)
  const old = decode(found.row.raw)
  if (isArray(whenMatched)) {
    const bound = { ...variables, new: document }
    const updater = compileUpdate({
      update: whenMatched,
      filter: new Fields(),
      arrayFilters: undefined,
      variables: bound,
      now: new Date(),
    })
    apply(collection, found, updater)
    return
  }
  const result = whenMatched === 'replace' ? document : fields({ ...old, ...document })
  result['_id'] = old['_id']
  collection.replace(found.row.rid, result, encode(result), collection.keysBefore(old, null))
}
