import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { actors } from '../../actors/index.ts'
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { ActorLine, ActorView } from '../../actors/runtime/inspection.ts'
import type { ActorSystem } from '../../actors/runtime/system.ts'
import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { ClockControl } from '../clocks.ts'
import { LetterRoom } from '../dead-letters.ts'
import type { Inspection } from '../inspection.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  system: ActorSystem
  cluster: Cluster | undefined
  storage: Storage
  settings: KnownSettings
  clocks: WorkspaceClocks
  /** Where this process has a name. */
  name: string | undefined
  role: string
  now(): number
}

/** What operators look into and mend. */
export function openOperations(parts: Parts) {
  const { system, storage, settings, clocks, now } = parts
  const contracts = actors.map(({ contract }) => contract)
  return {
    inspection: new WholeInspection(parts),
    clocks: new ClockControl({
      store: storage.store,
      clocks,
      kinds: contracts.map(({ kind }) => kind),
      wake: (address) => system.wake(address),
      changed: (workspaceId) => settings.changed(workspaceId),
    }),
    letters: new LetterRoom({
      letters: storage.deadLetters,
      contracts,
      send: (command) => system.send(command),
      perform: (to, effect, input) => system.perform(to, effect, input),
      now,
    }),
  }
}

/** What one process knows of a workspace's actors. */
interface Part {
  lines: ActorLine[]
  kinds: ReturnType<ActorSystem['inspection']['kinds']>
  slowest: ReturnType<ActorSystem['inspection']['slowest']>
  counters: ActorSystem['counters']
  size: number
}

const slowestMax = 50

/** The actors of all processes, as one of them sees them. */
class WholeInspection implements Inspection {
  readonly #parts: Parts
  readonly #startedAt: number

  constructor(parts: Parts) {
    const { cluster, system, now } = parts
    this.#parts = parts
    this.#startedAt = now()
    cluster?.answers('actors', async (workspaceId) => this.#own(workspaceId as string))
    cluster?.answers('actor', async (address) => (await system.inspection.view(address as never)) ?? null)
  }

  async overview(workspaceId: string) {
    const { me, members, shards } = this.#members()
    const found = await this.#all(workspaceId)
    const known = found.flatMap(([, part]) => (part ? [part] : []))
    const sizes = new Map(found.map(([id, part]) => [id, part?.size ?? 0]))
    const slowest = known.flatMap((part) => part.slowest).sort((one, other) => other.ms - one.ms)
    return {
      isClustered: this.#parts.cluster !== undefined,
      members: members.map(({ id, name, role, version, startedAt, shards }) => {
        return { id, name, role, version, startedAt, shards, isSelf: id === me, actors: sizes.get(id) ?? 0 }
      }),
      shards,
      kinds: kindsOf(known),
      counters: countedTogether(known),
      slowest: slowest.slice(0, slowestMax),
    }
  }

  async actors(
    workspaceId: string,
    { kind, find, cursor, limit }: { kind?: string; find?: string; cursor?: string; limit: number },
  ) {
    const lines = (await this.#all(workspaceId)).flatMap(([member, part]) =>
      (part?.lines ?? []).map((line) => ({ ...line, member })),
    )
    const wanted = lines
      .filter((line) => (kind === undefined || line.kind === kind) && (find === undefined || line.id.includes(find)))
      .filter((line) => cursor === undefined || placeOf(line) > cursor)
      .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
    const items = wanted.slice(0, limit)
    const last = items.at(-1)
    return { items, nextCursor: wanted.length > limit && last ? placeOf(last) : null }
  }

  async actor(workspaceId: string, kind: string, id: string) {
    const { cluster, system } = this.#parts
    const address = { workspaceId, kind, id }
    const { shard = 0, member = self } = cluster?.ownerOf(address) ?? {}
    const isElsewhere = cluster && member !== self && member !== cluster.me
    const view = isElsewhere
      ? ((await cluster.ask(member, 'actor', address)) as ActorView | null)
      : await system.inspection.view(address)
    return view ? { ...view, member, shard } : undefined
  }

  #own(workspaceId: string): Part {
    const { inspection, counters, size } = this.#parts.system
    return {
      lines: inspection.lines(workspaceId),
      kinds: inspection.kinds(workspaceId),
      slowest: inspection.slowest(workspaceId),
      counters,
      size,
    }
  }

  /** Of each member; of one that does not answer, nothing: that it is silent is what an operator wants to see. */
  async #all(workspaceId: string): Promise<[id: string, part: Part | undefined][]> {
    const { cluster } = this.#parts
    if (!cluster) return [[self, this.#own(workspaceId)]]
    const ids = cluster.inspect().members.map(({ id }) => id)
    const found = await Promise.allSettled(
      ids.map(async (id) => (await cluster.ask(id, 'actors', workspaceId)) as Part),
    )
    return ids.map((id, index) => {
      const one = found[index]
      return [id, one?.status === 'fulfilled' ? one.value : undefined]
    })
  }

  #members() {
    const { cluster, name = hostname(), role } = this.#parts
    if (cluster) return cluster.inspect()
    const alone = { id: self, name, role, version: packageJson.version, startedAt: this.#startedAt, shards: 0 }
    return { me: self, members: [alone], shards: { total: 0, unowned: 0 } }
  }
}

/** The one process that there is. */
const self = 'this'

const placeOf = ({ kind, id }: ActorLine) => `${kind}/${id}`

function kindsOf(parts: readonly Part[]) {
  const all = Object.groupBy(
    parts.flatMap(({ kinds }) => kinds),
    ({ kind }) => kind,
  )
  const sum = (counts: number[]) => counts.reduce((total, n) => total + n, 0)
  return Object.entries(all).map(([kind, found = []]) => ({
    kind,
    active: sum(found.map(({ active }) => active)),
    waiting: sum(found.map(({ waiting }) => waiting)),
    unavailable: sum(found.map(({ unavailable }) => unavailable)),
  }))
}

function countedTogether(parts: readonly Part[]): ActorSystem['counters'] {
  const total = { turns: 0, commits: 0, conflicts: 0, redone: 0, faults: 0, buried: 0 }
  for (const { counters } of parts)
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += counters[name]
  return total
}
