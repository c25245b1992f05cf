import { type Scanner, StreamTooLong } from '../../providers/scan/port.ts'
import type { FileStore } from '../../providers/files/port.ts'
import type { FileSweeps } from '../../store/file-sweeps.ts'
import type { FileRow, StoredFiles, Thumb } from '../../store/files.ts'
import { type Thumbnailer, ThumbnailFailed } from './thumbnailer.ts'

interface Parts {
  files: StoredFiles
  sweeps: FileSweeps
  stores: readonly FileStore[]
  scanner?: Scanner | undefined
  thumbnailer: Thumbnailer
  /** Workspaces, and for how many days each keeps what people sent; 0 is for ever. */
  keeping(): Iterable<[workspaceId: string, days: number]>
  now(): number
  onError(error: unknown, what: string): void
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const scanForMs = 5 * minuteMs
const scanAgainMs = 15_000
const thumbForMs = minuteMs
const thumbTriesMax = 3
/** A picture of more bytes is not unfolded: no provider of ours sends one. */
const pictureBytesMax = 16 * 1024 * 1024
const atOnce = 20

/** What is done with files when nobody waits for it: scans, small pictures, and taking away. */
export class FileWork {
  readonly #parts: Parts
  #under: Promise<void> | undefined
  #isAsked = false
  #isSettled = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Looks for work at once, and again if more came meanwhile; the schedule finds what this leaves. */
  readonly hasWork = () => {
    this.#isAsked = true
    this.#under ??= this.#drain()
  }

  async #drain() {
    while (this.#isAsked) {
      this.#isAsked = false
      try {
        await this.scan()
        await this.shrink()
      } catch (error) {
        this.#parts.onError(error, 'files')
      }
    }
    this.#under = undefined
  }

  /** Resolves when what was begun is done. */
  async close() {
    this.#isAsked = false
    this.#parts.thumbnailer.close()
    await this.#under
  }

  async scan() {
    const { sweeps, now } = this.#parts
    for (const row of await sweeps.take('scanAt', now(), { limit: atOnce, forMs: scanForMs })) await this.#scan(row)
  }

  async #scan(row: FileRow) {
    const { files, scanner, now, onError } = this.#parts
    const set = (change: { $set?: object; $unset?: object }) =>
      files.change(row.workspaceId, row.fileId, { status: 'scanning' }, change)
    const open = () => {
      const thumb = row.thumb.state === 'due' ? { thumbAt: new Date(now()) } : {}
      return set({ $set: { status: 'ready', ...thumb }, $unset: { scanAt: '' } })
    }
    const refuse = async (why: string) => {
      await set({ $set: { status: 'refused', why: why.slice(0, 200) }, $unset: { scanAt: '' } })
      if (row.blob) await files.storeOf(row.blob.store).remove(row.blob.key)
    }
    try {
      // Who turns the scanner off does not want to wait for it.
      const finding = scanner ? await scanner.scan(await files.bytesOf(row)) : ({ isClean: true } as const)
      await (finding.isClean ? open() : refuse(finding.name))
    } catch (error) {
      if (error instanceof StreamTooLong) return refuse('it is too large for the scanner')
      await set({ $set: { scanAt: new Date(now() + scanAgainMs) } })
      onError(error, 'file scan')
    }
  }

  /** Small pictures of those that want one. */
  async shrink() {
    const { sweeps, now } = this.#parts
    for (const row of await sweeps.take('thumbAt', now(), { limit: atOnce, forMs: thumbForMs })) await this.#shrink(row)
  }

  async #shrink(row: FileRow) {
    const { files, thumbnailer } = this.#parts
    const { attempts } = row.thumb
    const fail = (why: string) => {
      const thumb: Thumb = { state: 'failed', attempts, why: why.slice(0, 200) }
      return files.change(row.workspaceId, row.fileId, {}, { $set: { thumb }, $unset: { thumbAt: '' } })
    }
    if (row.sizeBytes > pictureBytesMax) return void (await fail('it has too many bytes'))
    // Counted before it was begun: what takes the whole process down is not begun for ever.
    if (attempts > thumbTriesMax) return void (await fail('the process that made it died each time'))
    try {
      const pieces: Buffer[] = []
      for await (const piece of await files.bytesOf(row)) pieces.push(piece)
      const { bytes, ...small } = await thumbnailer.make(Buffer.concat(pieces), row.mime)
      const { blob } = await files.write(row.workspaceId, row.fileId, once(bytes))
      await files.adoptThumb(row, { state: 'made', attempts, ...small, blob })
    } catch (error) {
      if (!(error instanceof ThumbnailFailed)) throw error
      if (error.isFinal) await fail(error.message)
    }
  }

  /** Takes away what nobody finished, what was cut off, and what is kept no longer; brings what is left to its place. */
  async sweep(goOn: () => Promise<void> = async () => undefined) {
    const { sweeps, stores, keeping, now } = this.#parts
    while ((await sweeps.expire(now(), atOnce)) === atOnce) await goOn()
    while ((await sweeps.tidy(now() - 60 * minuteMs, atOnce)) === atOnce) await goOn()
    for (const [workspaceId, days] of keeping()) {
      const times = { before: now() - days * dayMs, now: now() }
      if (days > 0) while ((await sweeps.retire(workspaceId, times, atOnce)) === atOnce) await goOn()
    }
    for (const store of stores) await store.sweep(now() - dayMs)
    await this.move(goOn)
  }

  /** What an earlier release, or another setting, left elsewhere. */
  async move(goOn: () => Promise<void> = async () => undefined) {
    const { files, sweeps } = this.#parts
    while (!this.#isSettled) {
      const rows = await sweeps.unsettled(atOnce)
      let moved = 0
      for (const row of rows) {
        await goOn()
        if (await files.rewrite(row)) moved++
      }
      this.#isSettled = rows.length < atOnce
      if (moved === 0) return
    }
  }
}

async function* once(bytes: Buffer) {
  yield bytes
}
