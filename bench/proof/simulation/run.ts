import { principal } from '../../../actors/runtime/system.ts'
import { Problem } from '../../../kernel/problem.ts'
import { tally } from './actors.ts'
import { check, type Operation } from './check.ts'
import { Nodes, type Weather, type Without, workspaceId } from './nodes.ts'
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
  virtualMs: number
  trace: number
}

const calm: Weather = {
  lostBefore: 0,
  lostAfter: 0,
  slow: 0,
  diesAfterWrite: 0,
  diesPerSecond: 0,
  clockJumpsPerSecond: 0,
}
const actorIds = ['a', 'b', 'c']
const stormMs = 6_000
const calmMs = 60_000
const hourMs = 60 * 60_000

/** One history: clients ask, the weather is bad, then it calms down, and everything must be true. */
export async function simulate({ seed, without }: Plan): Promise<Outcome> {
  const world = new World(seed)
  const nodes = new Nodes(world, weatherOf(world), without)
  const operations: Operation[] = []
  // Several processes that each believe they own everything: then reads may be old, and writes may not.
  const nodesMax = world.happens(0.5) ? 1 : 2 + world.below(2)
  for (let n = 0; n < nodesMax; n++) nodes.boot()
  storm(world, nodes, nodesMax)
  const clients = Array.from({ length: 2 + world.below(3) }, (_, n) =>
    client(world, nodes, { name: `k${n}`, without, operations, readsToo: nodesMax === 1 }),
  )
  await world.go(stormMs)
  nodes.weather = calm
  world.skewMs = 0
  const isDone = { clients: false }
  void Promise.all(clients).then(() => (isDone.clients = true))
  await world.go(stormMs + calmMs, () => isDone.clients)
  // What was left to sweeps, retries and reminders, has come about by then.
  await world.go(world.now + calmMs)
  // What was set by a clock that was ahead, waits until the world's is as late.
  world.skewMs = hourMs + calmMs
  await world.go(world.now + calmMs)
  const violations = [...nodes.seen.violations, ...check(nodes, actorIds, operations)]
  if (!isDone.clients) violations.push('I9: a client still waits')
  const { now: virtualMs, trace } = world
  const deaths = nodes.all.filter(({ isAlive }) => !isAlive).length
  return { seed, violations, operations: operations.length, deaths, virtualMs, trace }
}

function weatherOf(world: World): Weather {
  const some = (most: number) => (world.happens(0.5) ? world.random() * most : 0)
  return {
    lostBefore: some(0.1),
    lostAfter: some(0.1),
    slow: some(0.1),
    diesAfterWrite: some(0.05),
    diesPerSecond: some(1),
    clockJumpsPerSecond: some(0.5),
  }
}

/** Kills, starts and sets clocks, each second a little. */
function storm(world: World, nodes: Nodes, nodesMax: number) {
  const everyMs = 100
  const next = () => {
    const { diesPerSecond, clockJumpsPerSecond } = nodes.weather
    for (const node of nodes.living) if (world.happens(diesPerSecond / 10)) nodes.kill(node)
    if (world.happens(clockJumpsPerSecond / 10)) world.skewMs = (world.random() - 0.5) * 2 * hourMs
    if (nodes.living.length < nodesMax && world.happens(0.5)) nodes.boot()
    world.later(everyMs, next)
  }
  world.later(everyMs, next)
}

interface Client {
  name: string
  without: Without
  operations: Operation[]
  readsToo: boolean
}

/** One after another: adds, repeats, reads and poisons, each until it is answered. */
async function client(world: World, nodes: Nodes, { name, without, operations, readsToo }: Client) {
  const by = principal('staff', name)
  const count = 5 + world.below(12)
  for (let n = 0; n < count; n++) {
    const actorId = actorIds[world.below(actorIds.length)] ?? 'a'
    const id = `${name}.${n}`
    if (readsToo && world.happens(0.3)) {
      const read: Operation = { type: 'read', actorId, id, from: world.now, until: Infinity, replies: [] }
      operations.push(read)
      await answered(world, nodes, read, (node) => node.system.workspace(workspaceId, by).at(tally, actorId).view())
      continue
    }
    if (world.happens(0.05))
      await tried(world, nodes, (node) => node.system.workspace(workspaceId, by).at(tally, actorId).poison())
    const tellTo = world.happens(0.4) ? (actorIds[world.below(actorIds.length)] ?? null) : null
    const remindAt = world.happens(0.3) ? world.below(20_000) : null
    const input = { id, tellTo: tellTo === actorId ? null : tellTo, remindAt, calls: world.happens(0.3) }
    const add: Operation = { type: 'add', actorId, id, from: world.now, until: Infinity, replies: [], input }
    operations.push(add)
    const repeats = world.happens(0.2) ? 2 : 1
    for (let again = 0; again < repeats; again++)
      await answered(world, nodes, add, (node) => {
        const key = without === 'deduplication' ? undefined : id
        return node.system.workspace(workspaceId, by, key).at(tally, actorId).add(input)
      })
  }
}

type Ask = (node: Nodes['all'][number]) => Promise<unknown>

/** A client waits so long for a process that is dead, and asks another. */
async function tried(world: World, nodes: Nodes, ask: Ask): Promise<{ reply?: unknown; isOver: boolean }> {
  const { living } = nodes
  const node = living[world.below(living.length)]
  if (!node) return { isOver: false }
  const patience = world.delay(15_000).then(() => ({ isOver: false }))
  const answer = ask(node).then(
    (reply) => (node.isAlive ? { reply, isOver: true } : patience),
    (error: unknown) => ({ isOver: error instanceof Problem && !error.retryable }),
  )
  return Promise.race([answer, patience])
}

async function answered(world: World, nodes: Nodes, operation: Operation, ask: Ask) {
  for (;;) {
    const { reply } = await tried(world, nodes, ask)
    if (reply !== undefined) {
      operation.until = Math.min(operation.until, world.now)
      operation.replies.push(reply as number)
      if (operation.type === 'add' && !nodes.durable(operation.actorId)?.added.includes(operation.id))
        nodes.seen.violations.push(`I4: ${operation.id} was answered before it was durable`)
      return
    }
    await world.delay(10 + world.below(300))
  }
}
