import { deserialize, serialize } from 'bson'
import { decodeCommand } from '../../../store/embedded/bson/decode.ts'
import type { Fields } from '../../../store/embedded/bson/value.ts'
import { type Command, type Kind, Request, type Sliced, type Store } from '../../../store/embedded/commands/command.ts'
import { asOperation } from '../../../store/embedded/commands/plain-update.ts'
import { commandFor } from '../../../store/embedded/commands/index.ts'
import { Cursors } from '../../../store/embedded/cursors.ts'
import { Catalog } from '../../../store/embedded/engine/catalog.ts'
import { Database } from '../../../store/embedded/engine/database.ts'
import { StoreError } from '../../../store/embedded/errors.ts'
import { type Steps, wholly } from '../../../store/embedded/steps.ts'

/** A command as it came: its fields, and the documents of an insert as bytes. */
export interface Asked {
  command: Fields
  documents: Buffer[] | null
}

/** What a write answered, and everything that it changed in every table. */
export interface Changed {
  reply: Buffer
  changes: Buffer
}

/** Every command of the store in memory, without socket, thread and disk: a million of them take minutes. */
export class InnerStore {
  readonly catalog: Catalog
  readonly database: Database
  readonly #store: Store

  constructor() {
    this.database = new Database(':memory:')
    this.catalog = new Catalog(this.database)
    const inner = { database: this.database, catalog: this.catalog, cursors: new Cursors(600_000) }
    this.#store = { ...inner, isReadOnly: false, socket: '' } as unknown as Store
  }

  /** The reply; `{ refused }` with the text when the store says no, which is an answer too. */
  run(command: object): any {
    const { command: fields, documents } = decodeCommand(
      Buffer.from(serialize({ ...command, $db: 'proof' })),
      asOperation,
    )
    try {
      return deserialize(this.answer({ command: fields, documents }), { promoteValues: false, promoteBuffers: false })
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { refused: error.message, code: error.code }
    }
  }

  /** @throws StoreError */
  answer(asked: Asked): Buffer {
    const found = this.#found(asked)
    return found.kind === 'read' ? found.run() : this.#inTransaction(found.run, 'COMMIT')
  }

  /** With what it changes; unless it is to be kept, everything is afterwards as it was. @throws StoreError */
  change(asked: Asked, isKept: boolean): Changed {
    // Where the key of a row lies, in memory or in its table, depends on what was settled before: a rollback forgets
    // that, so whoever is compared with what was rolled back begins without it too.
    this.catalog.load()
    const { run } = this.#found(asked)
    const session = this.database.connection.createSession()
    try {
      const work = () => ({ reply: run(), changes: Buffer.from(session.changeset()) })
      return this.#inTransaction(work, isKept ? 'COMMIT' : 'ROLLBACK')
    } finally {
      session.close()
      if (!isKept) this.catalog.load()
    }
  }

  /** Writes keys that are late into their tables, until `isOver` says so. */
  settle(isOver: () => boolean = () => false): void {
    this.#inTransaction(() => [...this.database.late].map((late) => late.settle(isOver)), 'COMMIT')
  }

  /** A read that finds no index at all, not even in the collections that it joins. */
  withoutIndexes<T>(read: () => T): T {
    const all = this.catalog.all().map((collection) => ({ collection, indexes: collection.indexes }))
    try {
      for (const { collection } of all) collection.indexes = []
      return read()
    } finally {
      for (const { collection, indexes } of all) collection.indexes = indexes
    }
  }

  #found({ command, documents }: Asked) {
    const request = new Request(this.#store, command, documents, 1)
    const found = commandFor(request)
    return { kind: found.kind, run: () => inOneGo(found, request) }
  }

  #inTransaction<T>(work: () => T, end: 'COMMIT' | 'ROLLBACK'): T {
    this.database.run('BEGIN')
    try {
      const value = work()
      this.database.run(end)
      return value
    } catch (error) {
      this.database.run('ROLLBACK')
      this.catalog.load()
      throw error
    }
  }

  close(): void {
    this.database.connection.close()
  }
}

function inOneGo({ command, kind }: { command: Command; kind: Kind }, request: Request): Buffer {
  const answer = command.run(request)
  if (Buffer.isBuffer(answer)) return answer
  return kind === 'read' ? wholly(answer as Steps<Buffer>) : ((answer as Sliced).next(() => false) as Buffer)
}
