// First: it takes the place of the clock that every other module reads.
import { jumpTo, sleptFor } from './wall-clock.ts'
import { flushCompileCache } from 'node:module'
import { Cluster } from '../../../actors/runtime/cluster/cluster.ts'
import { desiredOwners, shardCount } from '../../../actors/runtime/cluster/shards.ts'
import type { Runners } from '../../../actors/runtime/outbox.ts'
import type { Persistence } from '../../../actors/runtime/persistence.ts'
import { ActorSystem, principal } from '../../../actors/runtime/system.ts'
import { outbox, reminders } from '../../../jobs/reminders.ts'
import { alone } from '../../harness/alone.ts'
import { type Clock, systemClock } from '../../../kernel/clock.ts'
import { Problem } from '../../../kernel/problem.ts'
import { defaultSettings } from '../../../kernel/settings.ts'
import { StoredAttendance } from '../../../store/attendance.ts'
import { MongoPersistence } from '../../../store/commit.ts'
import { Store } from '../../../store/connection.ts'
import { ActorDocuments } from '../../../store/documents.ts'
import { Rest } from '../../../store/rest.ts'
import { Vault } from '../../../store/vault.ts'
import { chaosActors, counter, ledger, masterKey, workspaceId } from './actors.ts'
import { Ownership } from './ownership.ts'
import { Crashes, withoutDeduplication, withoutGate, withoutRedo } from './switches.ts'
import type { Asked, FromNode, Inspected, NodeOptions, Order, Placed, ToNode } from './wire.ts'

/*
 * One node: the runtime over the store, with actors whose history a test can check. It does what its parent orders, and
 * ends with it.
 */

const options = JSON.parse(process.argv[2] ?? '{}') as NodeOptions
const lacks = (protection: NodeOptions['without'][number]) => options.without.includes(protection)
const say = (message: FromNode, then?: () => void) => void process.send?.(message, undefined, {}, then)

const actors = chaosActors(options.release)
const store = await Store.open(options.mongodbUri)
const rest = new Rest(new Vault(store, masterKey))
const crashes = new Crashes(protectedAsWished(new MongoPersistence(store, rest, new ActorDocuments(rest, actors))))

const calls = new Map<number, (value: unknown) => void>()
let called = 0
const outside = (effect: 'run' | 'lookUp') => (input: unknown) =>
  new Promise((answered) => {
    calls.set(++called, answered)
    say({ calls: called, effect, ...(input as { key: string; tag: string }) })
  })
const effects: Runners = { user: { charge: { run: outside('run'), lookUp: outside('lookUp') } } }

// What failed is tried again sooner than by rule: a test has not the time that people have.
const hasty: Clock = {
  now: systemClock.now,
  at: (time, run) => systemClock.at(Date.now() + (time - Date.now()) / 10, run),
}
const cluster = options.redisUrl === undefined ? undefined : await joined(options.redisUrl)
const system = new ActorSystem({
  ...(cluster && { placement: cluster, isAlive: (incarnation: string) => cluster.isAlive(incarnation) }),
  actors,
  reactions: [],
  effects,
  persistence: crashes.persistence,
  clocks: () => systemClock,
  retries: hasty,
  settings: () => defaultSettings,
  publish: (event) => {
    if (!crashes.isSilent) say({ event })
  },
  onError: (error) => say({ fault: String((error as Error).message) }),
  attendance: new StoredAttendance(store),
  bounds: { ...options.bounds, ...(lacks('bounds') && { mailboxMax: Infinity }) },
})

let ownership: Ownership | undefined
const watched = () =>
  new Ownership(
    shardCount,
    () => cluster?.isServing() === true,
    (shard) => cluster?.leases.owns(shard) === true,
  )

const sleepers = {
  kinds: actors.map(({ contract }) => contract.kind),
  dueActors: crashes.persistence.dueActors,
  wake: system.wake.bind(system),
}
const leftForMs = 10_000
const sweeps = [
  reminders({ ...sleepers, now: () => Date.now() }),
  // What was left a second ago was left: a test has no ten seconds to wait.
  outbox({ ...sleepers, now: () => Date.now() + leftForMs - 1_000 }),
]

process.on('message', (message: ToNode) => {
  if ('answers' in message) {
    calls.get(message.answers)?.(message.value)
    calls.delete(message.answers)
    return
  }
  const { id, order } = message
  obey(order).then(
    (value) => say({ id, value: value ?? null }, () => crashes.isSilent && process.kill(process.pid, 'SIGKILL')),
    (error: unknown) => say({ id, refusal: refusalOf(error) }),
  )
})
process.once('disconnect', () => process.exit())
await cluster?.join()
say({ ready: true })
// Who is killed writes nothing down.
flushCompileCache()

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'ask':
      return ask(order.asked)
    case 'arm':
      return crashes.arm(order.at, order.actor)
    case 'jump':
      return jumpTo(order.skewMs)
    case 'sleep':
      return sleptFor(order.ms)
    case 'sweep':
      for (const sweep of sweeps) await sweep.run(alone)
      return undefined
    case 'tell':
      return tellable[order.what]()
    case 'leave':
      await system.close()
      cluster?.close()
      await store.close()
      return undefined
  }
}

const tellable = { inspected, placement, reigns: () => (ownership ??= watched()).reigns }

function joined(redisUrl: string) {
  return Cluster.open(redisUrl, 'chaos', {
    name: options.name,
    role: 'all',
    version: '1',
    takesActors: true,
    startedAt: Date.now(),
    protections: { guard: !lacks('guard'), deduplication: !lacks('deduplication') },
    onError: (error) => say({ fault: String((error as Error).message) }),
  })
}

function inspected(): Inspected {
  const { shards, members, isServing } = cluster?.inspect() ?? { shards: { unowned: 0 }, members: [], isServing: true }
  return {
    isServing,
    unowned: shards.unowned,
    shares: members.map((member) => member.shards),
    actors: system.inspect().map(({ id, status, waiting, out, reminders }) => {
      return { id, status, waiting, waits: out + reminders }
    }),
    heapBytes: process.memoryUsage().heapUsed,
  }
}

function placement(): Placed {
  const owners = Array.from({ length: shardCount }, (_, shard) => cluster?.leases.ownerOf(shard) ?? '')
  const takers = [...(cluster?.leases.members.values() ?? [])].filter(
    ({ about }) => about.takesActors && !about.isLeaving,
  )
  const ids = takers.map(({ id }) => id)
  const isSettled = desiredOwners(ids).every((id, shard) => id === owners[shard])
  return { owners, settled: isSettled ? ids : undefined }
}

function ask({ kind, actor, message, input, commandId }: Asked): Promise<unknown> {
  const workspace = system.workspace(
    workspaceId,
    principal('staff', 'mem_chaos'),
    lacks('deduplication') ? undefined : commandId,
  )
  const spoken = workspace.at(kind === 'counter' ? counter : ledger, actor) as unknown as {
    [message: string]: (input: unknown) => Promise<unknown>
  }
  const say = spoken[message]
  if (!say) throw new Error(`${kind} takes no ${message}`)
  return say.call(spoken, input)
}

function refusalOf(error: unknown) {
  if (error instanceof Problem) return { code: error.code, message: error.message, retryable: error.retryable }
  return { code: 'internal', message: String((error as Error).message), retryable: false }
}

function protectedAsWished(whole: Persistence): Persistence {
  let persistence = whole
  if (lacks('gate')) persistence = withoutGate(persistence)
  if (lacks('deduplication')) persistence = withoutDeduplication(persistence)
  if (lacks('redo')) persistence = withoutRedo(persistence)
  return persistence
}
