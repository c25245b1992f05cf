import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { tools } from '../live/tools.ts'

// The second word is the server's name of what is kept: whoever changes one has every list of that name read again.
const cannedQuery = queryOptions({
  queryKey: ['tools', 'canned-responses'],
  queryFn: () => tools.canned(),
  staleTime: 5 * 60_000,
})
const offeredCannedQuery = queryOptions({
  queryKey: ['tools', 'canned-responses', 'offered', 'teams'],
  queryFn: () => tools.offeredCanned(),
  staleTime: 5 * 60_000,
})
const offeredMacrosQuery = queryOptions({
  queryKey: ['tools', 'macros', 'offered', 'teams'],
  queryFn: () => tools.offeredMacros(),
  staleTime: 5 * 60_000,
})
const macrosQuery = queryOptions({
  queryKey: ['tools', 'macros'],
  queryFn: () => tools.macros(),
  staleTime: 5 * 60_000,
})
const viewsQuery = queryOptions({ queryKey: ['tools', 'inbox-views'], queryFn: () => tools.views(), staleTime: 60_000 })
const countsQuery = queryOptions({
  queryKey: ['tools', 'inbox-views', 'counts'],
  queryFn: () => tools.viewCounts(),
  staleTime: 10_000,
})
const fieldsQuery = queryOptions({
  queryKey: ['tools', 'fields'],
  queryFn: () => tools.viewFields(),
  staleTime: Infinity,
})
const rulesQuery = queryOptions({ queryKey: ['tools', 'business'], queryFn: () => tools.rules(), staleTime: 0 })
const workloadsQuery = queryOptions({
  queryKey: ['tools', 'workloads', 'members'],
  queryFn: () => tools.workloads(),
  staleTime: 0,
})

/** All there are, for who makes them; `offered` are those for everybody and for one's own teams. */
export const useCanned = () => useQuery(cannedQuery)
export const useOfferedCanned = (isAsked: boolean) => useQuery({ ...offeredCannedQuery, enabled: isAsked })
export const useMacros = () => useQuery(macrosQuery)
export const useOfferedMacros = () => useQuery(offeredMacrosQuery)
export const useViews = () => useQuery(viewsQuery)
export const useViewCounts = (isAsked: boolean) => useQuery({ ...countsQuery, enabled: isAsked })
export const useViewFields = () => useQuery(fieldsQuery)
export const useAssignmentRules = () => useQuery(rulesQuery)
export const useWorkloads = () => useQuery(workloadsQuery)

/** Everything of this name is read anew. */
export function useToolsRenewed() {
  const cache = useQueryClient()
  return (name: string) => cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(name) })
}
