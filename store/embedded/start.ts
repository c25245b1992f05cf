import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { CURSOR_IDLE_MS } from './cursors.ts'
import type { Durability } from './engine/commit.ts'
import type { OpenOptions } from './open.ts'
import type { FromWorker } from './worker.ts'

export interface EmbeddedStore {
  /** For mongoose and the driver: `mongodb://%2F…%2Fcareline.sock/careline`. */
  uri: string
  /** Finishes what is under way, writes the log into the database, ends the thread. */
  close(): Promise<void>
}

export interface EmbeddedStoreOptions {
  directory: string
  /** Default `full`; what each promises is said in engine/commit.ts. */
  durability?: Durability
  /** Every write is refused. */
  readOnly?: boolean
  /** Hears of a crash of the store's thread, after which every connection is gone. Without it, the crash is thrown. */
  onFailure?: (error: Error) => void
  /** How long a cursor may rest between two batches; MongoDB's ten minutes unless a test is in a hurry. */
  cursorIdleMs?: number
  /** How often TTL indexes are looked at; MongoDB's minute unless a test is in a hurry. */
  expiryEveryMs?: number
}

/** What the kernel takes for the path of a unix socket, without its final zero. */
const SOCKET_PATH_BYTES_MAX = 107
const EXPIRY_EVERY_MS = 60_000

/** Opens the store in `directory`, in a thread of its own; rejects when another process has it. */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const directory = resolve(options.directory)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, 0o700)
  const place = socketPlace(directory)
  const workerData: OpenOptions = {
    directory,
    socket: place.socket,
    durability: options.durability ?? 'full',
    isReadOnly: options.readOnly ?? false,
    cursorIdleMs: options.cursorIdleMs ?? CURSOR_IDLE_MS,
    expiryEveryMs: options.expiryEveryMs ?? EXPIRY_EVERY_MS,
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, name: 'careline-store' })
  const removePlace = () => place.isTemporary && rmSync(join(place.socket, '..'), { recursive: true, force: true })
  try {
    await ready(worker)
  } catch (error) {
    removePlace()
    throw error
  }
  const watch = watchOver(worker, options.onFailure)
  // Whoever uses the store keeps the process alive; the thread by itself does not.
  worker.unref()
  return {
    uri: `mongodb://${encodeURIComponent(place.socket)}/careline`,
    close: async () => {
      watch.isClosing = true
      worker.ref()
      const gone = new Promise<void>((done) => worker.once('exit', () => done()))
      worker.postMessage('close')
      if (!watch.isGone) await gone
      removePlace()
    },
  }
}

/** Beside the data; in a private temporary directory when that path is too long for a socket. */
function socketPlace(directory: string): { socket: string; isTemporary: boolean } {
  const beside = join(directory, 'careline.sock')
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX) return { socket: beside, isTemporary: false }
  return { socket: join(mkdtempSync(join(tmpdir(), 'careline-')), 'careline.sock'), isTemporary: true }
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(error)
    const onExit = () => reject(new Error("The store's thread ended before it was ready."))
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.once('message', (message: FromWorker) => {
      worker.off('error', onError)
      worker.off('exit', onExit)
      if (message.kind === 'refused') reject(new Error(message.message))
      else resolve()
    })
  })
}

interface Watch {
  isClosing: boolean
  isGone: boolean
}

/** A thread that ends unasked is never passed over in silence. */
function watchOver(worker: Worker, onFailure?: (error: Error) => void): Watch {
  const watch: Watch = { isClosing: false, isGone: false }
  let failure: Error | null = null
  worker.on('error', (error) => (failure = error as Error))
  worker.on('exit', (code) => {
    watch.isGone = true
    if (watch.isClosing && !failure) return
    const error = failure ?? new Error(`The store's thread ended by itself (code ${code}).`)
    if (!onFailure) throw error
    onFailure(error)
  })
  return watch
}
