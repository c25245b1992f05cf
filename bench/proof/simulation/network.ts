import type { Board, Sighting } from '../../../actors/runtime/cluster/board.ts'
import type { Ways } from '../../../actors/runtime/cluster/cluster.ts'
import { MemoryHub } from '../../../actors/runtime/cluster/memory.ts'
import { type Listening, Unsent } from '../../../actors/runtime/cluster/post.ts'
import type { Host } from './host.ts'
import type { World } from './world.ts'

/** What may go wrong between members and their Redis, as probabilities: of each publication, or of each second. */
export interface Turbulence {
  repeats: number
  /** Of all that travels. */
  slow: number
  breaksPerSecond: number
  holdsPerSecond: number
  pausesPerSecond: number
  forgetsPerSecond: number
}
export const still: Turbulence = {
  repeats: 0,
  slow: 0,
  breaksPerSecond: 0,
  holdsPerSecond: 0,
  pausesPerSecond: 0,
  forgetsPerSecond: 0,
}

// As `server` opens its connections: a sign of life is given anew after two beats, a publication after five seconds.
const beatAnswerMs = 500
const sayAnswerMs = 5_000
const reconnectMs = 100

/** One direction of one connection: in order, and nothing arrives when the connection broke on its way. */
class Pipe {
  readonly #world: World
  readonly #travelMs: () => number
  /** Until when nothing arrives, world ms. */
  readonly #heldUntil: () => number
  #last: Promise<unknown> = Promise.resolve()
  #epoch = 0

  constructor(world: World, travelMs: () => number, heldUntil: () => number) {
    this.#world = world
    this.#travelMs = travelMs
    this.#heldUntil = heldUntil
  }

  break() {
    this.#epoch++
    this.#last = Promise.resolve()
  }

  /** Resolves when what is said now has arrived, after all that was said before. False: it never will. */
  travel(): Promise<boolean> {
    const epoch = this.#epoch
    const at = this.#world.now + this.#travelMs()
    const arrived = this.#last.then(async () => {
      for (;;) {
        const restMs = Math.max(at, this.#heldUntil()) - this.#world.now
        if (restMs <= 0 || epoch !== this.#epoch) return epoch === this.#epoch
        await this.#world.delay(restMs)
      }
    })
    this.#last = arrived
    return arrived
  }
}

/** A member and its connections to Redis. */
interface Link {
  readonly host: Host
  /** Until when nothing gets through, each way, world ms. */
  readonly held: { out: number; in: number }
  readonly pipes: { asks: Pipe; answers: Pipe; says: Pipe; said: Pipe; hears: Pipe }
  /** When each of them is there again, world ms. */
  readonly downUntil: { leases: number; speaks: number; listens: number }
  on: Listening | undefined
  line: number
}

/** Redis and the network between it and the members, out of the world's chance; what they agree on is a MemoryHub. */
export class Network {
  turbulence: Turbulence = still
  readonly #world: World
  readonly #hub = new MemoryHub()
  readonly #links = new Map<string, Link>()
  #stillUntil = 0

  constructor(world: World) {
    this.#world = world
  }

  ways(me: string, host: Host): Ways {
    const link = this.#open(host)
    this.#links.set(me, link)
    return { board: this.#board(link), wire: this.#wire(me, link), close: () => this.leave(me) }
  }

  /** Its connections are closed. A machine that is lost does not say so: then nobody knows for a while. */
  leave(me: string) {
    this.#links.delete(me)
    this.#hub.kill(me)
  }

  /** A tenth of a second of it. */
  blow() {
    const world = this.#world
    const { breaksPerSecond, holdsPerSecond, pausesPerSecond, forgetsPerSecond } = this.turbulence
    for (const link of this.#links.values()) {
      if (world.happens(breaksPerSecond / 10)) this.#break(link, 1 + world.below(7))
      if (!world.happens(holdsPerSecond / 10)) continue
      const until = world.now + 50 + world.below(4_000)
      const way = world.below(3)
      if (way !== 0) link.held.out = until
      if (way !== 1) link.held.in = until
    }
    if (world.happens(pausesPerSecond / 10)) this.#stillUntil = world.now + 50 + world.below(2_500)
    if (!world.happens(forgetsPerSecond / 10)) return
    world.note('forget')
    for (const link of this.#links.values()) this.#break(link, 7)
    this.#hub.forget()
  }

  calm() {
    this.turbulence = still
    this.#stillUntil = 0
    for (const { held } of this.#links.values()) held.in = held.out = 0
  }

  #open(host: Host): Link {
    const world = this.#world
    const travelMs = () => (world.happens(this.turbulence.slow) ? 50 + world.below(1_500) : 0.1 + world.random())
    const held = { out: 0, in: 0 }
    const to = () => new Pipe(world, travelMs, () => Math.max(held.out, this.#stillUntil))
    const from = () => new Pipe(world, travelMs, () => Math.max(held.in, host.stillUntil))
    const pipes = { asks: to(), answers: from(), says: to(), said: from(), hears: from() }
    return { host, held, pipes, downUntil: { leases: 0, speaks: 0, listens: 0 }, on: undefined, line: 1 }
  }

  /** `which`: a bit for each connection. What was under way on it is lost, on its way there or back. */
  #break(link: Link, which: number) {
    const { pipes, downUntil, host } = link
    const world = this.#world
    const awayMs = world.happens(0.3) ? world.below(3_000) : reconnectMs
    const back = Math.max(world.now + awayMs, link.held.in, link.held.out, this.#stillUntil)
    if (which & 1) {
      for (const pipe of [pipes.asks, pipes.answers]) pipe.break()
      downUntil.leases = back
    }
    if (which & 2) {
      for (const pipe of [pipes.says, pipes.said]) pipe.break()
      downUntil.speaks = back
    }
    if (!(which & 4)) return
    pipes.hears.break()
    downUntil.listens = back
    host.pulse.later(0, () => link.line++)
    const listensAgain = () => {
      if (downUntil.listens > world.now) host.pulse.later(downUntil.listens - world.now, listensAgain)
      else link.on?.again()
    }
    host.pulse.later(reconnectMs, listensAgain)
  }

  #board(link: Link): Board {
    const board = this.#hub.board()
    const { asks, answers } = link.pipes
    const ask = <T>(run: () => Promise<T>) => {
      if (link.downUntil.leases > this.#world.now) throw new Unsent('no connection')
      return this.#asked(link, [asks, answers], beatAnswerMs, run)
    }
    return {
      beat: async (sign) => ask(async () => this.#heard(await board.beat(sign))),
      take: async (...of) => ask(() => board.take(...of)),
      give: async (...of) => ask(() => board.give(...of)),
      bury: async (...of) => ask(() => board.bury(...of)),
      leave: async (...of) => ask(() => board.leave(...of)),
    }
  }

  /** Redis knows whose connection is gone. */
  #heard(sighting: Sighting): Sighting {
    const signs = [...sighting.signs].map(([id, { sign, isListening }]) => {
      const isThere = (this.#links.get(id)?.downUntil.listens ?? Infinity) <= this.#world.now
      return [id, { sign, isListening: isListening && isThere }] as const
    })
    return { ...sighting, signs: new Map(signs) }
  }

  #wire(me: string, link: Link): Ways['wire'] {
    const { says, said, hears } = link.pipes
    const later = async (run: () => void) => {
      if ((await hears.travel()) && link.host.isAlive) run()
    }
    return {
      get line() {
        return link.line
      },
      listen: async (on) => {
        link.on = on
        await this.#hub.wire(me).listen({ ...on, notice: () => void later(() => on.notice()) })
      },
      publish: async (member, bytes) => {
        if (link.downUntil.speaks > this.#world.now) throw new Unsent('no connection')
        return this.#asked(link, [says, said], sayAnswerMs, async () => this.#published(member, bytes))
      },
    }
  }

  /** What Redis answers whoever publishes: how many there were to hear it. */
  #published(member: string, bytes: Uint8Array): number {
    const world = this.#world
    const link = this.#links.get(member)
    if (!link?.on || link.downUntil.listens > world.now) return 0
    const deliver = async () => {
      if ((await link.pipes.hears.travel()) && link.host.isAlive) link.on?.message(bytes)
    }
    void deliver()
    if (world.happens(this.turbulence.repeats)) world.later(world.below(1_500), () => void deliver())
    return 1
  }

  /** It is carried out when it arrives, whether anybody still waits for its answer or not. */
  async #asked<T>({ host }: Link, [there, back]: [Pipe, Pipe], answerMs: number, run: () => Promise<T>): Promise<T> {
    const answered = async () => {
      const answer = (await there.travel()) ? { is: await run() } : undefined
      const hasCome = answer !== undefined && (await back.travel())
      await host.awake()
      if (!host.isAlive) return new Promise<never>(() => {})
      if (!hasCome) throw new Error('the connection broke')
      return answer.is
    }
    const late = new Promise<never>((_, reject) =>
      host.pulse.later(answerMs, () => reject(new Error('no answer in time'))),
    )
    return Promise.race([answered(), late])
  }
}
