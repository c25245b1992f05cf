import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DiskFiles } from '../../../providers/files/disk.ts'
import { checkedKey } from '../../../providers/files/port.ts'
import type { KeyBook } from '../../../store/archive/key-book.ts'
import { Store } from '../../../store/connection.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { type FileRow, StoredFiles } from '../../../store/files.ts'
import { models } from '../../../store/models/index.ts'
import { Rest } from '../../../store/rest.ts'
import { SealedFields, sealedIn } from '../../../store/sealed-fields.ts'
import { masterOf } from '../../../store/vault-keys.ts'
import { Vault } from '../../../store/vault.ts'
import { missingIndexes } from '../cli/indexes.ts'
import { unpackBackup } from './unpack.ts'

export interface Verified {
  documents: number
  files: number
  /** So many that the database names were removed while it was made. */
  missing: number
  /** How many sealed values, and files, were opened with the keys of the book. */
  opened: number
}

const samples = 200
const pageMax = 500
/** Of the latest files of a workspace, so much is opened: all of them are there, and their seals are alike. */
const filesBytesMax = 64 * 1024 * 1024

/**
 * Restores a backup into a scratch place and looks at it as `careline doctor` does: counts, hashes, every page and
 * index, whether every file is there that a row names, and whether its keys open what is sealed in it.
 * @throws what is wrong
 */
export async function verifyBackup({ file, book }: { file: string; book: KeyBook }): Promise<Verified> {
  const scratch = mkdtempSync(join(dirname(file), '.scratch-'))
  const masterKey = randomBytes(32)
  try {
    const embedded = await startEmbeddedStore({ directory: scratch, durability: 'relaxed' })
    try {
      const place = { uri: embedded.uri, files: join(scratch, 'files'), master: masterOf(masterKey) }
      const manifest = await unpackBackup({ file, book, ...place })
      const looking = new Looking(place.files)
      for (const { namespace, errors } of await embedded.validate())
        looking.problems.push(...errors.map((error) => `${namespace}: ${error}`))
      await looking.at(embedded.uri, masterKey)
      const missing = manifest.files.missing ?? looking.missing // Older ones do not say.
      if (looking.missing > missing)
        looking.problems.push(`${looking.missing} files are named and not there, and ${missing} were when it was made`)
      if (looking.problems.length > 0) throw new Error(looking.problems.slice(0, 10).join('; '))
      const documents = manifest.collections.reduce((sum, each) => sum + each.documents, 0)
      return { documents, files: manifest.files.count, missing: looking.missing, opened: looking.opened }
    } finally {
      await embedded.close()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Looks at what was restored, and counts what it opened and what is wrong. */
class Looking {
  readonly problems: string[] = []
  opened = 0
  missing = 0
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  async at(uri: string, masterKey: Buffer) {
    const store = await Store.open(uri)
    try {
      this.problems.push(...(await missingIndexes(store)).map((index) => `no index ${index}`))
      const vault = new Vault(store, masterKey)
      const stores = [new DiskFiles(this.#directory)] as const
      const files = new StoredFiles({ store, rest: new Rest(vault), vault, stores, now: () => 0 })
      for await (const { workspaceId } of vault.rows.all()) {
        await vault.ready(workspaceId)
        await this.#values(store, workspaceId, new SealedFields(vault, workspaceId))
        await this.#files(store, workspaceId, files)
      }
    } finally {
      await store.close()
    }
  }

  async #values(store: Store, workspaceId: string, fields: SealedFields) {
    for (const [name, { tenant }] of Object.entries(models)) {
      if (!tenant || name === 'vault_keys') continue
      const found = await store.of(workspaceId).find(name as 'messages', {}, { limit: samples, sort: { _id: -1 } })
      for (const document of found)
        for (const one of sealedIn(document))
          if (fields.opened(name, document._id, one)) this.opened++
          else this.problems.push(`${name}/${document._id} ${one.path} cannot be opened`)
    }
  }

  async #files(store: Store, workspaceId: string, files: StoredFiles) {
    let left = filesBytesMax
    for (let before: string | undefined; ;) {
      const earlier = { status: { $ne: 'gone' }, ...(before !== undefined && { _id: { $lt: before } }) }
      const found = await store.of(workspaceId).find('files', earlier, { limit: pageMax, sort: { _id: -1 } })
      for (const row of found.map((one) => files.opened(one))) {
        const lacking = [row.blob, row.thumb.blob].filter((blob) => blob && !this.#isHere(blob.key)).length
        this.missing += lacking
        if (!row.blob || lacking > 0 || left < row.blob.sizeBytes) continue
        left -= row.blob.sizeBytes
        await this.#open(files, row)
      }
      before = found.at(-1)?._id
      if (found.length < pageMax) return
    }
  }

  #isHere = (key: string) => existsSync(join(this.#directory, checkedKey(key)))

  async #open(files: StoredFiles, row: FileRow) {
    try {
      const hash = createHash('sha256')
      for await (const piece of await files.bytesOf(row)) hash.update(piece)
      const digest = await files.digestOf(row.workspaceId, hash.digest('hex'))
      if (row.digest !== null && row.digest !== digest) throw new Error('it has another checksum')
      this.opened++
    } catch (error) {
      this.problems.push(`files/${row.fileId} cannot be opened: ${(error as Error).message}`)
    }
  }
}
