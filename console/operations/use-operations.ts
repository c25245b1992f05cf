import { api } from '../live/careline.ts'
import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { DeadLetter } from '../../client/admin.ts'
import { pagesQuery } from '../live/use-page.ts'

// What operators look at changes by itself; while the page can be seen it is read again.
const everyMs = 2_000
const fresh = { refetchInterval: everyMs, staleTime: 0 } as const

const overviewQuery = queryOptions({
  queryKey: ['operations', 'overview'],
  queryFn: () => api.admin.overview(),
  ...fresh,
})

const actorQuery = (kind: string, id: string) =>
  queryOptions({
    queryKey: ['operations', 'actor', kind, id],
    queryFn: () => api.admin.actor(kind, id),
    ...fresh,
  })

const letterQuery = (id: string) =>
  queryOptions({ queryKey: ['operations', 'letter', id], queryFn: () => api.admin.deadLetter(id), staleTime: 0 })

export interface ActorFilter {
  kind?: string
  find?: string
}

/** Processes, kinds, and what was slow lately; renewed every two seconds. */
export const useOverview = () => useQuery(overviewQuery)

/** The actors in memory, page after page. */
export const useActors = (filter: ActorFilter) =>
  useInfiniteQuery({
    ...pagesQuery(['operations', 'actors', filter], (cursor) =>
      api.admin.actors({ ...filter, ...(cursor !== undefined && { cursor }) }),
    ),
    ...fresh,
  })

export const useActor = (kind: string, id: string) => useQuery(actorQuery(kind, id))

export const useDeadLetters = (status: DeadLetter['status']) =>
  useInfiniteQuery({
    ...pagesQuery(['operations', 'letters', status], (cursor) =>
      api.admin.deadLetters({ status, ...(cursor !== undefined && { cursor }) }),
    ),
    ...fresh,
  })

export const useDeadLetter = (id: string) => useQuery(letterQuery(id))

const jobsQuery = queryOptions({ queryKey: ['operations', 'jobs'], queryFn: () => api.admin.jobs(), ...fresh })

/** What is done again and again, and how it goes. */
export const useJobs = () => useQuery(jobsQuery)

const readersQuery = (stream: string) =>
  queryOptions({ queryKey: ['operations', 'readers', stream], queryFn: () => api.admin.readers(stream), ...fresh })

/** The sockets that read a stream, on any process. */
export const useReaders = (stream: string) => useQuery(readersQuery(stream))
