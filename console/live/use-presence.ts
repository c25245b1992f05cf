import { useCallback, useSyncExternalStore } from 'react'
import { inboxSignals, type InboxSignals } from '../../client/streams/inbox.ts'
import { careline } from './careline.ts'
import { useSession } from './use-session.ts'
import { handleOf } from './use-stream.ts'

/** The colleagues who are there, by id. Not in the cache: it changes often, and few look. */
export function usePresence(): InboxSignals['people'] {
  const stream = `inbox:${useSession().workspace.id}` as const
  const subscribe = useCallback(
    (listener: () => void) => {
      const handle = careline().open(stream)
      const stop = handle.subscribe(listener)
      return () => {
        stop()
        handle.close()
      }
    },
    [stream],
  )
  return useSyncExternalStore(subscribe, () => (handleOf(stream)?.signals() ?? inboxSignals).people)
}
