/**
 * Clients that stop reading while much is written: `node bench/proof/stalled.ts --sockets 50 --events 400`. Each must be
 * cut off, their process may grow by at most 75 MB, and in the end everybody has the same.
 */
import { parseArgs } from 'node:util'
import { Pair } from '../../test/faults/realtime/pair.ts'
import { stall } from '../../test/faults/realtime/stalled.ts'
import { load, print } from '../figures.ts'

const { values } = parseArgs({
  options: { sockets: { type: 'string', default: '50' }, events: { type: 'string', default: '400' } },
})
const [sockets, events] = [Number(values.sockets), Number(values.events)]
const grownMost = 75

const pair = await Pair.open()
const { cut, grownMb, differing, wrong } = await stall(pair, await pair.staff.hire(sockets + 5), { sockets, events })
await pair.close()
print(
  `${sockets} clients that stop reading, ${events} events of 24 KB: ${cut} cut, their process grew by ${grownMb.toFixed(1)} MB at most (goal: ${grownMost}), ${differing} end with another state, ${wrong} events lost, repeated or out of order at those that read; load average ${load()}`,
)
process.exit(cut === sockets && grownMb <= grownMost && differing + wrong === 0 ? 0 : 1)
