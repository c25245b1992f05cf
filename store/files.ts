import { createHash } from 'node:crypto'
import type { FileStore, Stretch } from '../providers/files/port.ts'
import { newId } from '../kernel/id.ts'
import { isDuplicate, type Store, type Stored } from './connection.ts'
import type { Rest } from './rest.ts'
import { lastPieceOf, restingStretch, type Sealed, sealing, unsealing } from './sealed-stream.ts'
import { bytesOf } from './vault-keys.ts'
import type { Vault } from './vault.ts'

/**
 * How a file stands. `pending`: announced, its bytes are not here. `uploaded`: they are, and nobody has vouched for
 * them. `scanning`: a scanner has not seen them yet. `refused`: it found something, and the bytes are gone.
 */
export type FileStatus = 'pending' | 'uploaded' | 'scanning' | 'ready' | 'refused'
export type Purpose = 'message' | 'template' | 'branding' | 'export' | 'import' | 'list'

/** Where bytes rest, and how. */
export interface Blob extends Sealed {
  store: FileStore['kind']
  key: string
}

export interface Thumb {
  state: 'due' | 'made' | 'failed' | 'none'
  attempts: number
  why?: string
  blob?: Blob
  mime?: string
  width?: number
  height?: number
}

/** What is known of a file, without its bytes. */
export interface FileRow {
  fileId: string
  workspaceId: string
  status: FileStatus
  purpose: Purpose
  mime: string
  sizeBytes: number
  fileName: string | null
  by: string
  /** Epoch ms. */
  createdAt: number
  /** When it is taken away by itself: an upload that nobody finished, a purpose that ends. */
  expiresAt: number | null
  /** Of its bytes, as `digestOf` makes it. */
  digest: string | null
  /** Why it was refused. */
  why: string | null
  /** Null where nothing rests yet, and for what an earlier release kept in one piece under the file's own id. */
  blob: Blob | null
  isOfFormerRelease: boolean
  thumb: Thumb
}

export interface NewFile {
  fileId: string
  purpose: Purpose
  mime: string
  sizeBytes: number
  fileName: string | null
  by: string
  createdAt: number
  expiresAt: number | null
}

interface Parts {
  store: Store
  rest: Rest
  vault: Vault
  /** The first is written to; the others are read from, until all has moved. */
  stores: readonly [FileStore, ...FileStore[]]
  now(): number
}

const present = { status: { $ne: 'gone' } }
const noThumb: Thumb = { state: 'none', attempts: 0 }
const dateOf = (value: unknown) => (value instanceof Date ? value.getTime() : null)
const placeOf = (workspaceId: string, fileId: string) => ({ workspaceId, at: `files/${fileId}/name` })
const nameOf = ({ key }: Blob) => key.slice(key.indexOf('/') + 1)

/** Files of a workspace: encrypted, piece by piece, in a store of files, with a row each that says what they are. */
export class StoredFiles {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The row of a file whose bytes are to come. False where there is one. */
  async announce(workspaceId: string, { fileId, fileName, createdAt, expiresAt, ...rest }: NewFile): Promise<boolean> {
    const { store, rest: sealed } = this.#parts
    await sealed.ready(workspaceId)
    const row = {
      ...rest,
      status: 'pending' satisfies FileStatus,
      fileName: sealed.seal(placeOf(workspaceId, fileId), fileName),
      createdAt: new Date(createdAt),
      ...(expiresAt !== null && { expiresAt: new Date(expiresAt) }),
    }
    try {
      await store.of(workspaceId).insert('files', { _id: fileId, ...row })
      return true
    } catch (error) {
      if (!isDuplicate(error)) throw error
      return false
    }
  }

  /** Undefined where this workspace has no such file. */
  async row(workspaceId: string, fileId: string): Promise<FileRow | undefined> {
    const found = await this.#parts.store.of(workspaceId).one('files', { _id: fileId })
    if (!found || found['status'] === 'gone') return undefined
    await this.#parts.rest.ready(workspaceId)
    return this.#read(workspaceId, found)
  }

  /** How many somebody has announced since then (epoch ms), up to `max`. */
  countOf(workspaceId: string, by: string, since: number, max: number): Promise<number> {
    return this.#parts.store.of(workspaceId).count('files', { by, createdAt: { $gt: new Date(since) } }, max)
  }

  /** A row as it rests, of a query; the workspace's keys are at hand. */
  opened(found: Stored): FileRow {
    return this.#read(String(found['workspaceId']), found)
  }

  #read(workspaceId: string, found: Stored): FileRow {
    const fileId = found._id
    const name = this.#parts.rest.unseal(placeOf(workspaceId, fileId), bytesOf(found['fileName'])) as string | null
    const status = (found['status'] as FileStatus | undefined) ?? 'ready'
    const blob = (found['blob'] as Blob | undefined) ?? null
    return {
      fileId,
      workspaceId,
      status,
      purpose: (found['purpose'] as Purpose | undefined) ?? 'message',
      mime: found['mime'] as string,
      sizeBytes: found['sizeBytes'] as number,
      fileName: name,
      by: found['by'] as string,
      createdAt: dateOf(found['createdAt']) ?? 0,
      expiresAt: dateOf(found['expiresAt']),
      digest: (found['digest'] as string | undefined) ?? null,
      why: (found['why'] as string | undefined) ?? null,
      blob,
      isOfFormerRelease: blob === null && found['status'] === undefined,
      thumb: (found['thumb'] as Thumb | undefined) ?? noThumb,
    }
  }

  /**
   * Brings bytes to rest. Their key is noted before the first of them leaves, so what a crash leaves lying is found.
   * They are the file's only once `settle` says so.
   */
  async write(workspaceId: string, fileId: string, bytes: AsyncIterable<Uint8Array>) {
    const { store, rest, vault, now, stores } = this.#parts
    await rest.ready(workspaceId)
    const [target] = stores
    const name = newId('blob')
    const key = `${workspaceId}/${name}`
    const noted = await store
      .of(workspaceId)
      .update(
        'files',
        { _id: fileId },
        { $push: { writing: { store: target.kind, key } }, $set: { writingAt: new Date(now()) } },
      )
    if (!noted) throw new Error('the row of this file is gone')
    const hash = createHash('sha256')
    let sealed: Sealed | undefined
    const at = `files/${fileId}/${name}`
    const pieces = sealing({ vault, workspaceId, at }, hashing(bytes, hash), (so) => (sealed = so))
    try {
      await target.put(key, pieces)
    } catch (error) {
      await store.of(workspaceId).update('files', { _id: fileId }, { $pull: { writing: { key } } })
      throw error
    }
    if (!sealed) throw new Error('a store took the bytes without reading them')
    return { blob: { ...sealed, store: target.kind, key } satisfies Blob, sha256: hash.digest('hex') }
  }

  /** What a file's bytes are recognised by. It says nothing to somebody who has the store, and another file. */
  async digestOf(workspaceId: string, sha256: string): Promise<string> {
    await this.#parts.rest.ready(workspaceId)
    return this.#parts.vault.blind(workspaceId, sha256)
  }

  /** Changes the row where it still is as `filter` says. False where it is not. */
  async change(workspaceId: string, fileId: string, filter: object, change: { $set?: object; $unset?: object }) {
    return this.#parts.store.of(workspaceId).update('files', { ...filter, _id: fileId, ...present }, change)
  }

  /** From here on these are the file's bytes; what it had before is removed. False, and removed, where it changed meanwhile. */
  async adopt(row: FileRow, blob: Blob, { $set = {}, $unset = {} }: { $set?: object; $unset?: object } = {}) {
    const { workspaceId, fileId } = row
    const filter = { _id: fileId, 'blob.key': row.blob?.key ?? null, ...present }
    const change = {
      $set: { ...$set, blob },
      $unset: { ...$unset, writingAt: '' },
      $pull: { writing: { key: blob.key } },
    }
    const isTaken = await this.#parts.store.of(workspaceId).update('files', filter, change)
    if (!isTaken) await this.storeOf(blob.store).remove(blob.key)
    else if (row.blob) await this.storeOf(row.blob.store).remove(row.blob.key)
    else if (row.isOfFormerRelease) await this.storeOf('disk').remove(`${workspaceId}/${fileId}`)
    return isTaken
  }

  /** As `adopt`, for the small picture of it. */
  async adoptThumb(row: FileRow, thumb: Thumb & { blob: Blob }) {
    const filter = { _id: row.fileId, 'blob.key': row.blob?.key ?? null, ...present }
    const change = {
      $set: { thumb },
      $unset: { thumbAt: '', writingAt: '' },
      $pull: { writing: { key: thumb.blob.key } },
    }
    const isTaken = await this.#parts.store.of(row.workspaceId).update('files', filter, change)
    const old = isTaken ? row.thumb.blob : thumb.blob
    if (old) await this.storeOf(old.store).remove(old.key)
    return isTaken
  }

  /** Brings a file's bytes to where new ones rest, sealed by the key of now. False where it changed meanwhile. */
  async rewrite(row: FileRow): Promise<boolean> {
    const { workspaceId, fileId } = row
    const moved = await this.write(workspaceId, fileId, await this.bytesOf(row))
    const due = row.mime.startsWith('image/')
      ? { thumb: { state: 'due', attempts: 0 }, thumbAt: new Date(this.#parts.now()) }
      : {}
    const $set = row.isOfFormerRelease ? { status: row.status, purpose: row.purpose, ...due } : {}
    const isMoved = await this.adopt(row, moved.blob, { $set })
    const { blob, ...thumb } = row.thumb
    if (!isMoved || !blob) return isMoved
    const now = await this.row(workspaceId, fileId)
    if (!now) return false
    const again = await this.write(workspaceId, fileId, await this.read(row, blob))
    return this.adoptThumb(now, { ...thumb, blob: again.blob })
  }

  /** Everything that rests under a former key is sealed anew; so is what an earlier release kept. */
  async reseal(workspaceId: string): Promise<{ resealed: number; stuck: string[] }> {
    const { store, vault } = this.#parts
    await vault.ready(workspaceId)
    const current = vault.currentOf(workspaceId)
    const old = [
      { 'blob.keyNo': { $lt: current } },
      { 'thumb.blob.keyNo': { $lt: current } },
      { blob: { $exists: false } },
    ]
    const so = { resealed: 0, stuck: [] as string[] }
    for (let after = ''; ;) {
      const filter = { _id: { $gt: after }, $or: old, ...present }
      const found = await store.of(workspaceId).find('files', filter, { sort: { _id: 1 }, limit: 100 })
      for (const each of found) {
        const row = this.#read(workspaceId, each)
        after = row.fileId
        if (!row.blob && !row.isOfFormerRelease) continue
        if (row.isOfFormerRelease && current === 1) continue
        try {
          if (await this.rewrite(row)) so.resealed++
        } catch (error) {
          so.stuck.push(`files/${row.fileId}: ${(error as Error).message}`)
        }
      }
      if (found.length < 100) return so
    }
  }

  /** The plain bytes, or a stretch of them. */
  async read(
    { workspaceId, fileId }: Pick<FileRow, 'workspaceId' | 'fileId'>,
    blob: Blob,
    stretch: Stretch = { from: 0, to: Math.max(0, blob.sizeBytes - 1) },
  ): Promise<AsyncIterable<Buffer>> {
    const { vault, rest } = this.#parts
    await rest.ready(workspaceId)
    const { from, to } = stretch
    const { first, ...resting } = restingStretch(blob, from, to)
    const last = lastPieceOf(blob, to)
    const source = await this.storeOf(blob.store).read(blob.key, resting)
    const at = `files/${fileId}/${nameOf(blob)}`
    const plain = unsealing({ vault, workspaceId, at }, blob, { first, last }, source)
    return cut(plain, from - first * blob.pieceBytes, to - from + 1)
  }

  /** What an earlier release kept: one sealed whole, under the file's own id. */
  async readFormer({ workspaceId, fileId }: FileRow): Promise<Buffer> {
    const { vault, rest } = this.#parts
    await rest.ready(workspaceId)
    const pieces: Uint8Array[] = []
    for await (const piece of await this.storeOf('disk').read(`${workspaceId}/${fileId}`)) pieces.push(piece)
    return vault.openBytes(workspaceId, `files/${fileId}`, Buffer.concat(pieces))
  }

  /** All of it, however it rests. */
  async bytesOf(row: FileRow): Promise<AsyncIterable<Buffer>> {
    if (row.blob) return this.read(row, row.blob)
    return one(await this.readFormer(row))
  }

  storeOf(kind: FileStore['kind']): FileStore {
    const found = this.#parts.stores.find((one) => one.kind === kind)
    if (found) return found
    throw new Error(`this file rests in ${kind === 's3' ? 'S3, which is not configured (S3_BUCKET)' : kind}`)
  }

  /** Where new files rest. */
  get kind() {
    return this.#parts.stores[0].kind
  }

  /** What is gone answers nobody from here on; its bytes go next, and its row last. */
  async remove(workspaceId: string, fileId: string): Promise<boolean> {
    const { store, now } = this.#parts
    const files = store.of(workspaceId)
    const gone = await files.change(
      'files',
      { _id: fileId },
      { $set: { status: 'gone', expiresAt: new Date(now()) }, $unset: { scanAt: '', thumbAt: '' } },
    )
    if (!gone) return false
    await this.removeBytes(gone)
    await files.remove('files', { _id: fileId })
    return true
  }

  /** All bytes that a row names, as it rests. */
  async removeBytes(row: Stored) {
    const thumb = (row['thumb'] as Thumb | undefined)?.blob
    const blob = row['blob'] as Blob | undefined
    const writing = (row['writing'] as Pick<Blob, 'store' | 'key'>[] | undefined) ?? []
    for (const one of [blob, thumb, ...writing]) if (one) await this.storeOf(one.store).remove(one.key)
    if (!blob) await this.storeOf('disk').remove(`${String(row['workspaceId'])}/${row._id}`)
  }
}

async function* one(bytes: Buffer) {
  yield bytes
}

async function* hashing(bytes: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

/** So many bytes, after the first `skip`. */
async function* cut(bytes: AsyncIterable<Buffer>, skip: number, count: number): AsyncGenerator<Buffer> {
  let before = skip
  let left = count
  for await (const chunk of bytes) {
    const part = chunk.subarray(Math.min(before, chunk.length), Math.min(chunk.length, before + left))
    before = Math.max(0, before - chunk.length)
    left -= part.length
    if (part.length > 0) yield part
  }
}
