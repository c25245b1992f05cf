import { asNumber, fields, isArray, isFields, isNumeric, typeName } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { encode } from '../bson/encode.ts'
import type { Collection } from '../engine/collection.ts'
import type { Building } from '../engine/building.ts'
import type { Index } from '../engine/index.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { checkPartialFilter } from '../planner/partial.ts'
import { ok } from '../reply.ts'
import { show } from '../update/target.ts'
import { documentOf, wholeOf } from './command.ts'
import type { Command, Request, Sliced, Store } from './command.ts'
import { Emptied } from './emptied.ts'
import { replied } from './find.ts'

const INDEXES_MAX = 64
const COLUMNS_MAX = 32

/** Kept and reported: they change nothing here, or nothing any more. */
const IGNORED = new Set(['v', 'background', 'ns'])
const KNOWN = new Set(['key', 'name', 'unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', ...IGNORED])

export const createIndexes: Command = {
  kind: 'write',
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  run: (request) => {
    const { store, namespace } = request
    const specs = request.documentsOf('indexes').map(specOf)
    if (specs.length === 0) refuse(2, 'Must specify at least one index to create')
    const isNew = store.catalog.find(namespace) === undefined
    // Everything that can be refused is, before a collection comes into being.
    const existing = store.catalog.find(namespace)
    const wanted = specs.filter((spec) => !existing || !isThere(existing, spec))
    const collection = store.catalog.findOrCreate(namespace)
    const before = collection.allIndexes.length
    if (before + wanted.length > INDEXES_MAX)
      refuse(67, `add index fails, too many indexes for ${namespace} key:${show(specs[0]?.['key'])}`)
    return new IndexCreation(store, collection, { specs: wanted, before, isNew })
  },
}

interface Asked {
  specs: Fields[]
  before: number
  isNew: boolean
}

/** Builds one index after another, each in as many slices as its collection is long. */
class IndexCreation implements Sliced {
  private readonly store: Store
  private readonly namespace: string
  private readonly uuid: string
  private readonly asked: Asked
  private at = 0
  private markedAt = 0
  private building: Building | null = null
  private marked: Building | null = null

  constructor(store: Store, { namespace, uuid }: Collection, asked: Asked) {
    this.store = store
    this.namespace = namespace
    this.uuid = String(uuid)
    this.asked = asked
  }

  next(isOver: () => boolean): Buffer | null {
    const { catalog } = this.store
    const { specs, before, isNew } = this.asked
    const collection = catalog.find(this.namespace)
    if (!collection || String(collection.uuid) !== this.uuid)
      return refuse(276, `Index build failed: collection dropped: ${this.namespace}`)
    this.mark()
    while (this.at < specs.length) {
      if (!this.isDone(collection, specs[this.at] as Fields, isOver)) return null
      this.at++
    }
    return ok({
      numIndexesBefore: before,
      numIndexesAfter: collection.allIndexes.length,
      createdCollectionAutomatically: isNew,
      ...(specs.length === 0 ? { note: 'all indexes already exist' } : {}),
    })
  }

  rewind(): void {
    this.at = this.markedAt
    // Not while it only waits for another's to be done.
    if (this.building || this.marked) this.store.catalog.rewindBuilding(this.namespace, this.marked)
    this.building = this.marked
  }

  private mark(): void {
    this.markedAt = this.at
    this.marked = this.building
    this.building?.keep()
  }

  private isDone(collection: Collection, spec: Fields, isOver: () => boolean): boolean {
    const { catalog } = this.store
    if (!this.building) {
      // Somebody else builds one here: this one has its turn after that, and may then be there.
      if (collection.building) return false
      if (isThere(collection, spec)) return true
      this.building = catalog.beginIndex(collection, spec)
    }
    if (!catalog.build(collection, this.building, isOver)) return false
    this.building = null
    return true
  }
}

function specOf(given: Fields): Fields {
  for (const name of Object.keys(given)) checkOption(name, given[name])
  const key = documentOf(given['key'], 'createIndexes.indexes.key')
  checkKey(key)
  const name =
    given['name'] ??
    Object.keys(key)
      .map((path) => `${path}_${show(key[path])}`)
      .join('_')
  if (typeof name !== 'string' || name === '') refuse(67, 'The index name must be a non-empty string')
  const spec = fields({ v: 2, key, name })
  if (isTrue(given['unique'])) spec['unique'] = true
  if (isTrue(given['sparse'])) spec['sparse'] = true
  if (given['partialFilterExpression'] !== undefined) {
    if (spec['sparse']) refuse(67, 'cannot mix "partialFilterExpression" and "sparse" options')
    spec['partialFilterExpression'] = partialOf(given['partialFilterExpression'])
  }
  if (given['expireAfterSeconds'] !== undefined) spec['expireAfterSeconds'] = expiryOf(given['expireAfterSeconds'], key)
  return spec
}

function checkOption(name: string, value: Value): void {
  if (name === 'hidden' && !isTrue(value)) return
  if (name === 'collation' && isFields(value) && value['locale'] === 'simple') return
  if (!KNOWN.has(name))
    refuse(197, `The field '${name}' is not valid for an index specification: the embedded store does not support it`)
}

const isTrue = (value: Value) => value === true || (isNumeric(value) && asNumber(value) !== 0)

function checkKey(key: Fields): void {
  const paths = Object.keys(key)
  if (paths.length === 0) refuse(67, 'Index keys cannot be an empty object')
  if (paths.length > COLUMNS_MAX) refuse(67, 'Index key pattern too large')
  for (const path of paths) {
    const direction = key[path]
    if (typeof direction === 'string') refuse(67, `Index type '${direction}' is not supported by the embedded store`)
    if (!isNumeric(direction) || asNumber(direction) === 0 || Number.isNaN(asNumber(direction)))
      refuse(
        67,
        `Values in v:2 index key pattern cannot be of type ${typeName(direction)} or zero. Only numbers > 0, numbers < 0, and strings are allowed.`,
      )
    if (path === '$**' || path.endsWith('.$**')) refuse(67, 'Wildcard indexes are not supported by the embedded store')
    if (path.split('.').includes('')) refuse(67, 'Index keys cannot be an empty field.')
    if (path.split('.').some((part) => part.startsWith('$')))
      refuse(67, `Index key contains an illegal field name: field name starts with '$'.`)
  }
}

function partialOf(value: Value): Fields {
  if (!isFields(value)) return refuse(14, "The field 'partialFilterExpression' must be an object")
  checkPartialFilter(value)
  return value
}

function expiryOf(value: Value, key: Fields): number {
  const seconds = wholeOf(value, 'expireAfterSeconds', 0)
  if (seconds < 0 || seconds > 2_147_483_647)
    refuse(67, 'TTL index expireAfterSeconds must be within the range 0 to 2147483647')
  if (Object.keys(key).length > 1)
    refuse(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL')
  if (Object.keys(key)[0] === '_id')
    refuse(67, "The field 'expireAfterSeconds' is not valid for an _id index specification")
  return seconds
}

const OPTIONS = ['unique', 'sparse', 'expireAfterSeconds']

function isThere(collection: Collection, spec: Fields): boolean {
  const key = spec['key'] as Fields
  const sameKey = (index: Index) => equal(index.key, key)
  if (sameKey(collection.idIndex)) return true
  const named = collection.indexes.find((index) => index.name === spec['name'])
  const equivalent = collection.indexes.find(
    (index) => sameKey(index) && equal(index.spec['partialFilterExpression'], spec['partialFilterExpression']),
  )
  if (named && !sameKey(named))
    refuse(
      86,
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${show(spec)}, existing index: ${show(named.spec)}`,
    )
  const there = named ?? equivalent
  if (!there) return false
  if (there.name !== spec['name']) refuse(85, `Index already exists with a different name: ${there.name}`)
  const differs = [...OPTIONS, 'partialFilterExpression'].some((option) => !equal(there.spec[option], spec[option]))
  if (differs)
    refuse(
      named === equivalent ? 85 : 86,
      `An equivalent index already exists with the same name but different options. Requested index: ${show(spec)}, existing index: ${show(there.spec)}`,
    )
  return true
}

export const dropIndexes: Command = {
  kind: 'write',
  fields: ['index'],
  run: (request) => {
    const { store, command, namespace } = request
    const collection = existing(request)
    const before = collection.allIndexes.length
    const wanted = command['index']
    const indexes = wanted === '*' ? collection.indexes : chosen(collection, wanted)
    if (indexes.includes(collection.idIndex)) refuse(72, 'cannot drop _id index')
    for (const index of indexes) store.catalog.dropIndex(collection, index)
    const tables = indexes.map(({ table }) => table)
    const msg = wanted === '*' ? { msg: `non-_id indexes dropped for collection ${namespace}` } : {}
    return new Emptied(store.database, tables, ok({ nIndexesWas: before, ...msg }))
  },
}

function chosen(collection: Collection, wanted: Value): Index[] {
  return (isArray(wanted) ? wanted : [wanted]).map((each) => {
    const index = collection.allIndexes.find((one) => (isFields(each) ? equal(one.key, each) : one.name === each))
    return (
      index ??
      refuse(
        27,
        isFields(each) ? `can't find index with key: ${show(each)}` : `index not found with name [${show(each)}]`,
      )
    )
  })
}

function existing(request: Request): Collection {
  return request.collection ?? refuse(26, `ns not found ${request.namespace}`)
}

export const listIndexes: Command = {
  kind: 'read',
  fields: ['cursor', 'includeIndexBuildInfo', 'includeBuildUUIDs'],
  run: (request) => {
    const { store, namespace } = request
    const collection = request.collection ?? refuse(26, `ns does not exist: ${namespace}`)
    const results = collection.allIndexes.map((index) => encode(index.spec))
    const size = wholeOf(request.document('cursor')['batchSize'], 'batchSize', BATCH_ALL)
    return replied(store.cursors.begin(namespace, results[Symbol.iterator](), { size }), 'firstBatch')
  },
}

/** Lists of indexes and collections come whole unless asked otherwise. */
const BATCH_ALL = 10_000

export const collMod: Command = {
  kind: 'write',
  fields: ['index'],
  run: (request) => {
    const { store } = request
    const collection = existing(request)
    const wanted = request.document('index')
    const [index] = chosen(collection, wanted['name'] ?? wanted['keyPattern'])
    for (const name of Object.keys(wanted))
      if (name !== 'name' && name !== 'keyPattern' && name !== 'expireAfterSeconds')
        refuse(197, `collMod.index.${name} is not supported by the embedded store`)
    if (!index || wanted['expireAfterSeconds'] === undefined) return ok()
    const before = index.spec['expireAfterSeconds']
    index.spec['expireAfterSeconds'] = expiryOf(wanted['expireAfterSeconds'], index.key)
    store.catalog.save(collection)
    return ok({ expireAfterSeconds_old: before, expireAfterSeconds_new: index.spec['expireAfterSeconds'] })
  },
}
