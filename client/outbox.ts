import type { Line } from './line.ts'
import { Listeners } from './listeners.ts'
import type { OutboxEntry, OutboxStorage } from './outbox-storage.ts'
import { ApiProblem, asShown } from './problem.ts'
import { timedId } from './random.ts'
import type { CommandInput, CommandName, CommandResult, Effect } from './wire.ts'

/** The command's result once the server has it; `id` names it in the outbox from the first moment. */
export type Command<Name extends CommandName> = Promise<CommandResult<Name>> & { readonly id: string }

interface Waiter {
  resolve(result: unknown): void
  reject(error: ApiProblem): void
}

const attemptsMax = 8
const patienceMs = 500
const patienceMaxMs = 10_000
const entriesMax = 1_000
// As long as the server knows a repeated command for the one it was.
const lifeMs = 24 * 60 * 60_000

/** What the outbox needs of the streams, so that a screen never draws a command twice or not at all. */
export interface OutboxStreams {
  /** How far this client has got; undefined where it does not follow the stream. */
  seqOf(stream: string): number | undefined
  /** A command is on its way that may make events there: they must not be shown before its answer is known. */
  sending(stream: string): void
  answered(stream: string): void
}

/** Commands in the order in which they were given, one at a time per conversation, until the server has answered each. */
export class Outbox {
  readonly listeners = new Listeners<readonly OutboxEntry[]>()
  readonly #entries = new Map<string, OutboxEntry>()
  readonly #waiters = new Map<string, Waiter>()
  readonly #resting = new Set<string>()
  readonly #storage: OutboxStorage
  readonly #line: () => Line
  readonly #streams: OutboxStreams
  #view: readonly OutboxEntry[] = []

  constructor(storage: OutboxStorage, line: () => Line, streams: OutboxStreams) {
    this.#storage = storage
    this.#line = line
    this.#streams = streams
    for (const entry of storage.load().sort((a, b) => a.at - b.at)) this.#restore(entry)
    this.#view = [...this.#entries.values()]
  }

  /** In the order in which they were given. The same array until something changes. */
  get entries() {
    return this.#view
  }

  /** What the server does not have yet. */
  get unsent() {
    return this.#view.filter(({ state }) => state === 'waiting' || state === 'sending').length
  }

  give<Name extends CommandName>(name: Name, input: CommandInput<Name>): Command<Name> {
    const id = this.#newId()
    const result = new Promise<CommandResult<Name>>((resolve, reject) => {
      if (this.#entries.size >= entriesMax) {
        const title = `No more than ${entriesMax} commands can wait.`
        reject(new ApiProblem({ code: 'outbox_full', title, retryable: true }))
        return
      }
      this.#waiters.set(id, { resolve: resolve, reject })
      this.#put({ id, name, input, at: Date.now(), state: 'waiting', attempts: 0 })
      this.pump()
    })
    result.catch(() => undefined) // Whoever does not wait for it reads the refusal in the outbox.
    return Object.assign(result, { id })
  }

  /** Sends a refused one again, under the same id: unless that one is too old for the server to know what became of it. */
  retry(id: string) {
    const entry = this.#entries.get(id)
    if (entry?.state !== 'refused') return
    const { error, ...rest } = entry
    const isStale = error?.code === 'stale_command'
    if (isStale) this.#remove(id)
    this.#put({ ...rest, id: isStale ? this.#newId() : id, state: 'waiting', attempts: 0 })
    this.pump()
  }

  /** By the server's clock: ours may be wrong. */
  #newId() {
    return timedId('cmd', Date.now() + this.#line().offsetMs)
  }

  /** Gives a refused one up. */
  discard(id: string) {
    if (this.#entries.get(id)?.state === 'refused') this.#remove(id)
  }

  /** The line was lost: what was on its way has an unknown outcome, and goes again under its own id. */
  pause() {
    for (const entry of this.#entries.values()) if (entry.state === 'sending') this.#put({ ...entry, state: 'waiting' })
  }

  /** Sends what may go: the first of each lane. */
  pump() {
    const busy = new Set<string>()
    for (const entry of [...this.#entries.values()]) {
      if (entry.state === 'accepted' || entry.state === 'refused') continue
      const lane = laneOf(entry)
      const mayGo = entry.state === 'waiting' && !busy.has(lane) && !this.#resting.has(lane) && this.#line().isUp
      busy.add(lane)
      if (mayGo) void this.#send(entry)
    }
  }

  /** A stream has moved: what it shows by now needs no bubble of its own any more. */
  settle(stream: string) {
    for (const entry of this.#entries.values())
      if (entry.state === 'accepted' && entry.effect?.stream === stream && this.#isShown(entry.effect))
        this.#remove(entry.id)
  }

  async #send(before: OutboxEntry) {
    const { id, name, input } = before
    const entry: OutboxEntry = { ...before, state: 'sending', attempts: before.attempts + 1 }
    this.#put(entry)
    const stream = streamOf(entry)
    if (stream !== undefined) this.#streams.sending(stream)
    try {
      const { result, effect } = await this.#line().ask<{ result: unknown; effect?: Effect }>('command', {
        id,
        name,
        input,
      })
      this.#accept({ ...entry, result, ...(effect && { effect }) })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      this.#failed(entry, error)
    }
    if (stream !== undefined) this.#streams.answered(stream)
    this.pump()
  }

  #accept(entry: OutboxEntry) {
    const { id, effect, result } = entry
    const isShown = !effect || this.#isShown(effect)
    if (isShown) this.#remove(id)
    else this.#put({ ...entry, state: 'accepted' })
    this.#waiters.get(id)?.resolve(result)
    this.#waiters.delete(id)
  }

  #failed(entry: OutboxEntry, error: ApiProblem) {
    const { id } = entry
    if (error.code === 'unreachable') {
      this.#put({ ...entry, state: 'waiting' })
    } else if (error.retryable && entry.attempts < attemptsMax) {
      this.#put({ ...entry, state: 'waiting', error: asShown(error) })
      this.#rest(laneOf(entry), error.retryAfterMs ?? Math.min(patienceMaxMs, patienceMs * 2 ** entry.attempts))
    } else {
      this.#put({ ...entry, state: 'refused', error: asShown(error) })
      this.#waiters.get(id)?.reject(error)
      this.#waiters.delete(id)
    }
  }

  #rest(lane: string, ms: number) {
    this.#resting.add(lane)
    setTimeout(() => {
      this.#resting.delete(lane)
      this.pump()
    }, ms)
  }

  /** Nobody here shows that stream, or it shows the command already. */
  #isShown({ stream, seq }: Effect) {
    const at = this.#streams.seqOf(stream)
    return at === undefined || at >= seq
  }

  #restore(entry: OutboxEntry) {
    if (entry.state === 'accepted') {
      this.#storage.remove(entry.id)
    } else if (entry.state === 'refused' || Date.now() - entry.at < lifeMs) {
      const state = entry.state === 'sending' ? 'waiting' : entry.state
      this.#entries.set(entry.id, { ...entry, state, attempts: 0 })
    } else {
      const error = {
        code: 'expired',
        title: 'This was not sent for a day. Send it again if it still holds.',
        retryable: false,
      }
      this.#entries.set(entry.id, { ...entry, state: 'refused', error })
    }
  }

  #put(entry: OutboxEntry) {
    this.#entries.set(entry.id, entry)
    this.#storage.put(entry)
    this.#tell()
  }

  #remove(id: string) {
    this.#entries.delete(id)
    this.#storage.remove(id)
    this.#tell()
  }

  #tell() {
    this.#view = [...this.#entries.values()]
    this.listeners.tell(this.#view)
  }
}

/** What must keep its order. */
const laneOf = (entry: OutboxEntry) => streamOf(entry) ?? entry.name

/** Where its events will be, as far as it is known before. */
function streamOf({ input }: OutboxEntry) {
  const { conversationId } = input as { conversationId?: string }
  return conversationId === undefined ? undefined : `conversation:${conversationId}`
}
