/** A process with a store (`child.ts <directory> [durability]`): says where it is, and lives until it is killed. */
import { startEmbeddedStore } from '../../../store/embedded/start.ts'

const [, , directory, durability] = process.argv as [string, string, string, 'full' | 'relaxed' | undefined]
const store = await startEmbeddedStore({ directory, ...(durability ? { durability } : {}) })
setInterval(() => undefined, 60_000)
process.stdout.write(`${store.uri}\n`)
