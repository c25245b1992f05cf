import { parentPort, workerData } from 'node:worker_threads'
import type { StoreEvent } from './observe.ts'
import { open } from './open.ts'
import type { OpenOptions } from './open.ts'
import type { Ask } from './operations.ts'

/** The thread of the store: opens it, says so, does what its owner asks, and closes it when told to. */
export type FromWorker =
  | { kind: 'ready'; tcpPort: number | null }
  | { kind: 'refused'; message: string }
  | { kind: 'event'; event: StoreEvent }
  | { kind: 'done'; id: number; answer: unknown }
  | { kind: 'failed'; id: number; message: string }
  | { kind: 'closed' }
export type ToWorker = { kind: 'ask'; id: number; ask: Ask } | { kind: 'close' }

const port = parentPort
if (!port) throw new Error('store/embedded/worker.ts runs as a worker thread: see start.ts.')
const say = (message: FromWorker) => port.postMessage(message)

try {
  const store = await open(workerData as OpenOptions, {
    failed: (error) =>
      // Out of every promise, so that the thread ends with it and the owner hears of it.
      setImmediate(() => {
        throw error
      }),
    happened: (event) => say({ kind: 'event', event }),
  })
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ask') {
      const { id, ask } = message
      store.carryOut(ask).then(
        (answer) => say({ kind: 'done', id, answer }),
        (error: Error) => say({ kind: 'failed', id, message: error.message }),
      )
      return
    }
    void store.close().then(() => {
      say({ kind: 'closed' })
      port.close()
    })
  })
  say({ kind: 'ready', tcpPort: store.tcpPort })
} catch (error) {
  say({ kind: 'refused', message: (error as Error).message })
  port.close()
}
