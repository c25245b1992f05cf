import { Binary } from 'bson'
import { randomBytes } from 'node:crypto'
import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { Fields, fields } from '../bson/value.ts'
import { refuse, StoreError } from '../errors.ts'
import type { Building } from './building.ts'
import { Collection } from './collection.ts'
import type { CollectionDefinition } from './collection.ts'
import { asBuffer } from './database.ts'
import type { Database } from './database.ts'
import { Index } from './index.ts'

const NAMESPACE_BYTES_MAX = 255

/** Which collections and indexes there are: in memory, and in a table that changes in the same transactions. */
export class Catalog {
  private readonly database: Database
  private collections = new Map<string, Collection>()
  /** Indexes that are being built: no part of the catalog, which a rollback reads again, until they are done. */
  private readonly buildings = new Map<string, Building>()
  private nextTable = 1

  constructor(database: Database) {
    this.database = database
    database.exec('CREATE TABLE IF NOT EXISTS catalog(ns TEXT PRIMARY KEY, tbl TEXT NOT NULL, def BLOB NOT NULL)')
    this.load()
  }

  /** Also after a rollback: what memory believed may then be wrong. */
  load(): void {
    this.database.recentRows.clear()
    const before = this.collections
    this.collections = new Map()
    const rows = this.database.prepare('SELECT ns, tbl, def FROM catalog ORDER BY rowid').all() as unknown as [
      string,
      string,
      Uint8Array,
    ][]
    for (const [namespace, table, definition] of rows) {
      const { options, uuid, indexes } = decode(asBuffer(definition)) as unknown as Definition
      const known = before.get(namespace)
      // The same where it is the same: whoever rests in it goes on in it.
      const collection =
        known?.table === table && !known.isDropped ? known : this.collection({ namespace, table, options, uuid })
      collection.indexes = indexes.map((each) => new Index(each.spec, each.table, each.multikey))
      collection.building = this.buildings.get(namespace) ?? null
      collection.forget()
      this.collections.set(namespace, collection)
    }
    for (const collection of before.values())
      if (this.collections.get(collection.namespace) !== collection) collection.isDropped = true
    for (const name of this.tableNames()) this.nextTable = Math.max(this.nextTable, Number(name.slice(1)) + 1)
  }

  all(): Collection[] {
    return [...this.collections.values()]
  }

  find(namespace: string): Collection | undefined {
    return this.collections.get(namespace)
  }

  findOrCreate(namespace: string): Collection {
    return this.collections.get(namespace) ?? this.create(namespace, new Fields())
  }

  create(namespace: string, options: Fields): Collection {
    checkNamespace(namespace)
    const collection = this.collection({ namespace, table: `c${this.nextTable++}`, options, uuid: newUuid() })
    collection.createTable()
    this.collections.set(namespace, collection)
    this.save(collection)
    return collection
  }

  save(collection: Collection): void {
    const indexes = collection.indexes.map(({ spec, table, multikey }) => fields({ spec, table, multikey }))
    const definition = encode({ options: collection.options, uuid: collection.uuid, indexes })
    this.database.run(
      'INSERT INTO catalog VALUES (?, ?, ?) ON CONFLICT(ns) DO UPDATE SET tbl = excluded.tbl, def = excluded.def',
      collection.namespace,
      collection.table,
      definition,
    )
    collection.hasNewMultikey = false
    this.database.isChanged = true
  }

  /** Answers its tables, which are to be emptied (see emptying.ts): nobody finds them any more. */
  drop(collection: Collection): string[] {
    this.buildings.delete(collection.namespace)
    this.forget(collection)
    return collection.tables
  }

  /** A collection with the indexes of the one of this name, which nobody finds until it is published. */
  hidden(namespace: string): Collection {
    checkNamespace(namespace)
    const like = this.find(namespace)
    const options = like?.options ?? new Fields()
    const definition = { namespace, table: `c${this.nextTable++}`, options, uuid: newUuid() }
    const hidden = new Collection(this.database, definition, () => undefined)
    hidden.createTable()
    for (const { spec } of like?.indexes ?? []) hidden.addIndex(new Index(spec, `i${this.nextTable++}`))
    return hidden
  }

  /** It takes the place of the one of its name, whose tables are to be emptied. */
  publish({ namespace, table, options, uuid, indexes }: Collection): string[] {
    const replaced = this.find(namespace)
    const tables = replaced ? this.drop(replaced) : []
    this.put({ namespace, table, options, uuid }, indexes)
    return tables
  }

  rename(collection: Collection, namespace: string): void {
    checkNamespace(namespace)
    if (collection.building)
      refuse(
        12587,
        `cannot perform operation: an index build is currently running for collection '${collection.namespace}'`,
      )
    const { table, options, uuid, indexes } = collection
    this.forget(collection)
    this.put({ namespace, table, options, uuid }, indexes)
  }

  private put(definition: CollectionDefinition, indexes: Index[]): void {
    const collection = this.collection(definition)
    collection.indexes = indexes
    this.collections.set(definition.namespace, collection)
    this.save(collection)
  }

  beginIndex(collection: Collection, spec: Fields): Building {
    const building = collection.beginBuilding(new Index(spec, `i${this.nextTable++}`))
    this.buildings.set(collection.namespace, building)
    return building
  }

  /** True when the index is done, and part of the catalog; an index that cannot be is gone when this throws. */
  build(collection: Collection, building: Building, isOver: () => boolean): boolean {
    this.database.isChanged = true
    try {
      if (!collection.build(building, isOver)) return false
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.database.exec(`DROP TABLE ${building.index.table}`)
      this.buildings.delete(collection.namespace)
      collection.building = null
      throw error
    }
    this.buildings.delete(collection.namespace)
    this.save(collection)
    return true
  }

  /** Before a rollback is read: whether an index was being built where it leads to. */
  rewindBuilding(namespace: string, building: Building | null): void {
    building?.rewind()
    if (building) this.buildings.set(namespace, building)
    else this.buildings.delete(namespace)
  }

  /** Removes the tables of what was never finished: a process died while it built an index, or emptied a table. */
  dropLeftovers(): void {
    const known = new Set(this.all().flatMap(({ tables }) => tables))
    for (const name of this.tableNames()) if (!known.has(name)) this.database.exec(`DROP TABLE ${name}`)
    this.database.exec('DELETE FROM late WHERE tbl NOT IN (SELECT tbl FROM catalog)')
  }

  private tableNames(): string[] {
    const tables = this.database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '[ci][0-9]*'",
    )
    return (tables.all() as unknown as [string][]).map(([name]) => name)
  }

  /** Its table is to be emptied. */
  dropIndex(collection: Collection, index: Index): void {
    collection.indexes = collection.indexes.filter((each) => each !== index)
    this.save(collection)
  }

  private collection(definition: CollectionDefinition): Collection {
    return new Collection(this.database, definition, (changed) => this.save(changed))
  }

  private forget(collection: Collection): void {
    this.database.isChanged = true
    this.database.run('DELETE FROM catalog WHERE ns = ?', collection.namespace)
    this.collections.delete(collection.namespace)
    collection.isDropped = true
    collection.writes++
  }
}

interface Definition {
  options: Fields
  uuid: Binary
  indexes: { spec: Fields; table: string; multikey: boolean[] }[]
}

const newUuid = () => new Binary(randomBytes(16), Binary.SUBTYPE_UUID)

function checkNamespace(namespace: string): void {
  const [database = '', ...rest] = namespace.split('.')
  const name = rest.join('.')
  const isInvalid = database === '' || /[/\\. "$\0]/.test(database) || name === '' || name.startsWith('.')
  if (isInvalid || name.includes('$') || name.includes('\0')) refuse(73, `Invalid namespace specified '${namespace}'`)
  if (Buffer.byteLength(namespace) > NAMESPACE_BYTES_MAX)
    refuse(73, `Fully qualified namespace is too long. Namespace: ${namespace} Max: ${NAMESPACE_BYTES_MAX}`)
}
