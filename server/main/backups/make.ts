import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sealed } from '../../../store/archive/age.ts'
import { archiveOf, type Head, type Manifest } from '../../../store/archive/archive.ts'
import { WholeDatabase } from '../../../store/archive/database.ts'
import { synced } from '../../../store/embedded/backup.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'

export interface Making {
  /** Of a MongoDB; or the directory that holds a copy of the embedded store, which nobody else has open. */
  from: { uri: string } | { copy: string }
  files: string
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

async function writeFrom(uri: string, kind: Head['from'], { files, to, identity, madeAt, version }: Making) {
  const database = await WholeDatabase.open(uri)
  try {
    const isOneMoment = kind === 'embedded' || database.isOneMoment
    const source = {
      names: () => database.names(),
      lines: (name: string) => database.lines(name),
      files: () => filesIn(files),
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

async function written(to: string, bytes: AsyncIterable<Uint8Array>) {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  const part = `${to}.${process.pid}.part`
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

/** Read after the store: a file is there before its row is. One that goes away meanwhile is not missed. */
async function* filesIn(directory: string) {
  for (const workspace of namesIn(directory))
    for (const name of namesIn(join(directory, workspace))) {
      if (name.endsWith('.part')) continue
      const path = join(directory, workspace, name)
      const bytes = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (bytes) yield { key: `${workspace}/${name}`, bytes: createReadStream(path, { fd: bytes }) }
    }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
