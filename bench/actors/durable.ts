import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import { systemClock } from '../../kernel/clock.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { counter, counterActor, CounterState } from './counter.ts'
import type { Counter } from './peer.ts'

interface Where {
  store: string | undefined
  directory: string
}
export interface Saved {
  spawn(id: string): Counter
  close(): Promise<void>
}

const workspaceId = 'ws_bench'

/** `batched`: our turns, many of them one write. `each`: one write per message, one at a time per actor. `inPlace`: the
 * store counts, one `findOneAndUpdate` per message, nobody waits for anybody. All through one driver and one pool. */
export async function saving(
  way: 'batched' | 'each' | 'inPlace',
  { store: uri, directory }: Where,
  bounds: { askMs?: number } = {},
): Promise<Saved> {
  const embedded = uri ? undefined : await startEmbeddedStore({ directory, durability: 'full' })
  const store = await Store.open(uri ?? embedded?.uri ?? '')
  const closeStore = async () => {
    await store.close()
    await embedded?.close()
  }
  const ways = { batched, each, inPlace }
  const { spawn, close } = await ways[way](store, bounds)
  return {
    spawn,
    async close() {
      await close()
      await closeStore()
    },
  }
}

async function batched(store: Store, bounds: { askMs?: number }): Promise<Saved> {
  const rest = new Rest(new Vault(store, Buffer.alloc(32, 1)))
  const documents = new ActorDocuments(rest, [{ contract: counter, state: CounterState }])
  const system = new ActorSystem({
    actors: [counterActor] as never,
    reactions: [],
    effects: {},
    persistence: new MongoPersistence(store, rest, documents),
    clocks: () => systemClock,
    settings: () => defaultSettings,
    publish() {},
    bounds,
    onError(error) {
      throw error
    },
  })
  const workspace = system.workspace(workspaceId, principal('staff', 'usr_bench'))
  return {
    spawn: (id) => ({
      view: () => workspace.at(counter, id).view(),
      increment: () => workspace.at(counter, id).increment(),
    }),
    close: () => system.close(),
  }
}

/** What the turn loop takes the place of: the same state in memory, saved after each message before the answer leaves. */
async function each(store: Store): Promise<Saved> {
  const collection = store.collection('users')
  const tails = new Map<string, Promise<number>>()
  const states = new Map<string, { count: number; topic: string; members: string[]; rev: number }>()
  const increment = async (_id: string) => {
    const before = states.get(_id) ?? { count: 0, topic: 'care', members: ['u1', 'u2'], rev: 0 }
    const after = { ...before, count: before.count + 1, rev: before.rev + 1 }
    await collection.updateOne({ _id, workspaceId, rev: before.rev }, { $set: after }, { upsert: before.rev === 0 })
    states.set(_id, after)
    return after.count
  }
  return {
    spawn: (id) => ({
      view: async () => states.get(id)?.count ?? 0,
      increment() {
        const mine = (tails.get(id) ?? Promise.resolve(0)).then(() => increment(id))
        tails.set(id, mine)
        return mine
      },
    }),
    async close() {},
  }
}

async function inPlace(store: Store): Promise<Saved> {
  const collection = store.collection('users')
  return {
    spawn: (_id) => ({
      view: async () => (await collection.findOne({ _id }))?.['count'] ?? 0,
      async increment() {
        const options = { upsert: true, returnDocument: 'after' } as const
        const found = await collection.findOneAndUpdate({ _id, workspaceId }, { $inc: { count: 1 } as never }, options)
        return found?.['count']
      },
    }),
    async close() {},
  }
}
