import type { Log } from '../../kernel/log.ts'
import type { StoreEvent } from '../../store/embedded/observe.ts'

/** What the embedded store tells of itself, as lines of the log: shapes of queries, never a value of them. */
export const logged = (log: Log) => (event: StoreEvent) => {
  switch (event.kind) {
    case 'slow': {
      const { command, namespace, shape, workMs, totalMs, times } = event
      log.warn('store: slow command', { command, namespace, shape, workMs, totalMs, times })
      break
    }
    case 'scan': {
      const { namespace, shape, times } = event
      log.warn('store: collection scan over 1000 documents', { namespace, shape, times })
      break
    }
    case 'compacted': {
      const { beforeBytes, afterBytes, ms } = event
      log.info('store: compacted', { beforeBytes, afterBytes, ms })
      break
    }
    case 'damaged':
      log.error('store: damaged', { file: event.file, advice: event.message })
  }
}
