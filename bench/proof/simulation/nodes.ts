import { MemoryPersistence } from '../../../actors/runtime/memory.ts'
import type { Persistence, Write } from '../../../actors/runtime/persistence.ts'
import { ActorSystem } from '../../../actors/runtime/system.ts'
import { outbox, reminders } from '../../../jobs/reminders.ts'
import { defaultSettings } from '../../../kernel/settings.ts'
import { tallyActor, type TallyState } from './actors.ts'
import type { World } from './world.ts'

/** What may go wrong, as probabilities: of each request to the store, of each second. */
export interface Weather {
  lostBefore: number
  lostAfter: number
  slow: number
  /** The process dies when its write is down and nobody has heard of it. */
  diesAfterWrite: number
  diesPerSecond: number
  clockJumpsPerSecond: number
}

/** A protection that is taken away, to see that its absence is found. */
export type Without = 'fencing' | 'gate' | 'deduplication' | 'lookUp' | undefined

export const workspaceId = 'w1'
const never = new Promise<never>(() => {})

/** What the outside world has seen: nothing of it may come from a turn that is not durable. */
export interface Seen {
  calls: string[]
  published: { stream: string; seq: number }[]
  violations: string[]
}

export interface Node {
  system: ActorSystem
  isAlive: boolean
}

/** The processes of a run, over one store that loses, delays and outlives them. */
export class Nodes {
  readonly memory = new MemoryPersistence()
  readonly all: Node[] = []
  readonly seen: Seen = { calls: [], published: [], violations: [] }
  weather: Weather
  readonly #world: World
  readonly #without: Without
  /** Whose request the store works on. */
  #served: Node | undefined

  constructor(world: World, weather: Weather, without: Without) {
    this.#world = world
    this.weather = weather
    this.#without = without
    this.memory.disk = async (when) => {
      if (when === 'before' || !this.#served || !world.happens(this.weather.diesAfterWrite)) return
      this.kill(this.#served)
      await never
    }
  }

  get living() {
    return this.all.filter(({ isAlive }) => isAlive)
  }

  boot(): Node {
    const world = this.#world
    const node = { isAlive: true } as Node
    const isAlive = () => node.isAlive
    const clock = world.clock(isAlive)
    node.system = new ActorSystem({
      actors: [tallyActor] as never,
      reactions: [],
      effects: { tally: { call: this.#provider(isAlive) } },
      persistence: this.#store(node),
      clocks: () => clock,
      world: clock,
      pulse: world.pulse(isAlive),
      chance: world.chance,
      settings: () => defaultSettings,
      publish: ({ stream, seq }) => {
        if (!node.isAlive) return
        this.seen.published.push({ stream, seq })
        if (seq > (this.durable(stream.split(':')[1] ?? '')?.added.length ?? 0))
          this.seen.violations.push(`I4: the event ${stream}:${seq} left before its turn was durable`)
      },
      onError() {},
      isAlive: (incarnation) => this.living.some(({ system }) => system.incarnation === incarnation),
      bounds: { idleMs: 3_000 },
    })
    const sleepers = {
      kinds: ['tally'],
      dueActors: this.memory.dueActors.bind(this.memory),
      wake: (address: { workspaceId: string; kind: string; id: string }) => node.isAlive && node.system.wake(address),
      now: () => clock.now(),
    }
    for (const { everyMs, run } of [reminders(sleepers), outbox(sleepers)])
      world.pulse(isAlive).every(everyMs, () => void run())
    this.all.push(node)
    return node
  }

  kill(node: Node) {
    this.#world.note('kill')
    node.isAlive = false
  }

  /** What of this actor is on the disk. */
  durable(id: string): TallyState | undefined {
    return this.memory.stateOf({ workspaceId, kind: 'tally', id }) as TallyState | undefined
  }

  #store(node: Node): Persistence {
    const { memory } = this
    const ask = <T>(name: string, run: () => Promise<T>) => this.#request(node, name, run)
    return {
      claim: (...of) => ask('claim', () => memory.claim(...of)),
      peek: (...of) => ask('peek', () => memory.peek(...of)),
      unclaim: (...of) => ask('unclaim', () => memory.unclaim(...of)),
      part: (...of) => ask('part', () => memory.part(...of)),
      mark: (...of) => ask('mark', () => memory.mark(...of)),
      commit: (write) => {
        const written = ask('commit', async () => memory.commit(await this.#fenced(write)))
        if (this.#without !== 'gate') return written
        void written.catch(() => undefined)
        return Promise.resolve()
      },
      redo: (...of) => ask('redo', () => memory.redo(...of)),
      bury: (...of) => ask('bury', () => memory.bury(...of)),
      dueActors: (...of) => ask('dueActors', () => memory.dueActors(...of)),
    }
  }

  async #fenced(write: Write): Promise<Write> {
    if (this.#without !== 'fencing') return write
    const { formerOwner = write.owner, rev = 0 } = (await this.memory.peek(write.address)) ?? {}
    return { ...write, owner: formerOwner, rev }
  }

  /** It travels, is done or not, and its answer travels back or not; the process may be dead by then. */
  async #request<T>(node: Node, name: string, run: () => Promise<T>): Promise<T> {
    const world = this.#world
    const { lostBefore, lostAfter, slow } = this.weather
    if (!node.isAlive) return never
    const travel = () => world.delay(world.happens(slow) ? 200 + world.below(3_000) : 1 + world.below(5))
    await travel()
    const isLost = world.happens(lostBefore)
    if (!isLost) {
      this.#served = node
      const result = await run().then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error
        },
      )
      world.note(name)
      await travel()
      if (!node.isAlive) return never
      if (!world.happens(lostAfter)) return result()
    }
    if (!node.isAlive) return never
    throw new Error(`the answer to ${name} was lost`)
  }

  /** Takes a while, and sometimes the network breaks before the call, or after it. */
  #provider(isAlive: () => boolean) {
    const world = this.#world
    const { seen } = this
    return {
      run: async (_: unknown, key: string, { actorId }: { actorId: string }) => {
        if (!isAlive()) return never
        if (!this.durable(actorId)?.asked.includes(key))
          seen.violations.push(`I4: ${key} was called before its turn was durable`)
        await world.delay(1 + world.below(50))
        if (world.happens(0.1)) throw new Error('the network broke before')
        seen.calls.push(key)
        world.note(`call ${key}`)
        await world.delay(1 + world.below(50))
        if (!isAlive()) return never
        if (world.happens(0.1)) throw new Error('the network broke after')
        return { id: key, outcome: 'made' }
      },
      lookUp: async (_: unknown, key: string) => {
        await world.delay(1 + world.below(20))
        if (!isAlive()) return never
        if (this.#without === 'lookUp') return undefined
        // What a dead process sent may still be on its way: that it has not come says nothing.
        return { id: key, outcome: seen.calls.includes(key) ? 'found' : 'unknown' }
      },
    }
  }
}
