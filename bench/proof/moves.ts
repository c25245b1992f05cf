/**
 * How long an actor is not answered for while its shard moves, as whoever asks it sees it: a process joins two others
 * and leaves them again, all of them real, over one store and one Redis. `node bench/proof/moves.ts [rounds]`
 */
import { Fleet } from '../../test/faults/chaos/fleet.ts'
import { load, print, quantile, short, table } from '../figures.ts'

const rounds = Number(process.argv[2] ?? 5)
const actorCount = 60
const everyMs = 25
const settleMs = 1_500
const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))

/** One actor, asked again and again. */
class Asked {
  readonly id: string
  /** The longest of its answers since somebody looked, ms. */
  longestMs = 0
  failures = 0
  readonly #fleet: Fleet
  #isOver = false
  readonly #done: Promise<void>

  constructor(fleet: Fleet, id: string) {
    this.#fleet = fleet
    this.id = id
    this.#done = this.#goOn()
  }

  async end() {
    this.#isOver = true
    await this.#done
  }

  look() {
    const { longestMs } = this
    this.longestMs = 0
    return longestMs
  }

  async #goOn() {
    while (!this.#isOver) {
      const began = performance.now()
      try {
        // Of the two that stay: who asks a process that ends asks another one, and that is another matter.
        const via = this.#fleet.members[Math.random() < 0.5 ? 0 : 1]
        await this.#fleet.asks.ask('counter', this.id, 'view', { ...(via && { via }), timeoutMs: 10_000 })
      } catch {
        this.failures++
      }
      this.longestMs = Math.max(this.longestMs, performance.now() - began)
      await pause(everyMs)
    }
  }
}

async function homes(fleet: Fleet) {
  const found = new Map<string, string>()
  for (const member of fleet.running) for (const { id } of (await member.inspect()).actors) found.set(id, member.name)
  return found
}

const fleet = await Fleet.open()
await fleet.begin({ members: 2 })
const asked = fleet.counters(actorCount).map((id) => new Asked(fleet, id))
const [moved, stayed]: [number[], number[]] = [[], []]

async function measured(happens: () => Promise<unknown>) {
  const before = await homes(fleet)
  for (const one of asked) one.look()
  await happens()
  await fleet.placed()
  await pause(settleMs)
  const after = await homes(fleet)
  for (const one of asked) (before.get(one.id) === after.get(one.id) ? stayed : moved).push(one.look())
}

await pause(settleMs)
for (let round = 0; round < rounds; round++) {
  await measured(() => fleet.add('cyd'))
  await measured(async () => {
    await fleet.member('cyd').leave()
    fleet.members = fleet.members.filter(({ name }) => name !== 'cyd')
  })
}
await Promise.all(asked.map((one) => one.end()))
const row = (name: string, all: number[]) => [
  name,
  `${all.length}`,
  ...[0.5, 0.99, 1].map((q) => short(quantile(all, q))),
]
print(`the longest answer of each of ${actorCount} actors while a process comes or goes; load average ${load()}`)
print(table(['its shard', 'times', 'p50 ms', 'p99 ms', 'worst ms'], [row('moves', moved), row('stays', stayed)]))
print(`asks that failed: ${asked.reduce((sum, { failures }) => sum + failures, 0)} (goal: 0; p99 of a move 150 ms)`)
await fleet.close()
process.exit(0)
