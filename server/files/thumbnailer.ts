import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Small } from './thumbnail.ts'

/** It was not made. `isFinal`: it never will be. */
export class ThumbnailFailed extends Error {
  readonly isFinal: boolean

  constructor(why: string, isFinal: boolean) {
    super(why)
    this.isFinal = isFinal
  }
}

interface Options {
  /** For one picture, ms; then the process that works on it is killed. */
  timeMs?: number
  /** Without work for so long, the process ends, ms. */
  idleMs?: number
  /** What runs; a test brings a slow one. */
  program?: string
}
interface Waiting {
  bytes: Uint8Array
  mime: string
  resolve(small: Small): void
  reject(error: ThumbnailFailed): void
}
type Answer = { id: number; small: Small } | { id: number; why: string; isFinal: boolean }

const program = join(import.meta.dirname, 'thumbnail-process.ts')
/** Of the heap; what pixels need is libvips' own, and bounded by their number. */
const heapMegabytes = 128

/** Makes small pictures in a process of its own, one at a time: none can stop, or take down, the server. */
export class Thumbnailer {
  readonly #options: Required<Options>
  readonly #waiting: Waiting[] = []
  #child: ChildProcess | undefined
  #current: Waiting | undefined
  #timer: NodeJS.Timeout | undefined
  #last = 0

  constructor(options: Options = {}) {
    this.#options = { timeMs: 15_000, idleMs: 30_000, program, ...options }
  }

  /** @throws ThumbnailFailed */
  make(bytes: Uint8Array, mime: string): Promise<Small> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, mime, resolve, reject })
      this.#next()
    })
  }

  close() {
    clearTimeout(this.#timer)
    this.#child?.kill('SIGKILL')
    this.#child = undefined
    const left = [...(this.#current ? [this.#current] : []), ...this.#waiting.splice(0)]
    this.#current = undefined
    for (const one of left) one.reject(new ThumbnailFailed('the server is leaving', false))
  }

  #next() {
    if (this.#current) return
    clearTimeout(this.#timer)
    this.#current = this.#waiting.shift()
    if (!this.#current) {
      this.#timer = setTimeout(() => this.close(), this.#options.idleMs).unref()
      return
    }
    const { bytes, mime } = this.#current
    const id = ++this.#last
    this.#child ??= this.#start()
    this.#timer = setTimeout(() => this.#fail('it took too long', true), this.#options.timeMs)
    this.#child.send({ id, bytes, mime })
  }

  #start() {
    const child = fork(this.#options.program, {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${String(heapMegabytes)}`],
      // It needs nothing of ours: no key, no address, no secret.
      env: { NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.on('message', (answer: Answer) => {
      if (child === this.#child && answer.id === this.#last) this.#hear(answer)
    })
    const isGone = () => {
      if (child === this.#child) this.#fail('the process that made it died', false)
    }
    child.on('error', isGone)
    child.on('exit', isGone)
    child.unref()
    child.channel?.unref()
    return child
  }

  #hear(answer: Answer) {
    const asked = this.#current
    this.#current = undefined
    if ('small' in answer) asked?.resolve({ ...answer.small, bytes: Buffer.from(answer.small.bytes) })
    else asked?.reject(new ThumbnailFailed(answer.why, answer.isFinal))
    this.#next()
  }

  /** Whoever comes next gets a new process. */
  #fail(why: string, isFinal: boolean) {
    const [child, asked] = [this.#child, this.#current]
    this.#child = undefined
    this.#current = undefined
    child?.kill('SIGKILL')
    asked?.reject(new ThumbnailFailed(why, isFinal))
    this.#next()
  }
}
