// A stream is a query: its first answer is the snapshot, its later answers are the events, reduced by client/streams.
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Handle } from '../../client/connect.ts'
import type { StateOf, StreamName } from '../../client/streams/index.ts'
import type { Signal, StreamEvent } from '../../client/wire.ts'
import { cache } from './cache.ts'
import { careline } from './careline.ts'

interface Followed {
  handle: Handle<StreamName>
  stop: () => void
}

// Subscription and listener have one owner and one life: that of the query. A stream that was just left is still
// current, and is given back when the query is collected, or when the socket has no room for more (it has 128).
const followed = new Map<string, Followed>()
const followedMax = 100
const keepMs = 5 * 60_000

type Heard = (event: StreamEvent | undefined, stream: string) => void
const ears = new Set<Heard>()

/** Hears every event of every open stream once, and `undefined` after a snapshot. */
export const onEvent = (heard: Heard) => void ears.add(heard)

export const streamQuery = <Name extends StreamName>(stream: Name) =>
  queryOptions({
    queryKey: ['stream', stream],
    queryFn: async () => {
      const handle = follow(stream)
      await handle.ready()
      return handle.state() as StateOf<Name>
    },
    staleTime: Infinity,
    gcTime: keepMs,
    structuralSharing: false,
    retry: false,
  })

/** The stream's state as it is now, and from now on. */
export const useStream = <Name extends StreamName>(stream: Name) => useQuery(streamQuery(stream))

function follow(stream: StreamName): Handle<StreamName> {
  const known = followed.get(stream)
  if (known && !known.handle.error()) return known.handle
  if (known) drop(stream)
  if (followed.size >= followedMax) makeRoom()
  const handle = careline().open(stream)
  const stop = handle.subscribe(({ event, signal }) => {
    if (signal) return void renewed(signal)
    const { queryKey } = streamQuery(stream)
    const state = handle.state()
    if (state !== undefined) cache.setQueryData(queryKey, state)
    // Refused from now on (the right to it has ended): asking once more makes the query say so.
    if (handle.error() && cache.getQueryState(queryKey)?.fetchStatus === 'idle') void cache.refetchQueries({ queryKey })
    for (const heard of ears) heard(event, stream)
  })
  followed.set(stream, { handle, stop })
  return handle
}

/** Somebody changed what people edit: every list that has its name in its key is read again where it is shown. */
function renewed({ type, data }: Signal) {
  if (type !== 'settings.changed') return
  const { resource } = data as { resource: string }
  void cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(resource) })
}

function drop(stream: string) {
  const known = followed.get(stream)
  followed.delete(stream)
  known?.stop()
  known?.handle.close()
}

function makeRoom() {
  for (const stream of followed.keys()) {
    const query = cache.getQueryCache().find({ queryKey: ['stream', stream] })
    if (query && query.getObserversCount() > 0) continue
    cache.removeQueries({ queryKey: ['stream', stream], exact: true })
    drop(stream)
    return
  }
}

cache.getQueryCache().subscribe(({ type, query }) => {
  const [kind, stream] = query.queryKey as readonly unknown[]
  if (type === 'removed' && kind === 'stream' && typeof stream === 'string') drop(stream)
})

/** The handle of a stream that is followed now. */
export const handleOf = <Name extends StreamName>(stream: Name) =>
  followed.get(stream)?.handle as Handle<Name> | undefined
