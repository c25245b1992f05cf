/**
 * Compaction, backup, restore, the making of an index and a migration, cut off by power loss or kill at points spread
 * over all their changes to the disk, and done on disks that are too small:
 * `node bench/proof/interrupted.ts --points 100 --sizes 20`.
 * Names (`backup 'index build'`) narrow it down.
 */
import { parseArgs } from 'node:util'
import { deedNames, interrupt, Original } from '../../test/store/proof/deeds.ts'
import { interruptMigration } from '../../test/store/proof/migration.ts'
import { load, print } from '../figures.ts'

const options = { points: { type: 'string', default: '100' }, sizes: { type: 'string', default: '20' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const { points, sizes } = values
const all = [...deedNames, 'migration'] as const
const chosen = positionals.length > 0 ? all.filter((name) => positionals.includes(name)) : all
const original = await Original.made()
try {
  for (const name of chosen) {
    const began = performance.now()
    const { cut, torn, killed, full } =
      name === 'migration'
        ? await interruptMigration(original, Number(points), Number(sizes))
        : await interrupt(name, original, Number(points), Number(sizes))
    const seconds = (performance.now() - began) / 1000
    print(
      `${name}: ${cut} power cuts, ${torn} with some of the unsynced sectors on the disk, ${killed} kills, ${full} of ${sizes} disks too small: nothing lost, no half taken for a whole, ${seconds.toFixed(0)} s, load average ${load()}`,
    )
  }
} finally {
  original.remove()
}
process.exit()
