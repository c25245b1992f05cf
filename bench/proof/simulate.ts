/*
 * Simulated histories of the runtime, each out of its seed: `npm run simulate -- [--seed N] [--runs M] [--without fencing]`.
 * Prints every seed that broke something, and what; the same seed breaks the same again.
 */
import { parseArgs } from 'node:util'
import { print } from '../figures.ts'
import type { Without } from './simulation/nodes.ts'
import { simulate } from './simulation/run.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, without: { type: 'string' } },
})
const first = Number(values.seed ?? Date.now() % 1_000_000)
const runs = Number(values.runs ?? (values.seed === undefined ? 1_000 : 1))
const without = values.without as Without

const began = performance.now()
const total = { operations: 0, deaths: 0, moves: 0, broken: 0, virtualMs: 0 }
for (let seed = first; seed < first + runs; seed++) {
  const { violations, operations, deaths, moves, virtualMs } = await simulate({ seed, without })
  total.operations += operations
  total.deaths += deaths
  total.moves += moves
  total.virtualMs += virtualMs
  if (violations.length === 0) continue
  total.broken++
  print(`seed ${seed}: ${violations.slice(0, 5).join('\n  ')}\n`)
}
const ms = performance.now() - began
const perMinute = Math.round((runs / ms) * 60_000)
const hours = Math.round(total.virtualMs / 3_600_000)
print(
  `seeds ${first} to ${first + runs - 1}: ${total.broken} broken; ${total.operations} operations, ${total.deaths} deaths, ` +
    `${total.moves} shards taken, ${hours} hours of theirs in ${Math.round(ms / 1_000)} s (${perMinute} histories a minute)\n`,
)
process.exit(total.broken > 0 ? 1 : 0)
