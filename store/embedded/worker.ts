import { parentPort, workerData } from 'node:worker_threads'
import { open } from './open.ts'
import type { OpenOptions } from './open.ts'

/** The thread of the store: opens it, says so, and closes it when asked. */
export type FromWorker = { kind: 'ready' } | { kind: 'refused'; message: string } | { kind: 'closed' }

const port = parentPort
if (!port) throw new Error('store/embedded/worker.ts runs as a worker thread: see start.ts.')
const say = (message: FromWorker) => port.postMessage(message)

try {
  const store = await open(workerData as OpenOptions, (error) => {
    // Out of every promise, so that the thread ends with it and the owner hears of it.
    setImmediate(() => {
      throw error
    })
  })
  port.once('message', () => {
    void store.close().then(() => {
      say({ kind: 'closed' })
      port.close()
    })
  })
  say({ kind: 'ready' })
} catch (error) {
  say({ kind: 'refused', message: (error as Error).message })
  port.close()
}
