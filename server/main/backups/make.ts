import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileStore } from '../../../providers/files/port.ts'
import { S3Files, type S3Config } from '../../../providers/files/s3.ts'
import { sealed } from '../../../store/archive/age.ts'
import { archiveOf, type Head, type Manifest } from '../../../store/archive/archive.ts'
import { WholeDatabase } from '../../../store/archive/database.ts'
import { synced } from '../../../store/embedded/backup.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { FilesOfBackup } from './files.ts'

export interface Making {
  /** Of a MongoDB; or the directory that holds a copy of the embedded store, which nobody else has open. */
  from: { uri: string } | { copy: string }
  files: string
  /** Where files rest besides; what is named there is copied. */
  bucket?: S3Config | undefined
  /** Where it goes: there only when all of it is. */
  to: string
  /** The age identity that it is encrypted for. */
  identity: string
  madeAt: string
  version: string
}

/** Writes a backup. It has its name when all of it is on disk, so what a crash leaves is none. */
export async function makeBackup(making: Making): Promise<Manifest> {
  const { from } = making
  if ('uri' in from) return writeFrom(from.uri, 'mongodb', making)
  const copy = await startEmbeddedStore({ directory: from.copy, readOnly: true })
  try {
    return await writeFrom(copy.uri, 'embedded', making)
  } finally {
    await copy.close()
  }
}

async function writeFrom(uri: string, kind: Head['from'], making: Making) {
  const { to, identity, madeAt, version } = making
  const bucket: FileStore | undefined = making.bucket && (await S3Files.open(making.bucket))
  const files = new FilesOfBackup({ directory: making.files, bucket })
  const database = await WholeDatabase.open(uri)
  try {
    const isOneMoment = kind === 'embedded' || database.isOneMoment
    const source = {
      names: () => database.names(),
      lines: (name: string) => (name === 'files' ? files.noting(database.lines(name)) : database.lines(name)),
      files: () => files.all(),
      missing: () => files.missing,
    }
    let manifest: Manifest | undefined
    const plain = archiveOf(
      { format: 1, madeAt, version, from: kind, isOneMoment },
      source,
      (made) => (manifest = made),
    )
    await written(to, await sealed(plain, { identity }))
    if (!manifest) throw new Error('the archive has no end')
    return manifest
  } finally {
    await database.close()
  }
}

/** What is being written has this name until it is whole. */
export const partOf = (to: string) => `${to}.${process.pid}.part`

async function written(to: string, bytes: AsyncIterable<Uint8Array>) {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  const part = partOf(to)
  try {
    const handle = await open(part, 'wx', 0o600)
    try {
      for await (const piece of bytes) await handle.writeFile(piece)
      await handle.sync()
    } finally {
      await handle.close()
    }
    renameSync(part, to)
    synced(dirname(to))
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
