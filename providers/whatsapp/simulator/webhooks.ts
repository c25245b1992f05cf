import { createHash } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'
import { openPosting } from '../post.ts'
import { signatureOf } from '../signature.ts'
import { type Bundle, bundlesOf, type Lane, oneByOne, together } from './bundles.ts'
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

const retryMaxMs = 60_000
// Meta keeps many of them under way at once.
const inFlightMax = 256
// Meta gives up after days.
const keepMs = 7 * 24 * 60 * 60_000
const deliveriesKept = 2_000

const keyOf = ({ phoneNumberId, waId }: WebhookRow) => `${phoneNumberId}/${waId}`
const isTaken = (status: number) => status >= 200 && status < 300

/** 0 to 1, the same for the same seed and number. */
const chance = (seed: number, n: number) =>
  createHash('sha256').update(`${seed}/${n}`).digest().readUInt32BE() / 0x1_0000_0000

/**
 * Webhooks on their way to Careline. Those about one person go one after the other, each until it is answered with
 * 2xx; those about different people go beside each other. Once so many are under way that others must wait, what
 * waits goes together, as at Meta.
 */
export class WebhookQueue {
  readonly deliveries: Delivery[] = []
  readonly #options: WebhookQueueOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #waiters = new Set<() => void>()
  readonly #posting = openPosting()
  #isClosed = false
  #inFlight = 0
  /** Something waits, or may wait, because so many are under way. */
  #isCrowded = false
  #waiting = 0
  #cancelTimer: () => void = () => undefined

  constructor(options: WebhookQueueOptions) {
    this.#options = options
    for (const row of options.ledger.webhooks()) this.#admit(row)
  }

  close(): void {
    this.#isClosed = true
    this.#posting.close()
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
    const key = keyOf(row)
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
    if (this.#isClosed) return
    const next = this.#sendDue(this.#options.clock.now())
    this.#cancelTimer()
    if (next < Infinity) this.#cancelTimer = this.#options.clock.at(next, () => this.pump())
    if (this.#waiters.size > 0 && this.#isSettled()) for (const resolve of this.#waiters) resolve()
  }

  /** The time when the next one is due. */
  #sendDue(now: number): number {
    // In both cases below, the next to be answered comes by here again.
    if (this.#inFlight >= inFlightMax) {
      this.#isCrowded = true
      return Infinity
    }
    const held = new Map<string, boolean>()
    const due: Lane[] = []
    let next = Infinity
    for (const lane of this.#lanes.values()) {
      const row = lane.rows[0]
      if (lane.isBusy || row === undefined) continue
      if (!held.has(row.phoneNumberId)) held.set(row.phoneNumberId, this.#isHeld(row.phoneNumberId))
      if (held.get(row.phoneNumberId) === true) continue
      if (row.dueAt > now) next = Math.min(next, row.dueAt)
      else due.push(lane)
    }
    const bundles = this.#isCrowded ? bundlesOf(due, now) : oneByOne(due)
    const going = bundles.slice(0, inFlightMax - this.#inFlight)
    this.#isCrowded = going.length < bundles.length
    for (const bundle of going) void this.#deliver(bundle)
    return next
  }

  async #deliver({ lanes, rows }: Bundle): Promise<void> {
    for (const lane of lanes) lane.isBusy = true
    this.#inFlight++
    const statuses = new Map<WebhookRow, number>()
    await this.#offer(rows, statuses)
    if (this.#isClosed) return // The database may be closed; the rows are in it.
    this.#inFlight--
    for (const lane of lanes) lane.isBusy = false
    this.#options.ledger.together(() => {
      for (const row of rows) this.#answered(row, statuses.get(row) ?? 0)
    })
    this.pump()
  }

  /** Notes what became of each. What is too long together is offered in halves; whoever's earlier was not taken waits with the later. */
  async #offer(rows: readonly WebhookRow[], statuses: Map<WebhookRow, number>): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const body = together(rows.map((row) => row.body))
    const status = await this.#post({ phoneNumberId: first.phoneNumberId, body })
    if (status !== 413 || rows.length === 1) {
      for (const row of rows) statuses.set(row, status)
      return
    }
    const middle = Math.ceil(rows.length / 2)
    const before = rows.slice(0, middle)
    await this.#offer(before, statuses)
    const left = before.filter((row) => !isTaken(statuses.get(row) ?? 0)).map(({ waId }) => waId)
    await this.#offer(
      rows.slice(middle).filter(({ waId }) => !left.includes(waId)),
      statuses,
    )
  }

  #answered(row: WebhookRow, status: number): void {
    this.#note(row, status)
    const isDone = isTaken(status) || this.#options.clock.now() - row.dueAt > keepMs
    if (isDone) this.#remove(row)
    else this.#postpone(row)
    this.#options.heard(row, status)
  }

  #note(row: WebhookRow, status: number): void {
    const { phoneNumberId, body } = row
    this.deliveries.push({ at: this.#options.clock.now(), phoneNumberId, body, status })
    if (this.deliveries.length > deliveriesKept) this.deliveries.shift()
  }

  #remove(row: WebhookRow): void {
    this.#options.ledger.removeWebhook(row.seq)
    this.#waiting--
    const key = keyOf(row)
    const lane = this.#lanes.get(key)
    lane?.rows.splice(lane.rows.indexOf(row), 1)
    if (lane?.rows.length === 0) this.#lanes.delete(key)
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
      if (this.#isClosed) return
      this.#inFlight--
      this.deliveries.push({ at: this.#options.clock.now(), phoneNumberId, body, status })
      this.pump()
    })
  }

  /** The HTTP status; 0 when there was none. */
  async #post({ phoneNumberId, body }: { phoneNumberId: string; body: string }): Promise<number> {
    const channel = this.#options.channelOf(phoneNumberId)
    if (channel === undefined) return 0
    const signature = signatureOf(body, channel.appSecret)
    const headers = ['content-type', 'application/json', 'x-hub-signature-256', signature]
    try {
      const { timeoutMs } = this.#options
      return (await this.#posting.post(channel.webhookUrl, { headers, body, timeoutMs })).status
    } catch {
      return 0 // Nobody there, or too slow: it is sent again.
    }
  }
}
