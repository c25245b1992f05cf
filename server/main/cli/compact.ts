import { readConfig } from './environment.ts'
import { askStore, Compacted } from './store-controls.ts'
import { say } from './words.ts'

/** Gives the space of what was deleted back to the disk. */
export async function compact(): Promise<number> {
  const { before, after, ms } = Compacted.parse(await askStore(readConfig(), 'compact'))
  say(`${mb(before.bytes)} MB, ${mb(before.freeBytes)} of them empty, are now ${mb(after.bytes)} MB (${ms} ms).`)
  return 0
}

const mb = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)
