import { byteLength, entriesMax, envelopeBytes, payloadBytes, waitingBytesMax } from './bounds.ts'
import type { Line } from './line.ts'
import { Listeners } from './listeners.ts'
import type { OutboxEntry, OutboxStorage } from './outbox-storage.ts'
import type { Platform } from './platform.ts'
import { ApiProblem, problem } from './problem.ts'
import { timedId } from './random.ts'
import { atRest, Shelf } from './shelf.ts'
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
// So long the server is sure to know a command that comes again for the one it was.
const rememberedMs = 60 * 60_000
// What was never sent cannot have taken effect; after so long it is hardly meant any more.
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
  readonly #sizes = new Map<string, number>()
  readonly #waiters = new Map<string, Waiter>()
  readonly #resting = new Set<string>()
  readonly #shelf: Shelf
  readonly #line: () => Line
  readonly #platform: Platform
  readonly #streams: OutboxStreams
  #isLoaded = false
  #latestAt = 0
  #view: readonly OutboxEntry[] = []

  constructor(storage: OutboxStorage | undefined, line: () => Line, platform: Platform, streams: OutboxStreams) {
    this.#shelf = new Shelf(storage, () => this.#tell())
    this.#line = line
    this.#platform = platform
    this.#streams = streams
  }

  /** Takes up what an earlier run left. Until that is known nothing goes: it was given before. */
  start() {
    this.#shelf.load((kept) => {
      this.#isLoaded = true
      const given = [...this.#entries.values()]
      this.#entries.clear()
      const before = [...kept].sort((a, b) => a.at - b.at).slice(0, entriesMax) // In the order in which they were given.
      for (const entry of before) this.#restore(entry)
      for (const entry of given) this.#entries.set(entry.id, entry)
      this.pump()
      this.#tell()
    })
  }

  /** In the order in which they were given. The same array until something changes. */
  get entries() {
    return this.#view
  }

  /** What the server does not have yet. */
  get unsent() {
    return this.#view.filter(isUnsent).length
  }

  get isKept() {
    return this.#shelf.isKept
  }

  give<Name extends CommandName>(name: Name, input: CommandInput<Name>, expect?: Effect): Command<Name> {
    const id = this.#newId()
    const result = new Promise<CommandResult<Name>>((resolve, reject) => {
      const size = sizeOf(input)
      if (this.#isFull(size)) {
        reject(problem('outbox_full', 'Too much waits to be sent.', true))
        return
      }
      this.#sizes.set(id, size)
      this.#waiters.set(id, { resolve: resolve, reject })
      const at = this.#now()
      this.#set({ id, name, input, at, state: 'waiting', attempts: 0, ...(expect && { expect }) })
      this.pump()
      this.#keep(id) // Only now: what could go at once was written down as sent.
    })
    result.catch(() => undefined) // Whoever does not wait for it reads the refusal in the outbox.
    return Object.assign(result, { id })
  }

  /** Sends a refused one again: under its own id, unless the server cannot take that one any more. */
  retry(id: string) {
    const entry = this.#entries.get(id)
    if (entry?.state !== 'refused') return
    const { error, sentAt, ...rest } = entry
    const isNew = error?.code === 'stale_command' || (error?.code === 'expired' && sentAt === undefined)
    const nextId = isNew ? this.#newId() : id
    const size = this.#sizes.get(id) ?? 0
    if (isNew) this.#remove(id)
    this.#sizes.set(nextId, size)
    this.#set({ ...rest, id: nextId, at: this.#now(), state: 'waiting', attempts: 0 })
    this.pump()
    this.#keep(nextId)
  }

  /** Gives up what was refused, or what has never been sent. */
  discard(id: string) {
    const entry = this.#entries.get(id)
    const isStillHere = entry?.state === 'waiting' && entry.sentAt === undefined
    if (entry?.state !== 'refused' && !isStillHere) return
    this.#remove(id)
    this.#answerWaiter(id, problem('discarded', 'This was given up.'))
  }

  /** The line was lost: what was on its way has an unknown outcome, and goes again under its own id. */
  pause() {
    for (const entry of this.#entries.values()) if (entry.state === 'sending') this.#set({ ...entry, state: 'waiting' })
  }

  /** Sends what may go: the first of each lane. */
  pump() {
    if (!this.#isLoaded) return
    const busy = new Set<string>()
    for (const entry of [...this.#entries.values()].filter(isUnsent)) {
      const lane = laneOf(entry)
      const objection = entry.state === 'waiting' ? this.#objection(entry) : undefined
      if (objection) {
        this.#refuse(entry, objection)
        continue
      }
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
    const { id, name, input, expect } = before
    const sentAt = before.sentAt ?? this.#platform.now()
    const entry: OutboxEntry = { ...before, state: 'sending', sentAt, attempts: before.attempts + 1 }
    this.#set(entry)
    this.#keep(id)
    const stream = streamOf(entry)
    if (stream) this.#streams.sending(stream)
    try {
      const request = { id, name, input, ...(expect && { expect }) }
      this.#accept(entry, await this.#line().ask<{ result: unknown; effect?: Effect }>('command', request))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      this.#failed(entry, error)
    }
    if (stream) this.#streams.answered(stream)
    this.pump()
  }

  #accept(entry: OutboxEntry, { result, effect }: { result: unknown; effect?: Effect }) {
    const { id } = entry
    this.#shelf.forget(id)
    if (!effect || this.#isShown(effect)) this.#remove(id)
    else this.#set({ ...entry, state: 'accepted', result, effect })
    this.#waiters.get(id)?.resolve(result)
    this.#waiters.delete(id)
  }

  #failed(sent: OutboxEntry, error: ApiProblem) {
    if (error.code === 'unreachable') {
      this.#set({ ...sent, state: 'waiting' })
      return
    }
    const { sentAt: _, ...entry } = sent // It was answered: it has not taken effect.
    if (!error.retryable || entry.attempts >= attemptsMax) this.#refuse(entry, error)
    else {
      this.#set({ ...entry, state: 'waiting', error: error.shown })
      this.#keep(entry.id)
      this.#rest(laneOf(entry), error.retryAfterMs ?? Math.min(patienceMaxMs, patienceMs * 2 ** entry.attempts))
    }
  }

  #refuse(entry: OutboxEntry, error: ApiProblem) {
    this.#set({ ...entry, state: 'refused', error: error.shown })
    this.#keep(entry.id)
    this.#answerWaiter(entry.id, error)
  }

  #answerWaiter(id: string, error: ApiProblem) {
    this.#waiters.get(id)?.reject(error)
    this.#waiters.delete(id)
  }

  /** Why it must not go without being asked for again. */
  #objection({ id, at, sentAt }: OutboxEntry): ApiProblem | undefined {
    const now = this.#platform.now()
    if (sentAt !== undefined && now - sentAt > rememberedMs)
      return problem('unconfirmed', 'Sent more than an hour ago, without an answer. Look whether it arrived.')
    if (sentAt === undefined && now - at > lifeMs)
      return problem('expired', 'Not sent for a day. Send it again if it still holds.')
    const max = this.#line().hello?.limits['payloadBytes'] ?? payloadBytes
    if ((this.#sizes.get(id) ?? 0) > max) return problem('too_large', 'This is too long to be sent.')
    return undefined
  }

  #rest(lane: string, ms: number) {
    this.#resting.add(lane)
    this.#platform.after(ms, () => {
      this.#resting.delete(lane)
      this.pump()
    })
  }

  /** Nobody here shows that stream, or it shows the command already. */
  #isShown({ stream, seq }: Effect) {
    const at = this.#streams.seqOf(stream)
    return at === undefined || at >= seq
  }

  #isFull(size: number) {
    let bytes = size
    for (const one of this.#sizes.values()) bytes += one
    return this.#entries.size >= entriesMax || bytes > waitingBytesMax
  }

  #restore(entry: OutboxEntry) {
    this.#sizes.set(entry.id, sizeOf(entry.input))
    this.#latestAt = Math.max(this.#latestAt, entry.at)
    this.#entries.set(entry.id, atRest(entry))
  }

  /** By the server's clock: ours may be wrong. */
  #newId() {
    return timedId('cmd', this.#platform.now() + this.#line().offsetMs)
  }

  /** No two at the same time, so that their order survives, whatever the storage does with it. */
  #now() {
    return (this.#latestAt = Math.max(this.#platform.now(), this.#latestAt + 1))
  }

  #set(entry: OutboxEntry) {
    this.#entries.set(entry.id, entry)
    this.#tell()
  }

  #keep(id: string) {
    const entry = this.#entries.get(id)
    if (entry && entry.state !== 'accepted') this.#shelf.keep(entry)
  }

  #remove(id: string) {
    this.#entries.delete(id)
    this.#sizes.delete(id)
    this.#shelf.forget(id)
    this.#tell()
  }

  #tell() {
    this.#view = [...this.#entries.values()]
    this.listeners.tell(this.#view)
  }
}

const sizeOf = (input: unknown) => byteLength(JSON.stringify(input)) + envelopeBytes

const isUnsent = ({ state }: OutboxEntry) => state === 'waiting' || state === 'sending'

/** What must keep its order. */
const laneOf = (entry: OutboxEntry) => streamOf(entry) ?? entry.name

/** Where its events will be, as far as it is known before. */
function streamOf({ input }: OutboxEntry) {
  const { conversationId } = input as { conversationId?: string }
  return conversationId ? `conversation:${conversationId}` : undefined
}
