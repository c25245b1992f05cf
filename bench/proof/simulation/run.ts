import { principal } from '../../../actors/runtime/system.ts'
import { Problem } from '../../../kernel/problem.ts'
import { tally } from './actors.ts'
import { check, type Operation } from './check.ts'
import { calm, type Node, Nodes, type Weather, type Without, workspaceId } from './nodes.ts'
import { World } from './world.ts'

export interface Plan {
  seed: number
  without?: Without
}

export interface Outcome {
  seed: number
  /** What was broken, with the number of the invariant; nothing where all held. */
  violations: string[]
  operations: number
  deaths: number
  /** How often a member took a shard. 0: no cluster. */
  moves: number
  virtualMs: number
  trace: number
}

const actorIds = ['a', 'b', 'c']
const stormMs = 6_000
const calmMs = 60_000
/** Redis, its members and the store are all there again: within this, everything is answered. */
const healMs = 3_000
/** By then every shard has an owner. */
const placedMs = 1_500
const hourMs = 60 * 60_000

/** One history: clients ask, the weather is bad, then it calms down, and everything must be true. */
export async function simulate({ seed, without }: Plan): Promise<Outcome> {
  const world = new World(seed)
  const isCluster = without === 'guard' || without === 'arrivals' || world.happens(0.5)
  const nodes = new Nodes(world, { isCluster, without })
  const operations: Operation[] = []
  const nodesMax = nodesOf(world, isCluster)
  for (let n = 0; n < nodesMax; n++) nodes.boot()
  if (isCluster) await world.go(placedMs)
  nodes.weather = weatherOf(world, isCluster, without)
  const wanted = { nodes: nodesMax }
  storm(world, nodes, wanted)
  const readsToo = isCluster || nodesMax === 1
  const pace = isCluster ? { restMs: stormMs / 12, patienceMs: 1_500 } : { restMs: 1, patienceMs: 15_000 }
  const clients = Array.from({ length: 2 + world.below(3) }, (_, n) =>
    client(world, nodes, { name: `k${n}`, without, operations, readsToo, ...pace }),
  )
  await world.go(world.now + stormMs)
  nodes.weather = calm
  world.skewMs = 0
  const isDone = { clients: false }
  void Promise.all(clients).then(() => (isDone.clients = true))
  await world.go(world.now + calmMs, () => isDone.clients)
  if (isCluster) await gather(world, nodes, wanted)
  // What was left to sweeps, retries and reminders, has come about by then.
  await world.go(world.now + calmMs)
  // What was set by a clock that was ahead, waits until the world's is as late.
  world.skewMs = hourMs + calmMs
  await world.go(world.now + calmMs)
  const violations = [...nodes.seen.violations, ...check(nodes, actorIds, operations)]
  if (!isDone.clients) violations.push('I9: a client still waits')
  const { now: virtualMs, trace } = world
  const deaths = nodes.all.filter(({ host }) => !host.isAlive).length
  const moves = nodes.all.reduce((sum, { cluster }) => sum + (cluster?.counters.gained ?? 0), 0)
  return { seed, violations, operations: operations.length, deaths, moves, virtualMs, trace }
}

/** Without a cluster several processes each believe that they own everything: then reads may be old, and writes not. */
function nodesOf(world: World, isCluster: boolean) {
  if (isCluster) return 2 + world.below(3)
  return world.happens(0.5) ? 1 : 2 + world.below(2)
}

/** All but one leave, in peace: what they had must go on with the last one, and waiting costs less then. */
async function gather(world: World, nodes: Nodes, wanted: { nodes: number }) {
  await world.go(world.now + healMs)
  wanted.nodes = 1
  for (const node of nodes.staying.slice(1)) nodes.leave(node)
  await world.go(world.now + healMs)
  const waiting = nodes.living.filter(({ cluster }) => cluster?.counters.waiting)
  for (const { name } of waiting) nodes.seen.violations.push(`I9: ${name} still does not know whose an actor is`)
}

function weatherOf(world: World, isCluster: boolean, without: Without): Weather {
  // Where there is more that may go wrong, less of it does in one history: else nobody asks anything of anybody.
  const some = (most: number) => (world.happens(isCluster ? 0.3 : 0.5) ? world.random() * most : 0)
  const weather = {
    lostBefore: some(0.1),
    lostAfter: some(0.1),
    slow: some(0.1),
    diesAfterWrite: some(0.05),
    diesPerSecond: some(isCluster ? 0.3 : 1),
    clockJumpsPerSecond: some(0.5),
  }
  if (!isCluster) return { ...calm, ...weather }
  // What a missing protection is for comes about often, so that few histories are enough to see that it is missing.
  const network = {
    repeats: without === 'arrivals' ? 0.5 : some(0.5),
    slow: some(0.1),
    breaksPerSecond: without === 'guard' ? 1 : some(0.5),
    holdsPerSecond: some(0.6),
    pausesPerSecond: some(0.3),
    forgetsPerSecond: some(0.3),
  }
  return { ...weather, stopsPerSecond: some(0.6), leavesPerSecond: some(0.3), network }
}

/** Kills, stops and sets clocks, each second a little; and starts what is missing. */
function storm(world: World, nodes: Nodes, wanted: { nodes: number }) {
  const next = () => {
    nodes.blow()
    if (nodes.staying.length < wanted.nodes && world.happens(0.5)) nodes.boot()
    nodes.watch(actorIds)
    world.later(nodes.weather === calm ? 1_000 : 100, next)
  }
  world.later(100, next)
}

interface Client {
  name: string
  without: Without
  operations: Operation[]
  readsToo: boolean
  /** Between two of them, at most. */
  restMs: number
  /** So long it waits for a process, which may be dead, before it asks another. */
  patienceMs: number
}

/** One after another: adds, repeats, reads and poisons, each until it is answered. */
async function client(world: World, nodes: Nodes, { name, without, operations, readsToo, ...pace }: Client) {
  const { restMs, patienceMs } = pace
  const asked = { world, nodes, patienceMs }
  const by = principal('staff', name)
  const count = 5 + world.below(12)
  for (let n = 0; n < count; n++) {
    await world.delay(world.below(restMs))
    const actorId = actorIds[world.below(actorIds.length)] ?? 'a'
    const id = `${name}.${n}`
    if (readsToo && world.happens(0.3)) {
      const read: Operation = { type: 'read', actorId, id, from: world.now, until: Infinity, replies: [] }
      operations.push(read)
      await answered(asked, read, (node) => node.system.workspace(workspaceId, by).at(tally, actorId).view())
      continue
    }
    if (world.happens(0.05))
      await tried(asked, (node) => node.system.workspace(workspaceId, by).at(tally, actorId).poison())
    await adds(asked, { actorId, id, name, without, operations })
  }
}

type Adding = Pick<Client, 'name' | 'without' | 'operations'> & { actorId: string; id: string }

async function adds(asked: Asked, { actorId, id, name, without, operations }: Adding) {
  const { world } = asked
  const tellTo = world.happens(0.4) ? (actorIds[world.below(actorIds.length)] ?? null) : null
  const remindAt = world.happens(0.3) ? world.below(20_000) : null
  const input = { id, tellTo: tellTo === actorId ? null : tellTo, remindAt, calls: world.happens(0.3) }
  const add: Operation = { type: 'add', actorId, id, from: world.now, until: Infinity, replies: [], input }
  operations.push(add)
  const addOn = (node: Node, key: string | undefined) =>
    node.system.workspace(workspaceId, principal('staff', name), key).at(tally, actorId).add(input)
  // Nobody knows this one again: it is said once, and what became of it is known by its answer, or not at all.
  if (world.happens(0.25)) {
    await once(asked, add, (node) => addOn(node, undefined))
    return
  }
  const repeats = world.happens(0.2) ? 2 : 1
  for (let again = 0; again < repeats; again++)
    await answered(asked, add, (node) => addOn(node, without === 'deduplication' ? undefined : id))
}

type Ask = (node: Node) => Promise<unknown>
interface Asked {
  world: World
  nodes: Nodes
  patienceMs: number
}

async function tried({ world, nodes, patienceMs }: Asked, ask: Ask): Promise<{ reply?: unknown; isOver: boolean }> {
  const { living } = nodes
  const node = living[world.below(living.length)]
  if (!node) return { isOver: false }
  const patience = world.delay(patienceMs).then(() => ({ isOver: false }))
  await node.host.awake()
  if (!node.host.isAlive) return patience
  const answer = ask(node).then(
    (reply) => (node.host.isAlive ? { reply, isOver: true } : patience),
    (error: unknown) => ({ isOver: error instanceof Problem && !error.retryable }),
  )
  return Promise.race([answer, patience])
}

async function answered(asked: Asked, operation: Operation, ask: Ask) {
  while (!(await once(asked, operation, ask))) await asked.world.delay(10 + asked.world.below(300))
}

/** Answers whether it was answered. */
async function once(asked: Asked, operation: Operation, ask: Ask) {
  const { world, nodes } = asked
  const { reply } = await tried(asked, ask)
  if (reply === undefined) return false
  operation.until = Math.min(operation.until, world.now)
  operation.replies.push(reply as number)
  if (operation.type === 'add' && !nodes.durable(operation.actorId)?.added.includes(operation.id))
    nodes.seen.violations.push(`I4: ${operation.id} was answered before it was durable`)
  return true
}
