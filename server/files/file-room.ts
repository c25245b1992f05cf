import assert from 'node:assert/strict'
import { busy, conflict, invalid, missing, Problem } from '../../kernel/problem.ts'
import { FileMissing, FileStoreUnavailable, type Stretch } from '../../providers/files/port.ts'
import type { Scanner } from '../../providers/scan/port.ts'
import type { FileSweeps } from '../../store/file-sweeps.ts'
import type { Blob, FileRow, Purpose, StoredFiles, Thumb } from '../../store/files.ts'
import { KeyChanged } from '../../store/sealed-stream.ts'
import { cleanName } from './names.ts'
import { isTaken, purposes } from './purposes.ts'
import { isKept, Look } from './sniff.ts'

interface Parts {
  files: StoredFiles
  sweeps: FileSweeps
  /** Undefined where none is configured: files are then not scanned. */
  scanner?: Scanner | undefined
  /** What a workspace may keep, bytes. */
  storageMax(workspaceId: string): number
  /** A file is to be scanned, or wants a thumbnail: it need not wait for the schedule. */
  hasWork(): void
  now(): number
}

/** What somebody wants to bring. */
export interface Announced {
  fileId: string
  name: string | null
  mime: string
  sizeBytes: number
  purpose: Purpose
  by: string
}

/** What is kept without being announced: what a provider sent, what we made. */
export interface Kept {
  fileId: string
  bytes: Uint8Array | AsyncIterable<Uint8Array>
  mime: string
  fileName: string | null
  by: string
  purpose?: Purpose
}

export interface OpenFile {
  row: FileRow
  mime: string
  sizeBytes: number
  /** A stretch of it, both ends included. */
  read(from: number, to: number): Promise<AsyncIterable<Buffer>>
}

/** For so long an announced file can be brought, ms. */
export const uploadMs = 30 * 60_000
const usageKnownMs = 30_000
const usagesMax = 10_000

/** The files of all workspaces: how they come, how they are read, how they go. */
export class FileRoom {
  readonly #parts: Parts
  readonly #usage = new Map<string, { bytes: number; until: number }>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws Problem `file_type_unsupported`, `file_too_large`, `file_quota_exceeded` */
  async announce(workspaceId: string, { fileId, name, mime, sizeBytes, purpose, by }: Announced) {
    const { files } = this.#parts
    const { types, bytesMax } = purposes[purpose]
    if (!isTaken(purpose, mime))
      throw new Problem('unsupported', 'file_type_unsupported', 'Files of this type are not taken.', {
        errors: [{ path: 'mime', message: `${mime.slice(0, 128)} is none of ${types.join(', ')}.` }],
      })
    if (sizeBytes > bytesMax(mime)) throw tooLarge(bytesMax(mime))
    await this.#checkRoom(workspaceId, sizeBytes)
    await files.announce(workspaceId, {
      fileId,
      purpose,
      mime,
      sizeBytes,
      fileName: cleanName(name),
      by,
      ...this.#span(),
    })
  }

  /** Takes the bytes of an announced file; the last ones that came whole count. */
  async take(workspaceId: string, fileId: string, bytes: AsyncIterable<Uint8Array>) {
    const row = await this.#row(workspaceId, fileId)
    if (row.status !== 'pending' && row.status !== 'uploaded') throw conflict('file_complete', 'This file is complete.')
    const look = new Look()
    const { blob, sha256 } = await this.#write(row, looking(bytes, look, row.sizeBytes))
    const wrong = wrongWith(look, row)
    if (wrong) {
      await this.#parts.files.storeOf(blob.store).remove(blob.key)
      throw wrong
    }
    const digest = await this.#parts.files.digestOf(workspaceId, sha256)
    const isMine = await this.#parts.files.adopt(row, blob, { $set: { status: 'uploaded', digest } })
    if (!isMine) throw busy('file_busy', 'This file is being brought by another request.')
    return { sizeBytes: look.sizeBytes }
  }

  /** Whoever brought it says that it is whole: `sha256` of its bytes, in hexadecimal. The same again changes nothing. */
  async complete(workspaceId: string, fileId: string, sha256: string | undefined) {
    const { files } = this.#parts
    const row = await this.#row(workspaceId, fileId)
    if (row.status === 'pending') throw conflict('file_not_uploaded', 'The bytes of this file have not come.')
    if (sha256 !== undefined && (await files.digestOf(workspaceId, sha256)) !== row.digest)
      throw invalid('file_damaged', 'What came is not what was sent: bring it again.', [
        { path: 'sha256', message: 'The bytes have another checksum.' },
      ])
    if (row.status !== 'uploaded') return row
    const opening = this.#opening(row)
    if (await files.change(workspaceId, fileId, { status: 'uploaded' }, opening)) this.#parts.hasWork()
    return this.#row(workspaceId, fileId)
  }

  /** Resolves when the bytes are durable. The same id again changes nothing. */
  async keep(workspaceId: string, { fileId, bytes, mime, fileName, by, purpose = 'message' }: Kept) {
    const { files } = this.#parts
    const sizeBytes = bytes instanceof Uint8Array ? bytes.length : 0
    const about = { fileId, purpose, mime, sizeBytes, fileName: cleanName(fileName), by }
    await files.announce(workspaceId, { ...about, ...this.#span() })
    const row = await this.#row(workspaceId, fileId)
    if (row.status !== 'pending') return { sizeBytes: row.sizeBytes }
    const look = new Look()
    const { blob, sha256 } = await this.#write(row, looking(bytes instanceof Uint8Array ? [bytes] : bytes, look))
    // A provider may say what it likes: what is not what it says is a download, and nothing looks into it.
    const real = isKept(mime) && !look.isReally(mime) ? 'application/octet-stream' : mime
    const digest = await files.digestOf(workspaceId, sha256)
    const { $set, $unset } = this.#opening({ mime: real, purpose })
    const isMine = await files.adopt(row, blob, {
      $set: { ...$set, digest, mime: real, sizeBytes: look.sizeBytes },
      $unset,
    })
    if (isMine) this.#parts.hasWork()
    return { sizeBytes: look.sizeBytes }
  }

  /** How long a row may be without its bytes. */
  #span() {
    const createdAt = this.#parts.now()
    return { createdAt, expiresAt: createdAt + uploadMs }
  }

  /** What is whole may be read, or is scanned first. */
  #opening({ mime, purpose }: Pick<FileRow, 'mime' | 'purpose'>) {
    const { scanner, now } = this.#parts
    const due = new Date(now())
    const { keptMs } = purposes[purpose]
    const hasPicture = mime.startsWith('image/') && isKept(mime)
    return {
      $set: {
        status: scanner ? 'scanning' : 'ready',
        ...(scanner && { scanAt: due }),
        ...(hasPicture && { thumb: { state: 'due', attempts: 0 } satisfies Thumb }),
        ...(hasPicture && !scanner && { thumbAt: due }),
        ...(keptMs !== null && { expiresAt: new Date(now() + keptMs) }),
      },
      $unset: keptMs === null ? { expiresAt: '' } : {},
    }
  }

  /** Undefined where this workspace has none of this id. */
  row(workspaceId: string, fileId: string) {
    return this.#parts.files.row(workspaceId, fileId)
  }

  /**
   * A file that may be read.
   * @throws Problem `not_found`, `file_not_ready` (409: later), `file_refused`
   */
  async open(workspaceId: string, fileId: string): Promise<OpenFile> {
    const { files } = this.#parts
    const row = await this.ready(workspaceId, fileId)
    const { blob, mime } = row
    const read = (from: number, to: number) => this.#read(row, { from, to })
    if (blob) return { row, mime, sizeBytes: blob.sizeBytes, read }
    const bytes = await files.readFormer(row)
    return {
      row,
      mime,
      sizeBytes: bytes.length,
      read: (from, to) => Promise.resolve(one(bytes.subarray(from, to + 1))),
    }
  }

  /** Bytes may move to another store while somebody asks for them. */
  async #read(row: FileRow, stretch: Stretch) {
    const { files } = this.#parts
    const blob = (of: FileRow) => of.blob ?? assert.fail('a file that is read has bytes')
    try {
      return await reached(files.read(row, blob(row), stretch))
    } catch (error) {
      if (!(error instanceof FileMissing)) throw error
      const now = await this.ready(row.workspaceId, row.fileId)
      if (now.blob?.key === row.blob?.key) throw error
      return reached(files.read(now, blob(now), stretch))
    }
  }

  /** All of a file at once, for a provider that takes it so. */
  async bytesOf({ read, sizeBytes }: OpenFile): Promise<Buffer> {
    const pieces: Buffer[] = []
    for await (const piece of await read(0, Math.max(0, sizeBytes - 1))) pieces.push(piece)
    return Buffer.concat(pieces, sizeBytes)
  }

  /** The small picture of a file. @throws Problem `not_found` where it has none */
  async openThumb(workspaceId: string, fileId: string): Promise<OpenFile> {
    const row = await this.ready(workspaceId, fileId)
    const { blob, mime } = row.thumb
    if (!blob || mime === undefined) throw missing('not_found', 'This file has no small picture.')
    const read = (from: number, to: number) => reached(this.#parts.files.read(row, blob, { from, to }))
    return { row, mime, sizeBytes: blob.sizeBytes, read }
  }

  /** The row of a file that may be read. @throws Problem as `open` does */
  async ready(workspaceId: string, fileId: string): Promise<FileRow> {
    const row = await this.#row(workspaceId, fileId)
    if (row.status === 'refused')
      throw new Problem('conflict', 'file_refused', `This file is kept back: ${row.why ?? 'it is not safe'}.`)
    if (row.status !== 'ready') throw conflict('file_not_ready', waitingFor[row.status])
    return row
  }

  /** How many somebody has announced since then, up to `max`. */
  countOf(workspaceId: string, by: string, since: number, max: number) {
    return this.#parts.files.countOf(workspaceId, by, since, max)
  }

  /** False where there was none. */
  remove(workspaceId: string, fileId: string) {
    this.#usage.delete(workspaceId)
    return this.#parts.files.remove(workspaceId, fileId)
  }

  async #row(workspaceId: string, fileId: string): Promise<FileRow> {
    const row = await this.#parts.files.row(workspaceId, fileId)
    if (!row) throw missing('not_found', 'There is no such file.')
    return row
  }

  async #write(row: FileRow, bytes: AsyncIterable<Uint8Array>): Promise<{ blob: Blob; sha256: string }> {
    return reached(this.#parts.files.write(row.workspaceId, row.fileId, bytes))
  }

  /** What is announced counts at once. Several processes may let a little too much in, for half a minute. */
  async #checkRoom(workspaceId: string, sizeBytes: number) {
    const now = this.#parts.now()
    let usage = this.#usage.get(workspaceId)
    if (!usage || usage.until < now) {
      usage = { bytes: await this.#parts.sweeps.usage(workspaceId), until: now + usageKnownMs }
      if (this.#usage.size >= usagesMax) this.#usage.clear()
      this.#usage.set(workspaceId, usage)
    }
    if (usage.bytes + sizeBytes > this.#parts.storageMax(workspaceId))
      throw new Problem('conflict', 'file_quota_exceeded', 'The space for files of this workspace is used up.')
    usage.bytes += sizeBytes
  }
}

/** What a store of files could not do now is worth another try, of whoever asked. */
async function reached<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof KeyChanged || error instanceof FileStoreUnavailable)
      throw busy('files_unavailable', 'Files cannot be reached at this moment.', 5_000)
    throw error
  }
}

const waitingFor = {
  pending: 'The bytes of this file have not come.',
  uploaded: 'This file was not completed.',
  scanning: 'This file is being checked for harmful software.',
} as const

const tooLarge = (max: number) =>
  new Problem('too_large', 'file_too_large', `A file of this type may have at most ${String(max / 1024 / 1024)} MB.`)

function wrongWith(look: Look, { mime, sizeBytes }: FileRow): Problem | undefined {
  if (look.sizeBytes !== sizeBytes)
    return invalid('file_size_mismatch', `${String(sizeBytes)} bytes were announced, ${String(look.sizeBytes)} came.`)
  if (look.isReally(mime)) return undefined
  const what = look.what()
  return invalid('file_type_mismatch', `This file is not what it says (${mime})${what ? `: it is ${what}` : ''}.`, [
    { path: 'mime', message: 'The bytes are of another type.' },
  ])
}

/** Passes the bytes on, and ends with the first one too many. */
async function* looking(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, look: Look, max = Infinity) {
  for await (const chunk of bytes) {
    look.take(chunk)
    if (look.sizeBytes > max)
      throw new Problem(
        'too_large',
        'file_size_mismatch',
        `More came than the ${String(max)} bytes that were announced.`,
      )
    yield chunk
  }
}

async function* one(bytes: Buffer) {
  yield bytes
}
