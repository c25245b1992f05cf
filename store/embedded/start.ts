import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Compacted } from './compact.ts'
import { WIN_BYTES_MIN } from './compact.ts'
import { CURSOR_IDLE_MS } from './cursors.ts'
import type { Durability } from './engine/commit.ts'
import { SLOW_MS } from './observe.ts'
import type { StoreEvent } from './observe.ts'
import type { OpenOptions } from './open.ts'
import type { Ask, Asked } from './operations.ts'
import type { ThreadData } from './thread.ts'
import type { Validated } from './validate.ts'
import type { FromWorker, ToWorker } from './worker.ts'

export interface EmbeddedStore {
  /** For mongoose and the driver: `mongodb://%2F…%2Fcareline.sock/careline`. */
  uri: string
  /** The same by `127.0.0.1`; null when no port was asked for. */
  tcpUri: string | null
  /** Writes a consistent copy into a file that is not there yet, mode 0600, while reads and writes go on. */
  backup(file: string): Promise<void>
  /** Looks at every page, document and index, while reads and writes go on. */
  validate(): Promise<Validated[]>
  /** Writes the file anew without its empty pages; everybody waits meanwhile. */
  compact(): Promise<Compacted>
  /** Finishes what is under way, writes the log into the database, ends the thread. */
  close(): Promise<void>
}

export interface EmbeddedStoreOptions {
  directory: string
  /** Default `full`; what each promises is said in engine/commit.ts. */
  durability?: Durability
  /** Every write is refused. */
  readOnly?: boolean
  /** Also listens on this port of 127.0.0.1, for every user of this machine; 0: any that is free. */
  tcpPort?: number
  /** Hears of slow commands, scans, compaction and damage. */
  onEvent?: (event: StoreEvent) => void
  /** A command that takes longer, in ms, is told to `onEvent`. */
  slowMs?: number
  /** With this much on empty pages (and half of the file), a start compacts it. */
  compactBytes?: number
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
  const keepsCompiled = getCompileCacheDir() !== undefined
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { ...openOptions(options, directory, place.socket), keepsCompiled } satisfies ThreadData,
    name: 'careline-store',
  })
  const removePlace = () => place.isTemporary && rmSync(join(place.socket, '..'), { recursive: true, force: true })
  const owner = new Owner(worker, options.onEvent)
  let tcpPort: number | null
  try {
    tcpPort = await owner.ready
  } catch (error) {
    removePlace()
    throw error
  }
  const watch = watchOver(worker, options.onFailure)
  // Whoever uses the store keeps the process alive; the thread by itself does not.
  worker.unref()
  return {
    uri: `mongodb://${encodeURIComponent(place.socket)}/careline`,
    tcpUri: tcpPort === null ? null : `mongodb://127.0.0.1:${tcpPort}/careline`,
    backup: (file) => owner.ask({ name: 'backup', input: { file: resolve(file) } }),
    validate: () => owner.ask({ name: 'validate', input: undefined }),
    compact: () => owner.ask({ name: 'compact', input: undefined }),
    close: async () => {
      watch.isClosing = true
      worker.ref()
      const gone = new Promise<void>((done) => worker.once('exit', () => done()))
      owner.say({ kind: 'close' })
      if (!watch.isGone) await gone
      removePlace()
    },
  }
}

function openOptions(options: EmbeddedStoreOptions, directory: string, socket: string): OpenOptions {
  return {
    directory,
    socket,
    tcpPort: options.tcpPort ?? null,
    durability: options.durability ?? 'full',
    isReadOnly: options.readOnly ?? false,
    cursorIdleMs: options.cursorIdleMs ?? CURSOR_IDLE_MS,
    expiryEveryMs: options.expiryEveryMs ?? EXPIRY_EVERY_MS,
    slowMs: options.slowMs ?? SLOW_MS,
    compactBytes: options.compactBytes ?? WIN_BYTES_MIN,
  }
}

/** Beside the data; in a private temporary directory when that path is too long for a socket. */
function socketPlace(directory: string): { socket: string; isTemporary: boolean } {
  const beside = join(directory, 'careline.sock')
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX) return { socket: beside, isTemporary: false }
  return { socket: join(mkdtempSync(join(tmpdir(), 'careline-')), 'careline.sock'), isTemporary: true }
}

type Settle = { done: (answer: unknown) => void; fail: (error: Error) => void }

/** The owner's end of the talk with the thread. */
class Owner {
  /** The TCP port, once the thread has opened the store; rejects when it could not. */
  readonly ready: Promise<number | null>
  private readonly worker: Worker
  private readonly asked = new Map<number, Settle>()
  private nextAsk = 1

  constructor(worker: Worker, onEvent?: (event: StoreEvent) => void) {
    this.worker = worker
    this.ready = new Promise((resolve, reject) => {
      worker.once('error', (error) => reject(error as Error))
      worker.once('exit', () => reject(new Error("The store's thread ended before it was ready.")))
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve(message.tcpPort)
        else if (message.kind === 'refused') reject(new Error(message.message))
        else if (message.kind === 'event') onEvent?.(message.event)
        else if (message.kind !== 'closed') this.settle(message)
      })
    })
    worker.once('exit', () => {
      for (const { fail } of this.asked.values()) fail(new Error("The store's thread has ended."))
      this.asked.clear()
    })
  }

  say(message: ToWorker): void {
    this.worker.postMessage(message)
  }

  ask<Name extends keyof Asked>(ask: Extract<Ask, { name: Name }> & { name: Name }): Promise<Asked[Name]['answer']> {
    const id = this.nextAsk++
    this.worker.ref() // Who waits for an answer must live to hear it.
    const answered = new Promise<unknown>((done, fail) => this.asked.set(id, { done, fail }))
    this.say({ kind: 'ask', id, ask })
    return answered as Promise<Asked[Name]['answer']>
  }

  private settle(message: Extract<FromWorker, { id: number }>): void {
    const { id } = message
    if (message.kind === 'done') this.asked.get(id)?.done(message.answer)
    else this.asked.get(id)?.fail(new Error(message.message))
    this.asked.delete(id)
    if (this.asked.size === 0) this.worker.unref()
  }
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
