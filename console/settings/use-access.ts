import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { access } from '../live/access.ts'

const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  queryFn: () => access.permissions(),
  staleTime: Infinity,
})
const keysQuery = queryOptions({ queryKey: ['api-keys'], queryFn: () => access.keys(), staleTime: 0 })
const consentQuery = queryOptions({
  queryKey: ['account', 'consent'],
  queryFn: () => access.consent(),
  staleTime: 0,
})

export const usePermissions = () => useQuery(permissionsQuery)
export const useKeys = () => useQuery(keysQuery)
export const useConsent = () => useQuery(consentQuery)

/** Reads what was changed anew. */
export function useAccessRenewed() {
  const cache = useQueryClient()
  return {
    keys: () => cache.invalidateQueries({ queryKey: keysQuery.queryKey }),
    consent: () => cache.invalidateQueries({ queryKey: consentQuery.queryKey }),
  }
}
