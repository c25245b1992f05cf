import type { Actor } from '../../actors/runtime/change.ts'
import type { EventLog, Published } from '../../actors/runtime/contract.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import type { Persistence } from '../../actors/runtime/persistence.ts'
import type { Parts } from '../../actors/runtime/parts.ts'
import { ActorSystem } from '../../actors/runtime/system.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { StoredEvents } from '../../store/events.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { FakeClock } from './clock.ts'
import { freshDatabase } from './database.ts'

/** What systems stand on: one persistence for several of them, each with actors of its own making. */
export interface Ground {
  log: EventLog
  store: Store | undefined
  /** As a process of this release sees the data: what it knows of its actors decides how it reads them. */
  persistence(actors: readonly Actor[]): Persistence
  publish(event: Published): void
  close(): Promise<void>
}

export const grounds: Record<'memory' | 'the store', () => Promise<Ground>> = {
  memory: async () => {
    const memory = new MemoryPersistence()
    const publish = (event: Published) => memory.publish(event)
    return { log: memory, store: undefined, persistence: () => memory, publish, close: async () => {} }
  },
  'the store': async () => {
    const database = await freshDatabase()
    const store = await Store.open(database.uri)
    const rest = new Rest(new Vault(store, Buffer.alloc(32, 7)))
    const log = new StoredEvents(store, rest, new ActorDocuments(rest, []))
    return {
      log,
      store,
      persistence: (actors) => new MongoPersistence(store, rest, new ActorDocuments(rest, actors)),
      publish: (event) => log.publish(event),
      close: async () => {
        await store.close()
        await database.close()
      },
    }
  },
}

export interface Crew {
  clock: FakeClock
  faults: { error: unknown; message: string }[]
  /** One more process. */
  boot(actors: readonly unknown[], parts?: Partial<Parts>): ActorSystem
  close(): Promise<void>
}

/** Several systems over one ground, and one clock for all. */
export function crewOn(ground: Ground): Crew {
  const clock = new FakeClock()
  const systems: ActorSystem[] = []
  const crew: Crew = {
    clock,
    faults: [],
    boot(actors, parts = {}) {
      const known = actors as readonly Actor[]
      const system = new ActorSystem({
        actors: known,
        reactions: [],
        effects: {},
        persistence: ground.persistence(known),
        clocks: () => clock,
        world: clock,
        retries: clock,
        settings: () => defaultSettings,
        publish: (event) => ground.publish(event),
        onError: (error, { message }) => crew.faults.push({ error, message }),
        ...parts,
      })
      systems.push(system)
      clock.settle = async () => {
        for (const one of systems) await one.settled()
      }
      return system
    },
    async close() {
      // One that "died" in the middle of a write never ends.
      const soon = () => new Promise<void>((later) => setTimeout(later, 100))
      await Promise.all(systems.map((system) => Promise.race([system.close(), soon()])))
      await ground.close()
    },
  }
  return crew
}
