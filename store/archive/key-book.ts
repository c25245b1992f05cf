import { closeSync, createReadStream, existsSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { synced } from '../embedded/backup.ts'
import { type KeyRow, type Master, openRow } from '../vault-keys.ts'
import { opened, sealed } from './age.ts'

const id = z.string().max(128)
const bytes = z.base64().max(64)
const Book = z.object({
  format: z.literal(1),
  /** Of backups, the current one first, then those that older backups need. */
  identities: z.array(z.string().max(128)).max(16),
  workspaces: z.record(
    id,
    z.object({
      current: z.int(),
      index: bytes,
      /** `until`: when the last backup that may need it is gone; null while it is in use. Epoch ms. */
      keys: z.array(z.object({ no: z.int(), bytes, until: z.number().nullable() })).max(10_000),
    }),
  ),
  /** Workspaces that were closed for good: no backup brings them back. */
  destroyed: z.array(id),
})
type Book = z.output<typeof Book>

interface Parts {
  /** Where the backups are. */
  directory: string
  /** Of the file; `keys.age` unless said. */
  name?: string
  /** The current one first. */
  identities: readonly string[]
  /** How long backups are kept at most, ms. */
  keptMs: number
}

/**
 * The keys that backups need, in one file beside them, which is written anew each time. So no backup holds a key, and
 * with a workspace's keys go all backups of it at once.
 */
export class KeyBook {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get path() {
    return join(this.#parts.directory, this.#parts.name ?? 'keys.age')
  }

  /** Brings it to what is so now: new keys come in, destroyed ones go, replaced ones stay until no backup needs them. */
  async write(rows: AsyncIterable<KeyRow>, masters: readonly Master[], now: number): Promise<void> {
    const { identities, keptMs } = this.#parts
    const before = await this.read()
    const book: Book = { format: 1, identities: [], workspaces: {}, destroyed: [...(before?.destroyed ?? [])] }
    book.identities = [...new Set([...identities, ...(before?.identities ?? [])])].slice(0, 16)
    for (const [name, kept] of Object.entries(before?.workspaces ?? {})) {
      const keys = kept.keys.map((key) => ({ ...key, until: key.until ?? now + keptMs }))
      book.workspaces[name] = { ...kept, keys: keys.filter(({ until }) => until > now) }
    }
    for await (const row of rows) takeIn(book, row, masters)
    for (const gone of book.destroyed) delete book.workspaces[gone]
    await this.#put(book)
  }

  /** Undefined where there is none. @throws where none of the identities opens it */
  async read(): Promise<Book | undefined> {
    if (!existsSync(this.path)) return undefined
    const parts: Uint8Array[] = []
    for await (const part of opened(createReadStream(this.path), this.#parts)) parts.push(part)
    return Book.parse(JSON.parse(Buffer.concat(parts).toString()))
  }

  async #put(book: Book) {
    const [identity = ''] = this.#parts.identities
    const plain = (async function* () {
      yield Buffer.from(JSON.stringify(book))
    })()
    const parts: Uint8Array[] = []
    for await (const part of await sealed(plain, { identity })) parts.push(part)
    const temporary = `${this.path}.${process.pid}.part`
    try {
      writeFileSync(temporary, Buffer.concat(parts), { mode: 0o600 })
      synced(temporary)
      renameSync(temporary, this.path)
      synced(dirname(this.path))
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
}

function takeIn(book: Book, row: KeyRow, masters: readonly Master[]) {
  const { workspaceId, current } = row
  if (row.destroyedAt !== null) {
    if (!book.destroyed.includes(workspaceId)) book.destroyed.push(workspaceId)
    return
  }
  const { data, index } = openRow(row, masters)
  const replaced = (book.workspaces[workspaceId]?.keys ?? []).filter(({ no }) => !data.some((key) => key.no === no))
  const keys = data.map((key) => ({ no: key.no, bytes: key.bytes.toString('base64'), until: null }))
  book.workspaces[workspaceId] = { current, index: index.toString('base64'), keys: [...replaced, ...keys] }
}

/** Whether the bytes of this file begin as those of an archive, or of a book, do. */
export function isSealedFile(path: string): boolean {
  const handle = openSync(path, 'r')
  try {
    const head = Buffer.alloc(magic.length)
    readSync(handle, head, 0, magic.length, 0)
    return head.toString('latin1') === magic
  } finally {
    closeSync(handle)
  }
}
const magic = 'age-encryption.org/v1\n'
