/**
 * Update operators against an oracle written from the manual, and updates that decode only what they touch against
 * those that decode everything, as long as one likes: `node bench/proof/updates.ts --updates 1000000 --seed 1`. Ends
 * with a failure at the first difference.
 */
import { parseArgs } from 'node:util'
import { fuzzPartialUpdates } from '../../test/store/proof/partial-fuzz.ts'
import { fuzzUpdates } from '../../test/store/proof/update-fuzz.ts'
import { load, print } from '../figures.ts'

const options = { updates: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } } as const
const { updates, seed } = parseArgs({ options }).values
const began = performance.now()
const done = fuzzUpdates(Number(updates), Number(seed))
const seconds = (performance.now() - began) / 1000
print(
  `${done.updates.toLocaleString('en')} updates (seed ${seed}), ${done.refused.toLocaleString('en')} of them refused by both: 0 differences, ${seconds.toFixed(0)} s, load average ${load()}`,
)

const partialBegan = performance.now()
const both = fuzzPartialUpdates(Number(updates), Number(seed))
const count = (n: number) => n.toLocaleString('en')
print(
  `${count(both.updates)} updates both ways (${count(both.partial)} of them by decoding a part, ${count(both.changed)} changed something, ${count(both.refused)} were refused): 0 differences, ${((performance.now() - partialBegan) / 1000).toFixed(0)} s`,
)
