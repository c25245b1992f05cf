/** A process with a store (`child.ts <directory> [durability]`): says where it is, and lives until it or its parent is killed. */
import { startEmbeddedStore } from '../../../store/embedded/start.ts'

const [, , directory, durability] = process.argv as [string, string, string, 'full' | 'relaxed' | undefined]
const store = await startEmbeddedStore({ directory, ...(durability ? { durability } : {}) })
// Open until whoever started it is gone.
process.stdin.resume().on('end', () => process.exit())
process.stdout.write(`${store.uri}\n`)
