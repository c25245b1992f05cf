/**
 * A process with many people is killed: how long a colleague at another process still sees them, and whether anybody who
 * has another device there is ever shown as gone. `node bench/proof/presence.ts --people 5000 --both 500`
 */
import { parseArgs } from 'node:util'
import { fade } from '../../test/faults/realtime/crowd.ts'
import { Pair } from '../../test/faults/realtime/pair.ts'
import { load, print } from '../figures.ts'

const { values } = parseArgs({
  options: { people: { type: 'string', default: '5000' }, both: { type: 'string', default: '500' } },
})
/** Ten seconds of grace, and five more. */
const budgetMs = 15_000

const pair = await Pair.open()
const began = performance.now()
const staff = await pair.staff.hire(Number(values.people) + 1)
print(`${values.people} people were hired in ${Math.round(performance.now() - began)} ms`)
const { people, firstMs, lastMs, wrong, flaps } = await fade(pair, staff, Number(values.both))
await pair.close()
const seconds = (ms: number) => (ms / 1_000).toFixed(2)
print(
  `${people} people, ${values.both} of them elsewhere as well, their process killed: offline after ${seconds(firstMs)} to ${seconds(lastMs)} s (goal: at most ${seconds(budgetMs)}), ${wrong} wrong, ${flaps} flaps; load average ${load()}`,
)
process.exit(lastMs <= budgetMs && wrong + flaps === 0 ? 0 : 1)
