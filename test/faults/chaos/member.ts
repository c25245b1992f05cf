import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Published } from '../../../actors/runtime/contract.ts'
import { MongoProxy } from '../../harness/mongo-proxy.ts'
import { Proxy } from '../../harness/proxy.ts'
import type { Reign } from './ownership.ts'
import type { FromNode, Inspected, NodeOptions, Order, Placed, Refusal, ToNode } from './wire.ts'

const program = join(import.meta.dirname, 'node.ts')
// Very many nodes are started, and what they compile is always the same.
const compiled = `data:text/javascript,import { enableCompileCache } from 'node:module'; enableCompileCache()`
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const one of alive) one.kill('SIGKILL')
})

/** What a member hears and tells while it runs. */
export interface Listener {
  event(member: string, event: Published): void
  fault(member: string, message: string): void
  /** Stands in for what is outside: answers an effect. */
  effect(member: string, call: { effect: 'run' | 'lookUp'; key: string; tag: string }): unknown
}

/** A refusal of the node, or its silence. */
export class Refused extends Error {
  readonly code: string
  readonly retryable: boolean

  constructor({ code, message, retryable }: Refusal) {
    super(message)
    this.code = code
    this.retryable = retryable
  }
}
const silent = (code: string) => new Refused({ code, message: `no answer: ${code}`, retryable: true })

type MemberOptions = Omit<NodeOptions, 'mongodbUri' | 'redisUrl' | 'name'>

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
  timer: NodeJS.Timeout
}

/** A node as its test sees it: a process behind links of its own to the store and to Redis. */
export class Member {
  readonly name: string
  readonly mongo: MongoProxy
  readonly redis: Proxy | undefined
  readonly #options: MemberOptions
  readonly #listener: Listener
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0
  #process: ChildProcess | undefined
  /** Whether the process is there and runs: neither killed nor stopped. */
  isUp = false
  isStopped = false

  private constructor(
    name: string,
    links: { mongo: MongoProxy; redis: Proxy | undefined },
    options: MemberOptions,
    listener: Listener,
  ) {
    this.name = name
    this.mongo = links.mongo
    this.redis = links.redis
    this.#options = options
    this.#listener = listener
  }

  static async before(
    { name, store, redis }: { name: string; store: string; redis: string | undefined },
    options: MemberOptions,
    listener: Listener,
  ): Promise<Member> {
    const links = {
      mongo: await MongoProxy.before(store),
      redis: redis === undefined ? undefined : await Proxy.before(redis),
    }
    links.mongo.isFenced = !options.without.includes('fencing')
    return new Member(name, links, options, listener)
  }

  /** Resolves when it takes orders. `name` is another's where two are started under one. */
  async start(name = this.name) {
    const options: NodeOptions = {
      ...this.#options,
      name,
      mongodbUri: this.mongo.uri,
      redisUrl: this.redis?.path,
    }
    const running = fork(program, [JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--import', compiled],
    })
    let said = ''
    running.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    alive.add(running)
    this.#process = running
    running.once('exit', () => {
      alive.delete(running)
      if (this.#process === running) this.#gone()
    })
    await new Promise<void>((ready, failed) => {
      running.once('exit', (code, signal) => failed(new Error(`${name} ended (${code ?? signal}): ${said}`)))
      running.on('message', (message: FromNode) => {
        if ('ready' in message) ready()
        else this.#hear(message)
      })
    })
    this.isUp = true
  }

  /** Rejects with `Refused`, also when nothing is heard for so long. */
  order<T = unknown>(order: Order, timeoutMs = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const running = this.#process
      if (!running?.connected) return reject(silent('down'))
      const id = ++this.#asked
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(silent('timeout'))
      }, timeoutMs)
      this.#waiting.set(id, { resolve: resolve, reject, timer })
      const message: ToNode = { id, order }
      running.send(message, () => undefined) // Whether it arrives is said by its answer.
    })
  }

  inspect(): Promise<Inspected> {
    return this.order({ do: 'tell', what: 'inspected' })
  }

  placement(): Promise<Placed> {
    return this.order({ do: 'tell', what: 'placement' })
  }

  reigns(): Promise<Reign[]> {
    return this.order({ do: 'tell', what: 'reigns' })
  }

  get pid() {
    return this.#process?.pid
  }

  async kill() {
    this.isUp = this.isStopped = false
    const running = this.#process
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }

  /** Resolves when the process has ended by itself. */
  async died() {
    const running = this.#process
    if (running && running.exitCode === null && running.signalCode === null) await once(running, 'exit')
  }

  pause() {
    this.isUp = false
    this.isStopped = true
    this.#process?.kill('SIGSTOP')
  }

  resume() {
    this.#process?.kill('SIGCONT')
    this.isStopped = false
    this.isUp = true
  }

  /** Ends in good order, as a process does that is asked to; it may be asked something at the very end. */
  async leave(last: () => Promise<unknown> = () => Promise.resolve()) {
    this.isUp = false
    await this.order({ do: 'leave' }, 40_000)
    await last()
    await this.kill()
  }

  async close() {
    await this.kill()
    await this.mongo.proxy.close()
    await this.redis?.close()
  }

  #hear(message: Exclude<FromNode, { ready: true }>) {
    if ('event' in message) return this.#listener.event(this.name, message.event)
    if ('fault' in message) return this.#listener.fault(this.name, message.fault)
    if ('calls' in message) {
      const answer: ToNode = { answers: message.calls, value: this.#listener.effect(this.name, message) ?? null }
      this.#process?.send(answer, () => undefined) // Who died meanwhile looks it up later.
      return
    }
    const waiting = this.#waiting.get(message.id)
    if (!waiting) return
    this.#waiting.delete(message.id)
    clearTimeout(waiting.timer)
    if ('value' in message) waiting.resolve(message.value)
    else waiting.reject(new Refused(message.refusal))
  }

  #gone() {
    this.isUp = false
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(silent('died'))
    }
    this.#waiting.clear()
  }
}
