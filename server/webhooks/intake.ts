import { busy, Problem } from '../../kernel/problem.ts'
import type { ReceivedItem as Item } from '../../providers/received.ts'
import type { Channel } from '../../store/settings/channels.ts'
import type { Received, WebhookEvents } from '../../store/webhook-events.ts'
import type { Log } from '../ports.ts'
import { addressOf, type Dealing, type Event } from './dealing.ts'
import { Turnstile } from './turnstile.ts'

/** Above this we let the provider come again rather than pile up what is not yet dealt with. */
const underWayMax = 10_000
/** People whose words are handed over at once, or were and have no answer yet. */
const atOnce = 128
/** What waits longer than this is kept from the sweeps of other processes, which would take it for left lying. */
const holdMs = 4_000

/** Makes an item again of what was kept of it. */
export type Parser = (raw: string, now: number) => Item

interface Parts {
  /** By provider. */
  parsers: Readonly<Record<string, Parser>>
  events: WebhookEvents
  dealing: Dealing
  now(): number
  log: Log
}

interface Waiting {
  event: Event
  item: Item
}

/** What providers tell us: kept first, answered, then dealt with, in order per person, and no more at once than is good. */
export class Intake {
  readonly #parts: Parts
  readonly #turnstile = new Turnstile(atOnce)
  /** By person; their place at the turnstile is that of the first. */
  readonly #lanes = new Map<string, Waiting[]>()
  /** Kept events that are not yet dealt with, and since when they are here (monotonic ms): no sweep takes them up beside us. */
  readonly #taken = new Map<string, number>()
  #isHolding = false
  #underWay = 0
  #whenDone: (() => void)[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when all that is new is durable. @throws Problem `busy` when too much waits */
  async accept(channel: Pick<Channel, 'id' | 'workspaceId' | 'provider'>, items: readonly Item[]) {
    if (this.#underWay + items.length > underWayMax)
      throw busy('intake_full', 'Too much is waiting here at the moment.', 2_000)
    const { id: channelId, workspaceId, provider } = channel
    const kept = items.filter((item) => item.kind !== 'typing')
    for (const item of items) if (item.kind === 'typing') this.#take({ workspaceId, channelId, attempts: 0 }, item)
    const raws = kept.map(({ eventKey, raw }) => ({ workspaceId, channelId, provider, eventKey, raw }))
    const received = await this.#parts.events.keep(raws, this.#parts.now())
    const byKey = new Map(kept.map((item) => [item.eventKey, item]))
    for (const event of received) {
      const item = byKey.get(event.eventKey)
      if (item) this.#take(event, item)
    }
  }

  /** Takes up what a crash or a fault left lying. Answers how many. */
  async sweep(limit: number) {
    const { events, now, log } = this.#parts
    await this.#hold(0)
    const take = (event: Received) => {
      if (!this.#taken.has(event._id)) this.#take(event, this.#itemOf(event))
    }
    return events.overdue({ now: now(), limit }, take, ({ _id, channelId }, error) =>
      log.error('webhook not read', { eventId: _id, channelId, error }),
    )
  }

  /** Resolves when all that was accepted is dealt with. */
  async settled() {
    while (this.#underWay > 0) await new Promise<void>((done) => this.#whenDone.push(done))
    await this.#parts.events.drained()
  }

  #itemOf({ provider, raw }: Received): Item {
    const parse = this.#parts.parsers[provider]
    if (!parse) throw new Error(`Nothing reads what ${provider} tells.`)
    return parse(raw as string, this.#parts.now())
  }

  #take(event: Event, item: Item) {
    this.#underWay++
    if (event._id !== undefined) {
      this.#taken.set(event._id, performance.now())
      this.#holdLater()
    }
    if (item.kind === 'status') void this.#deal(event, item)
    else this.#inLane(event, item)
  }

  /** One at a time per person, so that what they say keeps its order. */
  #inLane(event: Event, item: Item) {
    const key = `${event.channelId}/${addressOf('from' in item ? item.from : {})}`
    const lane = this.#lanes.get(key)
    if (lane) return void lane.push({ event, item })
    this.#lanes.set(key, [{ event, item }])
    this.#next(key, event.workspaceId)
  }

  #next(key: string, workspaceId: string) {
    this.#turnstile.add(workspaceId, async () => {
      const lane = this.#lanes.get(key) ?? []
      const first = lane.shift()
      const on = () => {
        if (lane.length > 0) this.#next(key, workspaceId)
        else this.#lanes.delete(key)
      }
      if (first) await this.#deal(first.event, first.item, on)
    })
  }

  /**
   * The next message of this person need not wait for the answer to the last: a mailbox keeps the order in which it was
   * given (`handed`), and what waits in it is written together. A fault leaves the event to the sweep.
   */
  async #deal(event: Event, item: Item, handed?: () => void) {
    const { dealing, events } = this.#parts
    try {
      const dealt = dealing.deal(event, item)
      if (handed) void dealt.then(handed, handed)
      await (
        await dealt
      )?.done
      if (event._id !== undefined) events.settle(event._id)
    } catch (error) {
      const level = error instanceof Problem && !error.retryable ? 'warn' : 'error'
      this.#parts.log[level]('webhook not dealt with', { eventKind: item.kind, channelId: event.channelId, error })
    } finally {
      if (event._id !== undefined) this.#taken.delete(event._id)
      this.#underWay--
      if (this.#underWay === 0) for (const done of this.#whenDone.splice(0)) done()
    }
  }

  #holdLater() {
    if (this.#isHolding) return
    this.#isHolding = true
    const again = () => {
      this.#isHolding = false
      if (this.#taken.size > 0) this.#holdLater()
      void this.#hold(holdMs)
    }
    setTimeout(again, holdMs).unref()
  }

  /** What has been here so long is ours for a while more. */
  async #hold(forMs: number) {
    const { events, now, log } = this.#parts
    const before = performance.now() - forMs
    const ids = [...this.#taken].filter(([, since]) => since <= before).map(([id]) => id)
    try {
      if (ids.length > 0) await events.hold(ids, now())
    } catch (error) {
      log.warn('webhooks not held', { count: ids.length, error })
    }
  }
}
