/**
 * How long nobody answers for the actors of a process that was killed: `node test/faults/failover.ts --kills 20`. A
 * client asks each of them again and again; measured is the time from the kill to the first answer, for each actor.
 */
import { parseArgs } from 'node:util'
import { load, median, print, quantile } from '../../bench/figures.ts'
import { Fleet } from './chaos/fleet.ts'
import { Random } from '../store/proof/random.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' } } })
const actorsPerRound = 30
const timeoutMs = 400

const fleet = await Fleet.open()
await fleet.begin({ members: 3 })
const random = new Random(1)
const gaps: number[] = []
for (let kill = 0; kill < Number(values.kills); kill++) {
  const actors = fleet.counters(actorsPerRound)
  await Promise.all(actors.map((actor) => fleet.asks.insistOnAdding(actor, { tag: `before${kill}${actor}` })))
  const victim = random.pick(fleet.running)
  const { actors: inMemory } = await victim.inspect()
  const his = actors.filter((actor) => inMemory.some(({ id }) => id === actor))
  await new Promise((later) => setTimeout(later, random.between(0, 250)))
  const killed = victim.kill()
  const at = performance.now()
  const answered = his.map(async (actor) => {
    await fleet.asks.insistOnAdding(actor, { tag: `after${kill}${actor}`, timeoutMs })
    gaps.push(performance.now() - at)
  })
  await Promise.all([killed, ...answered])
  await victim.start()
  await fleet.placed()
}
const violations = await fleet.verdict()
await fleet.close()
print(
  `${values.kills} kills, ${gaps.length} actors that had to move: answered again after ${Math.round(median(gaps))} ms (median), ${Math.round(quantile(gaps, 0.99))} ms (p99), ${Math.round(Math.max(...gaps))} ms (worst); load average ${load()}`,
)
print(violations.length === 0 ? 'every invariant held' : violations.join('\n'))
process.exit(violations.length === 0 ? 0 : 1)
