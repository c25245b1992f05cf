import type { Bounds } from '../../actors/runtime/bounds.ts'
import type { Actor } from '../../actors/runtime/change.ts'
import { Cluster, type MemberOptions } from '../../actors/runtime/cluster/cluster.ts'
import { shardCount } from '../../actors/runtime/cluster/shards.ts'
import type { Published } from '../../actors/runtime/contract.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import type { Runners } from '../../actors/runtime/outbox.ts'
import { ActorSystem } from '../../actors/runtime/system.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { PrivateRedis } from './redis.ts'
import { until } from './until.ts'

interface Options extends Partial<MemberOptions> {
  effects?: Runners
  bounds?: Partial<Bounds>
}
export interface Node {
  readonly cluster: Cluster
  readonly system: ActorSystem
}

/** Several members in one process, through a real Redis, over one memory. */
export class Neighbours {
  readonly redis: PrivateRedis
  readonly memory = new MemoryPersistence()
  readonly events: Published[] = []
  readonly faults: unknown[] = []
  readonly #actors: readonly Actor[]
  readonly #nodes = new Set<Node>()

  private constructor(redis: PrivateRedis, actors: readonly Actor[]) {
    this.redis = redis
    this.#actors = actors
  }

  static async of(actors: readonly Actor[]) {
    return new Neighbours(await PrivateRedis.start(), actors)
  }

  async boot(name: string, { effects = {}, bounds, ...options }: Options = {}): Promise<Node> {
    const about = { name, role: 'all', version: '1', takesActors: true, startedAt: Date.now() }
    const onError = (error: unknown) => void this.faults.push(error)
    const cluster = await Cluster.open(this.redis.url, 'test', { ...about, onError, ...options })
    const system = new ActorSystem({
      actors: this.#actors,
      reactions: [],
      effects,
      persistence: this.memory,
      clocks: () => systemClock,
      settings: () => defaultSettings,
      publish: (event) => this.events.push(event),
      onError,
      placement: cluster,
      ...(bounds && { bounds }),
    })
    await cluster.join()
    const node = { cluster, system }
    this.#nodes.add(node)
    return node
  }

  /** Two or more that have shared out everything. */
  async share(...names: string[]): Promise<Node[]> {
    const nodes: Node[] = []
    for (const name of names) nodes.push(await this.boot(name))
    await this.settled(nodes)
    return nodes
  }

  /** Every shard has an owner, everybody knows it, and nobody hands over. */
  async settled(nodes: readonly Node[]) {
    const share = (shardCount / nodes.length) * 0.6
    await until(() => {
      const owned = nodes.map(({ cluster }) => cluster.leases.owned)
      const isKnown = nodes.every(({ cluster }) => cluster.inspect().shards.unowned === 0)
      return isKnown && owned.reduce((sum, one) => sum + one) === shardCount && Math.min(...owned) > share
    })
  }

  /** As a process that dies: it says nothing more, to Redis or to anybody. */
  cut(node: Node) {
    node.cluster.close()
  }

  async leave(node: Node) {
    this.#nodes.delete(node)
    await node.system.close()
    node.cluster.close()
  }

  async close() {
    for (const { cluster } of this.#nodes) cluster.close()
    await this.redis.stop()
  }
}
