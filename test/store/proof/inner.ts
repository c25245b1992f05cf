import { deserialize, serialize } from 'bson'
import { decodeCommand } from '../../../store/embedded/bson/decode.ts'
import { Request, type Store } from '../../../store/embedded/commands/command.ts'
import { commandFor } from '../../../store/embedded/commands/index.ts'
import { Cursors } from '../../../store/embedded/cursors.ts'
import { Catalog } from '../../../store/embedded/engine/catalog.ts'
import { Database } from '../../../store/embedded/engine/database.ts'
import { StoreError } from '../../../store/embedded/errors.ts'

/** Every command of the store in memory, without socket, thread and disk: a million of them take minutes. */
export class InnerStore {
  readonly #store: Store
  readonly #database: Database

  constructor() {
    this.#database = new Database(':memory:')
    const inner = { database: this.#database, catalog: new Catalog(this.#database), cursors: new Cursors(600_000) }
    this.#store = { ...inner, isReadOnly: false, socket: '' } as unknown as Store
  }

  /** The reply; `{ refused }` with the text when the store says no, which is an answer too. */
  run(command: object): any {
    const { command: fields, documents } = decodeCommand(Buffer.from(serialize({ ...command, $db: 'proof' })))
    try {
      const request = new Request(this.#store, fields, documents, 1)
      const found = commandFor(request)
      const reply = found.kind === 'read' ? found.command.run(request) : this.#write(() => found.command.run(request))
      return deserialize(reply, { promoteValues: false, promoteBuffers: false })
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { refused: error.message, code: error.code }
    }
  }

  #write<T>(work: () => T): T {
    this.#database.run('BEGIN')
    try {
      const value = work()
      this.#database.run('COMMIT')
      return value
    } catch (error) {
      this.#database.run('ROLLBACK')
      this.#store.catalog.load()
      throw error
    }
  }

  close(): void {
    this.#database.connection.close()
  }
}
