import { createHash } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'
import { signatureOf } from '../signature.ts'
import type { Ledger, WebhookRow } from './ledger.ts'
import type { Faults, SimulatedChannel } from './settings.ts'
import { bounds } from './settings.ts'

export interface Delivery {
  at: number
  phoneNumberId: string
  body: string
  /** HTTP status, 0 when there was no answer. */
  status: number
}

export interface WebhookQueueOptions {
  ledger: Ledger
  clock: Clock
  channelOf(phoneNumberId: string): SimulatedChannel | undefined
  /** Called after every attempt. */
  heard(row: WebhookRow, status: number): void
  retryMs: number
  timeoutMs: number
  shuffleMs: number
  seed: number
}

interface Lane {
  rows: WebhookRow[]
  isBusy: boolean
}

const retryMaxMs = 60_000
// Meta keeps many of them under way at once.
const inFlightMax = 256
// Meta gives up after days.
const keepMs = 7 * 24 * 60 * 60_000
const deliveriesKept = 2_000

/** 0 to 1, the same for the same seed and number. */
const chance = (seed: number, n: number) =>
  createHash('sha256').update(`${seed}/${n}`).digest().readUInt32BE() / 0x1_0000_0000

/**
 * Webhooks on their way to Careline. Those about one person go one after the other, each until it is answered with
 * 2xx; those about different people go beside each other.
 */
export class WebhookQueue {
  readonly deliveries: Delivery[] = []
  readonly #options: WebhookQueueOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #waiters = new Set<() => void>()
  readonly #closing = new AbortController()
  #inFlight = 0
  #waiting = 0
  #cancelTimer: () => void = () => undefined

  constructor(options: WebhookQueueOptions) {
    this.#options = options
    for (const row of options.ledger.webhooks()) this.#admit(row)
  }

  close(): void {
    this.#closing.abort()
    this.#cancelTimer()
  }

  /** Writes it down; `pump` sends it, once whatever else belongs to it is written too. */
  add(faults: Faults, webhook: Omit<WebhookRow, 'seq' | 'rank' | 'attempts'>): void {
    const { ledger, shuffleMs, seed } = this.#options
    const isShuffled = faults.webhooksShuffled > 0
    const dueAt = webhook.dueAt + (isShuffled ? shuffleMs : 0)
    for (let copy = faults.webhooksTwice ? 2 : 1; copy > 0; copy--) {
      const seq = ledger.addWebhook({ ...webhook, dueAt })
      const rank = isShuffled ? seq + chance(seed, seq) * faults.webhooksShuffled : seq
      const row = { ...webhook, dueAt, seq, rank, attempts: 0 }
      ledger.saveWebhook(row)
      this.#admit(row)
    }
  }

  #admit(row: WebhookRow): void {
    const key = `${row.phoneNumberId}/${row.waId}`
    const lane = this.#lanes.get(key) ?? { rows: [], isBusy: false }
    this.#lanes.set(key, lane)
    let index = lane.rows.length
    while (index > 0 && (lane.rows[index - 1]?.rank ?? 0) > row.rank) index--
    lane.rows.splice(index, 0, row)
    this.#waiting++
  }

  /** Nothing more should be asked or said before some have been taken. */
  get isFull(): boolean {
    return this.#waiting >= bounds.webhooksWaiting
  }

  /** How many wait for this number. */
  waitingFor(phoneNumberId: string): number {
    let count = 0
    for (const { rows } of this.#lanes.values()) if (rows[0]?.phoneNumberId === phoneNumberId) count += rows.length
    return count
  }

  /** Resolves when nothing waits but what is held back on purpose. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.#isSettled()) return
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const done = () => resolve(undefined)
    this.#waiters.add(done)
    const late = () => reject(new Error(`${this.#waiting} webhooks still wait, ${this.#inFlight} are on their way.`))
    const timer = setTimeout(late, timeoutMs)
    await promise.finally(() => {
      clearTimeout(timer)
      this.#waiters.delete(done)
    })
  }

  #isHeld(phoneNumberId: string | undefined): boolean {
    if (phoneNumberId === undefined) return true
    const { ledger, channelOf } = this.#options
    return channelOf(phoneNumberId) === undefined || ledger.faults(phoneNumberId).webhooksPaused
  }

  #isSettled(): boolean {
    if (this.#inFlight > 0) return false
    const held = new Map<string, boolean>()
    for (const { rows } of this.#lanes.values()) {
      const number = rows[0]?.phoneNumberId ?? ''
      if (!held.has(number)) held.set(number, this.#isHeld(number))
      if (held.get(number) === false) return false
    }
    return true
  }

  /** Sends what is due, and wakes up again for the rest. */
  pump(): void {
    if (this.#closing.signal.aborted) return
    const next = this.#sendDue(this.#options.clock.now())
    this.#cancelTimer()
    if (next < Infinity) this.#cancelTimer = this.#options.clock.at(next, () => this.pump())
    if (this.#waiters.size > 0 && this.#isSettled()) for (const resolve of this.#waiters) resolve()
  }

  /** The time when the next one is due. */
  #sendDue(now: number): number {
    const held = new Map<string, boolean>()
    let next = Infinity
    for (const lane of this.#lanes.values()) {
      if (this.#inFlight >= inFlightMax) break // The next to be answered comes by here again.
      const row = lane.rows[0]
      if (lane.isBusy || row === undefined) continue
      if (!held.has(row.phoneNumberId)) held.set(row.phoneNumberId, this.#isHeld(row.phoneNumberId))
      if (held.get(row.phoneNumberId) === true) continue
      if (row.dueAt > now) next = Math.min(next, row.dueAt)
      else void this.#deliver(lane, row)
    }
    return next
  }

  async #deliver(lane: Lane, row: WebhookRow): Promise<void> {
    lane.isBusy = true
    this.#inFlight++
    const status = await this.#post(row)
    if (this.#closing.signal.aborted) return // The database may be closed; the row is in it.
    this.#inFlight--
    lane.isBusy = false
    this.#note(row, status)
    const isDone = (status >= 200 && status < 300) || this.#options.clock.now() - row.dueAt > keepMs
    if (isDone) this.#remove(lane, row)
    else this.#postpone(row)
    this.#options.heard(row, status)
    this.pump()
  }

  #note(row: WebhookRow, status: number): void {
    const { phoneNumberId, body } = row
    this.deliveries.push({ at: this.#options.clock.now(), phoneNumberId, body, status })
    if (this.deliveries.length > deliveriesKept) this.deliveries.shift()
  }

  #remove(lane: Lane, row: WebhookRow): void {
    this.#options.ledger.removeWebhook(row.seq)
    lane.rows.splice(lane.rows.indexOf(row), 1)
    this.#waiting--
    if (lane.rows.length === 0) this.#lanes.delete(`${row.phoneNumberId}/${row.waId}`)
  }

  #postpone(row: WebhookRow): void {
    const { clock, retryMs, ledger } = this.#options
    row.dueAt = clock.now() + Math.min(retryMs * 2 ** Math.min(row.attempts, 20), retryMaxMs)
    row.attempts++
    ledger.saveWebhook(row)
  }

  /** One try now, which nobody repeats: for what is only true at this moment. */
  whisper(phoneNumberId: string, body: string): void {
    if (this.#inFlight >= inFlightMax || this.#isHeld(phoneNumberId)) return
    this.#inFlight++
    void this.#post({ phoneNumberId, body }).then((status) => {
      this.#inFlight--
      this.deliveries.push({ at: this.#options.clock.now(), phoneNumberId, body, status })
      this.pump()
    })
  }

  /** The HTTP status; 0 when there was none. */
  async #post({ phoneNumberId, body }: { phoneNumberId: string; body: string }): Promise<number> {
    const channel = this.#options.channelOf(phoneNumberId)
    if (channel === undefined) return 0
    try {
      const response = await fetch(channel.webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body, channel.appSecret) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
      })
      await response.body?.cancel()
      return response.status
    } catch {
      return 0 // Nobody there, or too slow: it is sent again.
    }
  }
}
