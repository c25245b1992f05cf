/**
 * Faults by a seeded schedule, on real processes: `npm run faults -- --seed 7 --seconds 600 --only 5,6 --without fencing`.
 * Without `--seed` one is drawn, and printed. `--full` makes those that have a length as long as the list of faults says.
 * Ends with 1 when an invariant was broken, and names it.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { load, print, quantile } from '../../bench/figures.ts'
import { Fleet } from './chaos/fleet.ts'
import { brief, full, type Round, run } from './chaos/schedule.ts'
import { type Protection, protections } from './chaos/wire.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    without: { type: 'string' },
    full: { type: 'boolean', default: false },
  },
})

const seed = values.seed === undefined ? randomInt(1_000_000) : Number(values.seed)
const only = values.only?.split(',').map(Number)
const without = values.without?.split(',') as Protection[] | undefined
for (const one of without ?? [])
  if (!protections.includes(one)) throw new Error(`--without takes some of: ${protections.join(', ')}`)

print(`seed ${seed}, ${values.seconds} s${without ? `, without ${without.join(', ')}` : ''}`)
const fleet = await Fleet.open()
const rounds = await run(fleet, {
  seed,
  seconds: Number(values.seconds),
  heard: tell,
  lengths: values.full ? full : brief,
  ...(only && { only }),
  ...(without && { without }),
})
await fleet.close()

const broken = rounds.flatMap(({ violations }) => violations)
const served = rounds.flatMap(({ servedMs }) => servedMs)
print(
  `${rounds.length} rounds, ${served.length} faults, ${rounds.reduce((sum, one) => sum + one.operations, 0)} operations; served again after ${Math.round(quantile(served, 0.5))} ms (median), ${Math.round(Math.max(...served))} ms (worst); load average ${load()}`,
)
print(broken.length === 0 ? 'every invariant held' : `BROKEN: ${broken.length}`)
process.exit(broken.length === 0 ? 0 : 1)

function tell({ seed, operations, retried, deeds, violations }: Round) {
  print(`  seed ${seed}: ${operations} operations, ${retried} retried, ${deeds.length} faults`)
  if (violations.length === 0) return
  print(violations.slice(0, 20).join('\n'))
  print(`What was done:\n${deeds.join('\n')}`)
  const { only, without } = values
  const chosen = [only && `--only ${only}`, without && `--without ${without}`, values.full && '--full']
  const again = [`--seed ${seed} --seconds 1`, ...chosen]
  print(`Again: npm run faults -- ${again.filter(Boolean).join(' ')}`)
}
