import { constants } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDuplicate, type Store } from './connection.ts'
import type { Rest } from './rest.ts'
import type { Vault } from './vault.ts'
import { bytesOf } from './vault.ts'

interface KeptFile {
  mime: string
  sizeBytes: number
  fileName: string | null
  bytes: Buffer
}

/** Files of a workspace: encrypted on this machine's disk, with a row each that says what they are. */
export class StoredFiles {
  readonly #store: Store
  readonly #rest: Rest
  readonly #vault: Vault
  readonly #directory: string

  constructor({ store, rest, vault, directory }: { store: Store; rest: Rest; vault: Vault; directory: string }) {
    this.#store = store
    this.#rest = rest
    this.#vault = vault
    this.#directory = directory
  }

  /** Resolves when the bytes are durable. The same id again changes nothing. */
  async keep(
    workspaceId: string,
    file: { fileId: string; bytes: Buffer; mime: string; fileName: string | null; by: string },
  ) {
    await this.#rest.ready(workspaceId)
    const { fileId, bytes, mime, fileName, by } = file
    const at = `files/${fileId}`
    await this.#write(workspaceId, fileId, this.#vault.sealBytes(workspaceId, at, bytes))
    const sealed = this.#rest.seal({ workspaceId, at: `${at}/name` }, fileName)
    const row = { _id: fileId, mime, sizeBytes: bytes.length, fileName: sealed, by, createdAt: new Date() }
    try {
      await this.#store.of(workspaceId).insert('files', row)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
  }

  async open(workspaceId: string, fileId: string): Promise<KeptFile | undefined> {
    const row = await this.#store.of(workspaceId).one('files', { _id: fileId })
    if (!row) return undefined
    await this.#rest.ready(workspaceId)
    const at = `files/${fileId}`
    const bytes = this.#vault.openBytes(workspaceId, at, await readFile(this.#path(workspaceId, fileId)))
    const fileName = this.#rest.unseal({ workspaceId, at: `${at}/name` }, bytesOf(row['fileName'])) as string | null
    return { mime: row['mime'] as string, sizeBytes: row['sizeBytes'] as number, fileName, bytes }
  }

  // Ids are ours and hold no slash; the check keeps it so.
  #path(workspaceId: string, fileId: string) {
    for (const part of [workspaceId, fileId])
      if (!/^[\w-]{1,128}$/.test(part)) throw new Error('this is not the id of a file')
    return join(this.#directory, workspaceId, fileId)
  }

  /** Whole or not at all: a crash leaves a part under another name. */
  async #write(workspaceId: string, fileId: string, bytes: Buffer) {
    const path = this.#path(workspaceId, fileId)
    await mkdir(join(this.#directory, workspaceId), { recursive: true, mode: 0o700 })
    const part = `${path}.${process.pid}.part`
    const handle = await open(part, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } catch (error) {
      await rm(part, { force: true })
      throw error
    } finally {
      await handle.close()
    }
    await rename(part, path)
  }
}
