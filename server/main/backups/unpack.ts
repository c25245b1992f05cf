import { createReadStream, mkdirSync, rmSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkedKey, type FileStore } from '../../../providers/files/port.ts'
import { opened } from '../../../store/archive/age.ts'
import { type Manifest, unpack } from '../../../store/archive/archive.ts'
import { WholeDatabase } from '../../../store/archive/database.ts'
import type { KeyBook } from '../../../store/archive/key-book.ts'
import { Store } from '../../../store/connection.ts'
import { type Master, VaultKeys } from '../../../store/vault-keys.ts'
import { settleFiles } from './files.ts'

interface Unpacking {
  file: string
  book: KeyBook
  /** Must be empty. */
  uri: string
  files: string
  /** Where files rest besides: what is there still is not put on the disk. */
  bucket?: FileStore | undefined
  /** Wraps the keys from now on. */
  master: Master
}

/** Fills an empty database with a backup. @throws where it is damaged, not whole, or its keys are not there */
export async function unpackBackup({ file, book, uri, files, bucket, master }: Unpacking): Promise<Manifest> {
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
    await settleFiles(database, files, bucket)
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
