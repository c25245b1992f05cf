/**
 * Many take one conversation at once, over two processes: `node bench/proof/accepts.ts --takers 1000 --rounds 100
 * --kill-every 10`. Ends with 1 when any of them has two winners, or none, or not everybody names the same.
 */
import { parseArgs } from 'node:util'
import { accepting } from '../../test/realtime/accepts.ts'
import { load, median, print, short } from '../figures.ts'

const { values } = parseArgs({
  options: {
    takers: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '100' },
    'kill-every': { type: 'string', default: '10' },
  },
})

const [rounds, every] = [Number(values.rounds), Number(values['kill-every'])]
const kills = Array.from({ length: rounds }, (_, nth) => nth + 1).filter((round) => round % every === 0)
const done = await accepting({ takers: Number(values.takers), rounds, kills, tell: print })
const wrong = done.filter(({ winners, holders }) => winners.length !== 1 || holders.length !== 1)
const times = (isKilled: boolean) => done.filter((round) => round.isKilled === isKilled).map(({ ms }) => ms)
print(`${done.length} rounds of ${values.takers}, ${kills.length} with a process killed; ${wrong.length} wrong`)
print(`answered in ${short(median(times(false)))} ms, with a kill in ${short(median(times(true)))} ms; load ${load()}`)
process.exit(wrong.length === 0 ? 0 : 1)
