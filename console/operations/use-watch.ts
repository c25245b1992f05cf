import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { AuditSearch } from '../../client/audit.ts'
import type { ErrorStatus } from '../../client/errors.ts'
import { audit } from '../live/audit.ts'
import { api } from '../live/careline.ts'
import { pagesQuery } from '../live/use-page.ts'

const chainQuery = queryOptions({
  queryKey: ['operations', 'audit', 'chain'],
  queryFn: () => audit.chain(),
  staleTime: 5 * 60_000,
})

/** Where the chain begins and ends, and what the last look through it found. */
export const useChain = (isWanted = true) => useQuery({ ...chainQuery, enabled: isWanted })

export const useAudit = (search: AuditSearch) =>
  useInfiniteQuery({
    ...pagesQuery(['operations', 'audit', search], (cursor) =>
      audit.page({ ...search, ...(cursor !== undefined && { cursor }) }),
    ),
    staleTime: 0,
  })

/** What was written down so far, by name. */
export const useActions = () =>
  useQuery({ queryKey: ['operations', 'audit', 'actions'], queryFn: () => audit.actions(), staleTime: 60_000 })

/** Who ever acted in another's name. */
export const useActing = () =>
  useQuery({ queryKey: ['operations', 'audit', 'acting'], queryFn: () => audit.acting(), staleTime: 60_000 })

/** Of one standing, or the one of this id. */
export const useErrors = (filter: { status: ErrorStatus } | { id: string }) =>
  useInfiniteQuery({
    ...pagesQuery(['operations', 'errors', filter], (cursor) =>
      api.errors.page({ ...filter, ...(cursor !== undefined && { cursor }) }),
    ),
    staleTime: 0,
  })
