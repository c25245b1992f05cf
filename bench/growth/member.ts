/** One member of a small cluster, which asks actors of all of them and counts what that costs it. */
import { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { counter, counterActor, CounterState } from '../actors/counter.ts'
import { drive } from '../actors/drive.ts'
import type { Counter } from '../actors/peer.ts'
import { answer } from '../program.ts'

export interface Counts {
  cpuUs: number
  turns: number
  commits: number
  roundTrips: number
  documents: number
  /** Messages to actors of other members. */
  routed: number
  shards: number
  /** Actors in memory. */
  active: number
  heap: number
}

let counts: () => Counts
let counters: Counter[] = []
let close = async () => {}

answer({
  async open({ redis, store: uri, name }: { redis: string; store: string; name: string }) {
    const onError = (error: unknown) => {
      throw error
    }
    const about = { name, role: 'all', version: '1', takesActors: true, startedAt: Date.now(), onError }
    const cluster = await Cluster.open(redis, 'growth', about)
    const store = await Store.open(uri)
    const rest = new Rest(new Vault(store, Buffer.alloc(32, 1)))
    const documents = new ActorDocuments(rest, [{ contract: counter, state: CounterState }])
    const persistence = new MongoPersistence(store, rest, documents)
    const system = new ActorSystem({
      actors: [counterActor] as never,
      reactions: [],
      effects: {},
      persistence,
      clocks: () => systemClock,
      settings: () => defaultSettings,
      publish() {},
      onError,
      placement: cluster,
    })
    await cluster.join()
    const workspace = system.workspace('ws_bench', principal('staff', 'usr_bench'))
    const spawn = (id: string): Counter => ({
      view: () => workspace.at(counter, id).view(),
      increment: () => workspace.at(counter, id).increment(),
    })
    counters = Array.from({ length: 50_000 }, (_, n) => spawn(`c${n}`))
    counts = () => {
      const { user, system: inKernel } = process.cpuUsage()
      const { turns, commits } = system.counters
      const { roundTrips, documents: written } = persistence.counters
      const { asked: routed, owned: shards } = cluster.counters
      const heap = process.memoryUsage().heapUsed
      return {
        cpuUs: user + inKernel,
        turns,
        commits,
        roundTrips,
        documents: written,
        routed,
        shards,
        active: system.size,
        heap,
      }
    }
    close = async () => {
      await system.close()
      cluster.close()
      await store.close()
    }
  },

  counts() {
    globalThis.gc?.()
    return counts()
  },

  drive: ({ actors, inflight, ms }: { actors: number; inflight: number; ms: number }) =>
    drive(counters.slice(0, actors), 'increment', inflight, ms),

  stop: () => close(),
})
