import { createReadStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { checkedKey } from '../../../providers/files/port.ts'
import { opened } from '../../../store/archive/age.ts'
import { type Manifest, unpack } from '../../../store/archive/archive.ts'
import { WholeDatabase } from '../../../store/archive/database.ts'
import type { KeyBook } from '../../../store/archive/key-book.ts'
import { Store } from '../../../store/connection.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { models } from '../../../store/models/index.ts'
import { SealedFields, sealedIn } from '../../../store/sealed-fields.ts'
import { type Master, masterOf, VaultKeys } from '../../../store/vault-keys.ts'
import { Vault } from '../../../store/vault.ts'
import { missingIndexes } from '../cli/indexes.ts'

interface Unpacking {
  file: string
  book: KeyBook
  /** Must be empty. */
  uri: string
  files: string
  /** Wraps the keys from now on. */
  master: Master
}

/** Fills an empty database with a backup. @throws where it is damaged, not whole, or its keys are not there */
export async function unpackBackup({ file, book, uri, files, master }: Unpacking): Promise<Manifest> {
  const keys = await book.read()
  if (!keys)
    throw new Error(
      `the keys are missing: ${book.path}, which lies beside the backups and is written with each of them`,
    )
  const database = await WholeDatabase.open(uri)
  try {
    await database.begin()
    const { identities } = keys
    const manifest = await unpack(opened(createReadStream(file), { identities }), {
      fill: (name, lines) => database.fill(name, lines),
      file: (key, nth, bytes) => fileInto(files, key, nth, bytes),
    })
    await compared(database, manifest)
    for (const gone of keys.destroyed) {
      await database.without(gone)
      rmSync(join(files, gone), { recursive: true, force: true })
    }
    await keysInto(uri, keys.workspaces, master)
    await database.finish()
    return manifest
  } finally {
    await database.close()
  }
}

type Kept = NonNullable<Awaited<ReturnType<KeyBook['read']>>>['workspaces']

/** The indexes are made with it. */
async function keysInto(uri: string, workspaces: Kept, master: Master) {
  const store = await Store.open(uri)
  try {
    const rows = new VaultKeys(store)
    for (const [workspaceId, { keys: all, index, current }] of Object.entries(workspaces)) {
      const data = all.map(({ no, bytes }) => ({ no, bytes: Buffer.from(bytes, 'base64') }))
      await rows.restore(workspaceId, { data, index: Buffer.from(index, 'base64'), current }, master)
    }
  } finally {
    await store.close()
  }
}

async function fileInto(directory: string, key: string, nth: number, bytes: Buffer) {
  const path = join(directory, checkedKey(key))
  if (nth === 0) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (nth === 0) await writeFile(path, bytes, { mode: 0o600 })
  else await appendFile(path, bytes)
}

/** What was written is read again: a database that swallows something is found out. */
async function compared(database: WholeDatabase, { collections }: Manifest) {
  for (const { name, documents } of collections) {
    let so = 0
    for await (const _ of database.lines(name)) so++
    if (so !== documents) throw new Error(`${name} has ${so} documents after the restore, and should have ${documents}`)
  }
}

export interface Verified {
  documents: number
  files: number
  /** How many sealed values were opened with the keys of the book. */
  opened: number
}

const samples = 200

/**
 * Restores a backup into a scratch place and looks at it as `careline doctor` does: counts, hashes, every page and
 * index, and whether its keys open what is sealed in it. @throws what is wrong
 */
export async function verifyBackup({ file, book }: Pick<Unpacking, 'file' | 'book'>): Promise<Verified> {
  const scratch = mkdtempSync(join(dirname(file), '.scratch-'))
  const masterKey = randomBytes(32)
  try {
    const embedded = await startEmbeddedStore({ directory: scratch, durability: 'relaxed' })
    try {
      const place = { uri: embedded.uri, files: join(scratch, 'files'), master: masterOf(masterKey) }
      const manifest = await unpackBackup({ file, book, ...place })
      const problems = (await embedded.validate()).flatMap(({ namespace, errors }) =>
        errors.map((error) => `${namespace}: ${error}`),
      )
      const openedCount = await looked(embedded.uri, masterKey, problems)
      if (problems.length > 0) throw new Error(problems.slice(0, 10).join('; '))
      const documents = manifest.collections.reduce((sum, each) => sum + each.documents, 0)
      return { documents, files: manifest.files.count, opened: openedCount }
    } finally {
      await embedded.close()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Opens some of everything that is sealed; answers how much, and adds what is wrong. */
async function looked(uri: string, masterKey: Buffer, problems: string[]): Promise<number> {
  const store = await Store.open(uri)
  try {
    problems.push(...(await missingIndexes(store)).map((index) => `no index ${index}`))
    const vault = new Vault(store, masterKey)
    let count = 0
    for await (const { workspaceId } of vault.rows.all()) {
      await vault.ready(workspaceId)
      const fields = new SealedFields(vault, workspaceId)
      for (const [name, { tenant }] of Object.entries(models)) {
        if (!tenant || name === 'vault_keys') continue
        const found = await store.of(workspaceId).find(name as 'messages', {}, { limit: samples, sort: { _id: -1 } })
        for (const document of found)
          for (const one of sealedIn(document))
            if (fields.opened(name, document._id, one)) count++
            else problems.push(`${name}/${document._id} ${one.path} cannot be opened`)
      }
    }
    return count
  } finally {
    await store.close()
  }
}
