/**
 * Index against scan, as long as one likes: `node bench/proof/indexes.ts --queries 1000000 --seed 1`. Ends with a
 * failure, and the seed and the query in it, at the first difference.
 */
import { parseArgs } from 'node:util'
import { fuzzIndexes } from '../../test/store/proof/index-fuzz.ts'
import { load, print } from '../figures.ts'

const options = { queries: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } } as const
const { queries, seed } = parseArgs({ options }).values
const began = performance.now()
let told = began
const done = fuzzIndexes(Number(queries), Number(seed), (so) => {
  if (performance.now() - told < 10_000) return
  told = performance.now()
  print(`${so.queries.toLocaleString('en')} queries, 0 differences so far`)
})
const seconds = (performance.now() - began) / 1000
print(
  `${done.queries.toLocaleString('en')} queries (seed ${seed}), ${done.byIndex.toLocaleString('en')} of them by an index, over ${done.documents.toLocaleString('en')} documents: 0 differences, ${seconds.toFixed(0)} s, load average ${load()}`,
)
