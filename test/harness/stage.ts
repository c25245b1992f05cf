import { actors } from '../../actors/index.ts'
import type { EventLog, Published } from '../../actors/runtime/contract.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import { trueChance } from '../../actors/runtime/moment.ts'
import type { Runners } from '../../actors/runtime/outbox.ts'
import type { Persistence, Write } from '../../actors/runtime/persistence.ts'
import type { Bounds } from '../../actors/runtime/bounds.ts'
import { ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Command } from '../../actors/runtime/turn.ts'
import { defaultRule } from '../../kernel/assignment.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { ActorDocuments } from '../../store/documents.ts'
import { StoredEvents } from '../../store/events.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { FakeClock } from './clock.ts'
import { freshDatabase } from './database.ts'

/** A persistence whose commits a test can hold, fail, or lose the answer of. */
export class Disk implements Persistence {
  readonly under: Persistence
  writes: Write[] = []
  before: () => Promise<void> = async () => {}
  after: () => Promise<void> = async () => {}
  readonly claim: Persistence['claim']
  readonly peek: Persistence['peek']
  readonly unclaim: Persistence['unclaim']
  readonly part: Persistence['part']
  readonly mark: Persistence['mark']
  readonly redo: Persistence['redo']
  readonly bury: Persistence['bury']
  readonly dueActors: Persistence['dueActors']
  readonly letters: Command[] = []

  constructor(under: Persistence) {
    this.under = under
    this.claim = under.claim.bind(under)
    this.peek = under.peek.bind(under)
    this.unclaim = under.unclaim.bind(under)
    this.part = under.part.bind(under)
    this.mark = under.mark.bind(under)
    this.redo = under.redo.bind(under)
    this.dueActors = under.dueActors.bind(under)
    this.bury = async (command, error) => {
      this.letters.push(command)
      await under.bury(command, error)
    }
  }

  async commit(write: Write) {
    await this.before()
    await this.under.commit(write)
    this.writes.push(write)
    await this.after()
  }

  heal() {
    this.before = this.after = async () => {}
  }
}

export interface Stage {
  disk: Disk
  clock: FakeClock
  events: Published[]
  log: EventLog
  faults: unknown[]
  store: Store | undefined
  /** One more process over the same data. */
  boot(options?: { effects?: Runners; bounds?: Partial<Bounds>; random?: () => number }): ActorSystem
  close(): Promise<void>
}

const quiet: Runners = {
  user: { keepSuppressions: { run: async () => ({}) }, findSuppressions: { run: async () => ({ found: [] }) } },
  inbox: { readLines: { run: async () => ({ lines: [] }) } },
  roster: {
    readStaff: { run: async () => ({ rule: defaultRule, members: [], teams: [] }) },
    readUnplaced: { run: async () => ({ conversationIds: [], isAll: true }) },
    readWaiting: { run: async () => ({ wishes: [], isAll: true }) },
    readHeld: { run: async (input) => ({ ...(input as object), conversationIds: [] }) },
  },
  conversation: { showPresence: { run: async () => ({}) }, fetchFile: { run: async (input) => input } },
  channel: {
    deliver: {
      run: async (input) => {
        const { messageId } = input as { messageId: string }
        const result = { outcome: 'accepted', messageId, providerId: `wamid.${messageId}` }
        return { result, parcel: input }
      },
      lookUp: async (input) => {
        const { messageId } = input as { messageId: string }
        return { result: { outcome: 'unknown', messageId, why: 'looked up' }, parcel: input }
      },
    },
  },
}

/** The runtime over memory, or over a store through the real driver: one set of promises for both. */
export const stages: Record<'memory' | 'the store', () => Promise<Stage>> = {
  memory: async () => {
    const memory = new MemoryPersistence()
    return stageOver(
      memory,
      memory,
      (event) => memory.publish(event),
      undefined,
      async () => {},
    )
  },
  'the store': async () => {
    const database = await freshDatabase()
    const store = await Store.open(database.uri)
    const rest = new Rest(new Vault(store, Buffer.alloc(32, 7)))
    const documents = new ActorDocuments(rest, actors)
    const log = new StoredEvents(store, rest, documents)
    const persistence = new MongoPersistence(store, rest, documents)
    return stageOver(
      persistence,
      log,
      (event) => log.publish(event),
      store,
      async () => {
        await store.close()
        await database.close()
      },
    )
  },
}

function stageOver(
  persistence: Persistence,
  log: EventLog,
  publish: (event: Published) => void,
  store: Store | undefined,
  close: () => Promise<void>,
): Stage {
  const disk = new Disk(persistence)
  const clock = new FakeClock()
  const systems: ActorSystem[] = []
  const stage: Stage = {
    disk,
    clock,
    events: [],
    log,
    faults: [],
    store,
    boot({ effects = {}, bounds, random } = {}) {
      const system = new ActorSystem({
        actors,
        reactions: [],
        effects: { ...quiet, ...effects },
        persistence: disk,
        clocks: () => clock,
        world: clock,
        retries: clock,
        settings: () => defaultSettings,
        publish: (event) => {
          stage.events.push(event)
          publish(event)
        },
        onError: (error) => stage.faults.push(error),
        ...(bounds && { bounds }),
        ...(random && { chance: { ...trueChance, random } }),
      })
      clock.settle = () => system.settled()
      systems.push(system)
      return system
    },
    async close() {
      disk.heal()
      // One that "died" in the middle of a write never ends.
      const soon = () => new Promise<void>((later) => setTimeout(later, 100))
      await Promise.all(systems.map((system) => Promise.race([system.close(), soon()])))
      await close()
    },
  }
  return stage
}

export const provider = principal('provider', 'ch1')
export const staff = principal('staff', 'mem_ana')

export const inbound = (n: number, text = `message ${n}`) => ({
  messageId: `msg_in${n}`,
  providerId: `wamid.in${n}`,
  channelId: 'ch1',
  userId: 'usr_pat',
  address: '4915112345678',
  name: 'Pat',
  content: { kind: 'text' as const, text },
  replyTo: null,
  sentAt: Date.UTC(2026, 0, 5, 9),
})
