import { Cluster } from '../../../actors/runtime/cluster/cluster.ts'
import { shardOf } from '../../../actors/runtime/cluster/shards.ts'
import { MemoryPersistence } from '../../../actors/runtime/memory.ts'
import type { Persistence, Write } from '../../../actors/runtime/persistence.ts'
import { ActorSystem } from '../../../actors/runtime/system.ts'
import type { Address } from '../../../actors/runtime/turn.ts'
import { outbox, reminders } from '../../../jobs/reminders.ts'
import { alone } from '../../../test/harness/alone.ts'
import { defaultSettings } from '../../../kernel/settings.ts'
import { tallyActor, type TallyState } from './actors.ts'
import { Host } from './host.ts'
import { Network, still, type Turbulence } from './network.ts'
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
  /** The process, or its whole machine, stands still for some seconds. */
  stopsPerSecond: number
  leavesPerSecond: number
  network: Turbulence
}
export const calm: Weather = {
  lostBefore: 0,
  lostAfter: 0,
  slow: 0,
  diesAfterWrite: 0,
  diesPerSecond: 0,
  clockJumpsPerSecond: 0,
  stopsPerSecond: 0,
  leavesPerSecond: 0,
  network: still,
}

/** A protection that is taken away, to see that its absence is found. */
export type Without = 'fencing' | 'gate' | 'deduplication' | 'lookUp' | 'guard' | 'arrivals' | undefined

export const workspaceId = 'w1'
/** What a dead process waits for. */
const never = () => new Promise<never>(() => {})
/** Clocks of two machines go as much apart, at most. */
const driftMax = 0.02
/** Whoever has not left by then is killed, ms. */
const leaveMs = 15_000
const hourMs = 60 * 60_000

/** What the outside world has seen: nothing of it may come from a turn that is not durable. */
export interface Seen {
  calls: string[]
  published: { stream: string; seq: number }[]
  violations: string[]
}

export interface Node {
  readonly name: string
  readonly host: Host
  readonly cluster: Cluster | undefined
  readonly system: ActorSystem
  /** Ends in peace. */
  isLeaving: boolean
}

/** The processes of a run, over one store that loses, delays and outlives them. */
export class Nodes {
  readonly memory = new MemoryPersistence()
  readonly all: Node[] = []
  readonly seen: Seen = { calls: [], published: [], violations: [] }
  #weather = calm
  readonly #world: World
  readonly #without: Without
  /** Where processes share the actors; else each believes that it has all of them. */
  readonly #network: Network | undefined
  /** Whose request the store works on. */
  #served: Host | undefined

  constructor(world: World, { isCluster, without }: { isCluster: boolean; without: Without }) {
    this.#world = world
    this.#without = without
    this.#network = isCluster ? new Network(world) : undefined
    this.memory.disk = async (when) => {
      if (when === 'before' || !this.#served || !world.happens(this.weather.diesAfterWrite)) return
      const served = this.#served
      for (const node of this.living) if (node.host === served) this.kill(node)
      await never()
    }
  }

  get living() {
    return this.all.filter(({ host }) => host.isAlive)
  }

  get staying() {
    return this.living.filter(({ isLeaving }) => !isLeaving)
  }

  set weather(weather: Weather) {
    this.#weather = weather
    if (weather === calm) this.#network?.calm()
    else if (this.#network) this.#network.turbulence = weather.network
  }

  get weather() {
    return this.#weather
  }

  boot() {
    const world = this.#world
    const name = `p${this.all.length + 1}`
    const host = new Host(world, this.#network ? 1 + (world.random() - 0.5) * driftMax : 1)
    const cluster = this.#network && this.#member(name, host, this.#network)
    const node: Node = { name, host, cluster, system: this.#system(host, cluster), isLeaving: false }
    this.all.push(node)
    // Who cannot begin ends, as `server` does.
    void cluster?.join().catch(() => this.kill(node))
  }

  /** A tenth of a second of bad weather. */
  blow() {
    const world = this.#world
    const { diesPerSecond, clockJumpsPerSecond, stopsPerSecond, leavesPerSecond } = this.weather
    // A machine whose wall clock is set back while it sleeps has no clock left by which it could know that it slept.
    const maySleep = clockJumpsPerSecond === 0
    for (const node of this.living) {
      if (world.happens(diesPerSecond / 10)) this.kill(node)
      else if (world.happens(stopsPerSecond / 10))
        node.host.stop(50 + world.below(4_000), maySleep && world.happens(0.3))
      else if (world.happens(leavesPerSecond / 10)) this.leave(node)
    }
    // At most an hour from one extreme to the other: so long, by the clock, is a command known again.
    if (world.happens(clockJumpsPerSecond / 10)) world.skewMs = (world.random() - 0.5) * hourMs
    this.#network?.blow()
  }

  kill({ name, host }: Node) {
    const world = this.#world
    world.note('kill')
    host.isAlive = false
    // Its kernel closes the connections; of a machine that is lost nobody hears.
    if (world.happens(0.7)) this.#network?.leave(name)
  }

  leave(node: Node) {
    if (!node.cluster || node.isLeaving) return
    this.#world.note('leave')
    node.isLeaving = true
    const end = () => {
      if (node.host.isAlive) this.kill(node)
    }
    void node.system.close().then(end, end)
    this.#world.later(leaveMs, end)
  }

  /** Two may never answer for one actor at the same time. */
  watch(actorIds: readonly string[]) {
    const { now } = this.#world
    for (const id of actorIds) {
      const shard = shardOf({ workspaceId, kind: 'tally', id })
      const serving = this.living.filter(
        ({ host, cluster }) => host.stillUntil <= now && cluster?.isServing() && cluster.leases.owns(shard),
      )
      if (serving.length > 1)
        this.seen.violations.push(`I3: ${serving.map(({ name }) => name).join()} answer for ${id}`)
    }
  }

  /** What of this actor is on the disk. */
  durable(id: string): TallyState | undefined {
    return this.memory.stateOf({ workspaceId, kind: 'tally', id }) as TallyState | undefined
  }

  #member(name: string, host: Host, network: Network) {
    const { pulse, wall } = host
    const protections = { guard: this.#without !== 'guard', deduplication: this.#without !== 'arrivals' }
    const about = { name, role: 'all', version: '1', takesActors: true, startedAt: wall() }
    return new Cluster(name, network.ways(name, host), { ...about, pulse, wall, protections, onError() {} })
  }

  #system(host: Host, cluster: Cluster | undefined) {
    const { clock, pulse } = host
    const system: ActorSystem = new ActorSystem({
      actors: [tallyActor] as never,
      reactions: [],
      effects: { tally: { call: this.#provider(host) } },
      persistence: this.#store(host),
      clocks: () => clock,
      world: clock,
      pulse,
      chance: this.#world.chance,
      settings: () => defaultSettings,
      publish: ({ stream, seq }) => this.#published(host, stream, seq),
      onError() {},
      isAlive: (incarnation) =>
        cluster?.isAlive(incarnation) ?? this.living.some((node) => node.system.incarnation === incarnation),
      bounds: { idleMs: 3_000 },
      placement: cluster,
    })
    const sleepers = {
      kinds: ['tally'],
      dueActors: this.memory.dueActors.bind(this.memory),
      wake: (address: Address) => host.isAlive && system.wake(address),
      now: () => clock.now(),
    }
    for (const { everyMs, run } of [reminders(sleepers), outbox(sleepers)]) pulse.every(everyMs, () => void run(alone))
    return system
  }

  #published({ isAlive }: Host, stream: string, seq: number) {
    if (!isAlive) return
    this.seen.published.push({ stream, seq })
    if (seq > (this.durable(stream.split(':')[1] ?? '')?.added.length ?? 0))
      this.seen.violations.push(`I4: the event ${stream}:${seq} left before its turn was durable`)
  }

  #store(host: Host): Persistence {
    const { memory } = this
    const ask = <T>(name: string, run: () => Promise<T>) => this.#request(host, name, run)
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
  async #request<T>(host: Host, name: string, run: () => Promise<T>): Promise<T> {
    const world = this.#world
    const { lostBefore, lostAfter, slow } = this.weather
    if (!host.isAlive) return never()
    const travel = () => world.delay(world.happens(slow) ? 200 + world.below(3_000) : 1 + world.below(5))
    await travel()
    const isLost = world.happens(lostBefore)
    if (!isLost) {
      this.#served = host
      const result = await run().then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error
        },
      )
      world.note(name)
      await travel()
      await host.awake()
      if (!host.isAlive) return never()
      if (!world.happens(lostAfter)) return result()
    }
    await host.awake()
    if (!host.isAlive) return never()
    throw new Error(`the answer to ${name} was lost`)
  }

  /** Takes a while, and sometimes the network breaks before the call, or after it. */
  #provider(host: Host) {
    const world = this.#world
    const { seen } = this
    return {
      run: async (_: unknown, key: string, { actorId }: { actorId: string }) => {
        if (!host.isAlive) return never()
        if (!this.durable(actorId)?.asked.includes(key))
          seen.violations.push(`I4: ${key} was called before its turn was durable`)
        await world.delay(1 + world.below(50))
        if (world.happens(0.1)) throw new Error('the network broke before')
        seen.calls.push(key)
        world.note(`call ${key}`)
        await world.delay(1 + world.below(50))
        await host.awake()
        if (!host.isAlive) return never()
        if (world.happens(0.1)) throw new Error('the network broke after')
        return { id: key, outcome: 'made' }
      },
      lookUp: async (_: unknown, key: string) => {
        await world.delay(1 + world.below(20))
        await host.awake()
        if (!host.isAlive) return never()
        if (this.#without === 'lookUp') return undefined
        // What a dead process sent may still be on its way: that it has not come says nothing.
        return { id: key, outcome: seen.calls.includes(key) ? 'found' : 'unknown' }
      },
    }
  }
}
