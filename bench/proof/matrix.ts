/**
 * What happens to live screens under each fault, with plain Socket.IO beside it as the control: `node
 * bench/proof/matrix.ts --only 'kill' --clients 50 --events 1600 --repeats 1`. Ends with 1 when anything was lost,
 * repeated or out of order, or when the control lost nothing where it must.
 */
import { parseArgs } from 'node:util'
import { type Fault, faults, long } from '../../test/faults/realtime/faults.ts'
import { type Outcome, underFault } from '../../test/faults/realtime/matrix.ts'
import { Pair } from '../../test/faults/realtime/pair.ts'
import { load, print, short, table } from '../figures.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    clients: { type: 'string', default: '50' },
    events: { type: 'string', default: '1600' },
    seconds: { type: 'string', default: '16' },
    repeats: { type: 'string', default: '1' },
  },
})
const [clients, events, seconds, repeats] = [values.clients, values.events, values.seconds, values.repeats].map(
  Number,
) as [number, number, number, number]
const chosen = faults.filter(({ name }) => name.includes(values.only))

const isWhole = ({ lost, repeated, unordered, differing }: Outcome) => lost + repeated + unordered + differing === 0

/** A fault that nobody felt proves nothing. */
const isFelt = ({ isLossy }: Fault, { plain }: Outcome) => !isLossy || plain.losers > 0

const pair = await Pair.open()
const staff = await pair.staff.hire(clients + 1)
const rows: string[][] = []
let failed = 0
for (const fault of chosen)
  for (let round = 0; round < repeats; round++) {
    const outcome = await underFault(pair, fault, staff, { clients, events, spanMs: seconds * 1_000, lengths: long })
    const isGood = isWhole(outcome) && isFelt(fault, outcome)
    if (!isGood) failed++
    rows.push(rowOf(outcome, isGood))
    print(rows.at(-1)?.join(' | '))
  }
await pair.close()

print(`\n${clients} clients x ${events} events in about ${seconds} s, two processes; load average ${load()}\n`)
const ours = ['lost', 'repeated', 'unordered', 'differing', 'came back', 'by snapshot', 'settled ms']
print(table(['fault', ...ours, 'Socket.IO: lost per client', 'of how many', ''], rows))
process.exit(failed === 0 ? 0 : 1)

function rowOf(outcome: Outcome, isGood: boolean) {
  const { fault, lost, repeated, unordered, differing, returns, snapshots, settledMs, plain } = outcome
  const counts = [lost, repeated, unordered, differing, returns, snapshots].map(String)
  return [fault, ...counts, short(settledMs), short(plain.lost), String(plain.losers), isGood ? '' : 'FAILED']
}
