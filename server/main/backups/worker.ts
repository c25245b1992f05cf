import { parentPort, workerData } from 'node:worker_threads'
import { KeyBook } from '../../../store/archive/key-book.ts'
import { type Making, makeBackup } from './make.ts'
import { verifyBackup } from './proof.ts'

/** What is done beside the server, in a thread of its own: encryption would take its time from those who wait. */
export type Work =
  { do: 'make'; making: Making } | { do: 'verify'; file: string; book: ConstructorParameters<typeof KeyBook>[0] }

const work = workerData as Work
try {
  const done =
    work.do === 'make'
      ? await makeBackup(work.making)
      : await verifyBackup({ file: work.file, book: new KeyBook(work.book) })
  parentPort?.postMessage({ done })
} catch (error) {
  parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) })
}
