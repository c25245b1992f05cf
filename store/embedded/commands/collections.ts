import { encode } from '../bson/encode.ts'
import { fields, isFields } from '../bson/value.ts'
import type { Fields } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import { refuse } from '../errors.ts'
import { compileFilter } from '../query/match.ts'
import { ok } from '../reply.ts'
import type { Steps } from '../steps.ts'
import { wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { Emptied } from './emptied.ts'
import { replied } from './find.ts'

const BATCH_ALL = 10_000

/** Known to MongoDB, not to this store: each would change what the collection means. */
const CREATE_REFUSED = [
  'capped',
  'size',
  'max',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'storageEngine',
  'encryptedFields',
]

export const create: Command = {
  kind: 'write',
  fields: ['autoIndexId', 'idIndex', 'indexOptionDefaults', 'flags', ...CREATE_REFUSED],
  run: ({ store, command, namespace }) => {
    for (const name of CREATE_REFUSED) {
      const value = command[name]
      const isHarmless =
        value === undefined ||
        value === null ||
        value === false ||
        (name === 'collation' && isFields(value) && value['locale'] === 'simple')
      if (!isHarmless) refuse(72, `The option '${name}' of create is not supported by the embedded store`)
    }
    // Creating what is there already, with the same options, is no error since MongoDB 7.
    if (!store.catalog.find(namespace)) store.catalog.create(namespace, fields({}))
    return ok()
  },
}

export const drop: Command = {
  kind: 'write',
  fields: [],
  run: ({ store, collection, namespace }) => {
    if (!collection) return ok()
    const reply = ok({ nIndexesWas: collection.allIndexes.length, ns: namespace })
    return new Emptied(store.database, store.catalog.drop(collection), reply)
  },
}

export const dropDatabase: Command = {
  kind: 'write',
  fields: [],
  run: ({ store, databaseName }) => {
    const collections = collectionsOf({ store, databaseName })
    const tables = collections.flatMap((collection) => store.catalog.drop(collection))
    return new Emptied(store.database, tables, ok(collections.length ? { dropped: databaseName } : {}))
  },
}

function collectionsOf({ store, databaseName }: Pick<Request, 'store' | 'databaseName'>): Collection[] {
  return store.catalog.all().filter((collection) => collection.databaseName === databaseName)
}

export const renameCollection: Command = {
  kind: 'write',
  fields: ['to', 'dropTarget', 'stayTemp'],
  run: (request) => {
    const { store, command } = request
    const from = command['renameCollection']
    const to = command['to']
    if (typeof from !== 'string' || typeof to !== 'string')
      return refuse(14, "BSON field 'renameCollection.to' is missing but a required field")
    const collection = store.catalog.find(from) ?? refuse(26, `Source collection ${from} does not exist`)
    if (from === to) refuse(20, "Can't rename a collection to itself")
    const target = store.catalog.find(to)
    if (target && !request.flag('dropTarget')) refuse(48, 'target namespace exists')
    const tables = target ? store.catalog.drop(target) : []
    store.catalog.rename(collection, to)
    return new Emptied(store.database, tables, ok())
  },
}

export const listCollections: Command = {
  kind: 'read',
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run: (request) => {
    const { store, databaseName } = request
    const matches = compileFilter(request.document('filter'))
    const isNameOnly = request.flag('nameOnly')
    const results = collectionsOf(request)
      .map(describe)
      .filter(matches)
      .map((each) => encode(isNameOnly ? { name: each['name'], type: each['type'] } : each))
    const size = wholeOf(request.document('cursor')['batchSize'], 'batchSize', BATCH_ALL)
    return replied(
      store.cursors.begin(`${databaseName}.$cmd.listCollections`, results[Symbol.iterator](), { size }),
      'firstBatch',
    )
  },
}

function describe({ name, options, uuid, idIndex }: Collection): Fields {
  return fields({
    name,
    type: 'collection',
    options,
    info: fields({ readOnly: false, uuid }),
    idIndex: idIndex.spec,
  })
}

export const listDatabases: Command = {
  kind: 'read',
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  run: listed,
}

function* listed(request: Request): Steps<Buffer> {
  const { store } = request
  const matches = compileFilter(request.document('filter'))
  const isNameOnly = request.flag('nameOnly')
  const databases: Fields[] = []
  let totalSize = 0
  for (const name of [...new Set(store.catalog.all().map((collection) => collection.databaseName))].sort()) {
    const size = isNameOnly ? undefined : yield* sizeOf(collectionsOf({ store, databaseName: name }))
    totalSize += size ?? 0
    databases.push(fields({ name, sizeOnDisk: size, empty: isNameOnly ? undefined : false }))
  }
  const found = databases.filter(matches)
  return ok(isNameOnly ? { databases: found } : { databases: found, totalSize, totalSizeMb: 0 })
}

function* sizeOf(collections: Collection[]): Steps<number> {
  let size = 0
  // One that has gone meanwhile has no bytes.
  for (const collection of collections) if (!collection.isDropped) size += yield* collection.bytes()
  return size
}

export const collStats: Command = {
  kind: 'read',
  fields: ['scale'],
  run: collectionStats,
}

function* collectionStats({ collection, namespace }: Request): Steps<Buffer> {
  return ok({ ns: namespace, ...(yield* statsOf(collection)) })
}

export function* statsOf(collection: Collection | undefined): Steps<object> {
  const count = collection?.count() ?? 0
  const size = collection ? yield* collection.bytes() : 0
  return {
    count,
    size,
    avgObjSize: count ? Math.floor(size / count) : 0,
    storageSize: size,
    nindexes: collection?.allIndexes.length ?? 0,
    capped: false,
  }
}

export const dbStats: Command = {
  kind: 'read',
  fields: ['scale', 'freeStorage'],
  run: databaseStats,
}

function* databaseStats(request: Request): Steps<Buffer> {
  const size = yield* sizeOf(collectionsOf(request))
  const collections = collectionsOf(request)
  const total = (each: (collection: Collection) => number) => collections.reduce((sum, one) => sum + each(one), 0)
  return ok({
    db: request.databaseName,
    collections: collections.length,
    views: 0,
    objects: total((collection) => collection.count()),
    dataSize: size,
    storageSize: size,
    indexes: total((collection) => collection.allIndexes.length),
  })
}
