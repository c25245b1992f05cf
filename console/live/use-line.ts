import { useCallback, useSyncExternalStore } from 'react'
import type { StreamName } from '../../client/streams/index.ts'
import { careline } from './careline.ts'

/** What a stream shows beside its state, while somebody looks. Not in the cache: it changes often, and few look. */
export function useLine<Shown>(stream: StreamName, read: () => Shown): Shown {
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
  return useSyncExternalStore(subscribe, read)
}
