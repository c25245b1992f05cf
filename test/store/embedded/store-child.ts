/** A process with a store: says where it is, and lives until it is killed. */
import { startEmbeddedStore } from '../../../store/embedded/start.ts'

const store = await startEmbeddedStore({ directory: process.argv[2] as string })
setInterval(() => undefined, 60_000)
process.stdout.write(`${store.uri}\n`)
