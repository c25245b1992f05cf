import { setImmediate as nextTurn } from 'node:timers/promises'
import { decode } from './bson/decode.ts'
import type { Fields } from './bson/value.ts'
import type { Task } from './commands/command.ts'
import type { Catalog } from './engine/catalog.ts'
import type { Collection } from './engine/collection.ts'
import { asBuffer } from './engine/database.ts'
import type { Database } from './engine/database.ts'
import type { Index } from './engine/index.ts'
import { DamagedRow, rowOf } from './engine/rows.ts'
import type { Row } from './engine/recent-rows.ts'
import { refuse } from './errors.ts'
import { encodeKey } from './keys.ts'
import { ok } from './reply.ts'

/** What one collection is made of, and what is wrong with it. */
export interface Validated {
  namespace: string
  documents: number
  /** How many keys each of its indexes has. */
  keys: Record<string, number>
  /** In words, each naming its place; at most twenty. */
  errors: string[]
}

/** Between two portions others have their turn; one portion is read in one go, so it is of one moment. */
const ROWS_AT_ONCE = 200
const ERRORS_MAX = 20

/** Every collection, in turn. */
export async function validateAll(database: Database, catalog: Catalog, signal: AbortSignal): Promise<Validated[]> {
  const validated: Validated[] = []
  for (const collection of catalog.all()) validated.push(await validate(database, collection, signal))
  return validated
}

/**
 * Looks at everything of a collection, while it is written: its pages and those of its indexes, every document, and
 * each index against the documents, in both directions.
 */
export async function validate(database: Database, collection: Collection, signal: AbortSignal): Promise<Validated> {
  return new Check(database, collection, signal).run()
}

type DocumentRow = [rid: number, key: Uint8Array, checksum: number | null, raw: Uint8Array]
type KeyRow = [key: Uint8Array, rid: number]

class Check {
  private readonly database: Database
  private readonly collection: Collection
  private readonly signal: AbortSignal
  private readonly found: Validated
  private readonly expected = new Map<Index, number>()

  constructor(database: Database, collection: Collection, signal: AbortSignal) {
    this.database = database
    this.collection = collection
    this.signal = signal
    this.found = { namespace: collection.namespace, documents: 0, keys: {}, errors: [] }
  }

  async run(): Promise<Validated> {
    const { collection, found } = this
    try {
      for (const table of collection.allIndexes.map((index) => index.table)) await this.pagesOf(table)
      const changes = this.changes()
      await this.documents()
      for (const index of collection.indexes) await this.keysOf(index, changes)
      found.keys['_id_'] = found.documents
    } catch (error) {
      this.signal.throwIfAborted()
      // What was dropped in the meantime is as it should be; a file that cannot be read on is not.
      if (!collection.isDropped) this.wrong(`it cannot be read to its end: ${(error as Error).message}`)
    }
    return found
  }

  private async pagesOf(table: string): Promise<void> {
    const rows = this.database.prepare(`PRAGMA integrity_check(${table})`).all() as unknown as [string][]
    for (const [says] of rows) if (says !== 'ok') this.wrong(says)
    await this.turn()
  }

  /** Every document can be read, lies under its own `_id`, and has all its keys in every index. */
  private async documents(): Promise<void> {
    const { database, collection, found } = this
    const sql = `SELECT rid, k, s, d FROM ${collection.table} WHERE rid > ? ORDER BY rid LIMIT ?`
    for (let last = -1; !collection.isDropped; await this.turn()) {
      const rows = database.prepare(sql).all(last, ROWS_AT_ONCE) as unknown as DocumentRow[]
      for (const [rid, key, checksum, raw] of rows) {
        last = rid
        found.documents++
        const document = this.read(() => rowOf(collection.namespace, rid, checksum, raw))
        if (!document) continue
        if (!encodeKey([document['_id']]).equals(asBuffer(key))) this.wrong(`row ${rid} lies under another _id`)
        for (const index of collection.indexes) this.has(index, document, rid)
      }
      if (rows.length < ROWS_AT_ONCE) return
    }
  }

  private has(index: Index, document: Fields, rid: number): void {
    const { keys, multikey } = index.keysOf(document)
    this.expected.set(index, (this.expected.get(index) ?? 0) + keys.length)
    if (multikey?.some((isMulti, i) => isMulti && !index.multikey[i]))
      this.wrong(`index ${index.name} does not know of the array in row ${rid}`)
    for (const key of keys) {
      const isInTable = this.database.one(`SELECT 1 FROM ${index.table} WHERE k = ? AND rid = ?`, key, rid)
      if (!isInTable && !this.collection.keys.has(index, key, rid))
        this.wrong(`index ${index.name} lacks a key of row ${rid}`)
      if (index.isUnique && this.database.one(`SELECT 1 FROM ${index.table} WHERE k = ? AND rid <> ?`, key, rid))
        this.wrong(`index ${index.name} is unique, and has the key of row ${rid} twice`)
    }
  }

  /** No key is left of a document that has gone or changed. With nothing written meanwhile, the number says it. */
  private async keysOf(index: Index, changesBefore: number): Promise<void> {
    if (!this.isThere(index)) return
    const inTable = Number(this.database.one(`SELECT count(*) FROM ${index.table}`)?.[0])
    const count = inTable + this.collection.keys.countOf(index)
    this.found.keys[index.name] = count
    if (this.changes() === changesBefore && count === (this.expected.get(index) ?? 0)) return
    const sql = `SELECT k, rid FROM ${index.table} WHERE (k, rid) > (?, ?) ORDER BY k, rid LIMIT ?`
    let after: [Buffer, number] = [Buffer.alloc(0), -1]
    for (; this.isThere(index); await this.turn()) {
      const rows = this.database.prepare(sql).all(...after, ROWS_AT_ONCE) as unknown as KeyRow[]
      for (const [key, rid] of rows) {
        after = [asBuffer(key), rid]
        this.isOf(index, asBuffer(key), rid)
      }
      if (rows.length < ROWS_AT_ONCE) return
    }
  }

  private isOf(index: Index, key: Buffer, rid: number): void {
    if (!this.database.one(`SELECT 1 FROM ${this.collection.table} WHERE rid = ?`, rid))
      return this.wrong(`index ${index.name} has a key of row ${rid}, which is not there`)
    const document = this.read(() => this.collection.byRid(rid))
    if (document && !index.keysOf(document).keys.some((each) => each.equals(key)))
      this.wrong(`index ${index.name} has a key that row ${rid} has not`)
  }

  private read(row: () => Row | null): Fields | null {
    try {
      const found = row()
      return found && this.decoded(found)
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error
      this.wrong(error.message)
      return null
    }
  }

  private decoded({ rid, raw }: Row): Fields | null {
    try {
      return decode(raw)
    } catch (error) {
      this.wrong(`the document in row ${rid} is damaged: ${(error as Error).message}`)
      return null
    }
  }

  private isThere(index: Index): boolean {
    return !this.collection.isDropped && this.collection.indexes.includes(index)
  }

  private changes(): number {
    return Number(this.database.one('SELECT total_changes()')?.[0])
  }

  private async turn(): Promise<void> {
    await nextTurn()
    this.signal.throwIfAborted()
  }

  private wrong(what: string): void {
    const { errors } = this.found
    if (errors.length < ERRORS_MAX && !errors.includes(what)) errors.push(what)
  }
}

/** MongoDB's command, for tools; always as thorough as its `full`. */
export const validateCommand: Task = {
  fields: ['full', 'background', 'checkBSONConformance', 'metadata', 'repair'],
  run: async (request) => {
    const { collection, namespace, store } = request
    if (!collection) return refuse(26, `Collection '${namespace}' does not exist to validate.`)
    if (request.flag('repair')) refuse(72, 'The option repair is not supported by the embedded store')
    const { documents, keys, errors } = await validate(store.database, collection, new AbortController().signal)
    const indexDetails = Object.fromEntries(
      Object.keys(keys).map((name) => [name, { valid: !errors.some((error) => error.includes(`index ${name} `)) }]),
    )
    const counts = { ns: namespace, nInvalidDocuments: 0, nrecords: documents, nIndexes: Object.keys(keys).length }
    const valid = errors.length === 0
    return ok({ ...counts, keysPerIndex: keys, indexDetails, valid, repaired: false, warnings: [], errors })
  },
}
