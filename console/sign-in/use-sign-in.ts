import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { api, waysKey } from '../live/careline.ts'
import { useEntering } from './entering.ts'

const waysQuery = queryOptions({ queryKey: waysKey, queryFn: () => api.ways(), staleTime: Infinity })

/** Which ways of signing in there are here. */
export const useWays = () => useQuery(waysQuery)

/** Runs a sign-in, then goes where the person wanted to. */
export function useSignIn() {
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  // Only an address of our own: anything else in `to` was written by somebody else.
  const isOurs = to !== undefined && /^\/(?![/\\])/.test(to)
  return useEntering(() => navigate({ href: isOurs ? to : '/inbox', replace: true }))
}
