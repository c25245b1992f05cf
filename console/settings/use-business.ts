import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { businesses } from '../live/business.ts'

const key = 'business'
const businessQuery = queryOptions({ queryKey: [key, 'now'], queryFn: () => businesses.now(), staleTime: 0 })
const hoursQuery = queryOptions({ queryKey: [key, 'hours'], queryFn: () => businesses.hours(), staleTime: 0 })
const modulesQuery = queryOptions({ queryKey: [key, 'modules'], queryFn: () => businesses.modules(), staleTime: 0 })
const rulesQuery = queryOptions({ queryKey: [key, 'rules'], queryFn: () => businesses.rules(), staleTime: 0 })
const teamsQuery = queryOptions({ queryKey: [key, 'teams'], queryFn: () => businesses.teams(), staleTime: 0 })
const offersQuery = queryOptions({ queryKey: [key, 'services'], queryFn: () => businesses.offers(), staleTime: 0 })
const stepsQuery = queryOptions({ queryKey: [key, 'steps'], queryFn: () => businesses.onboarding(), staleTime: 0 })
const presetsQuery = queryOptions({
  queryKey: ['presets'],
  queryFn: () => businesses.presets(),
  staleTime: Infinity,
})

/** With `isAsked: false` nothing is read. */
export const useBusiness = (isAsked = true) => useQuery({ ...businessQuery, enabled: isAsked })
export const useHours = () => useQuery(hoursQuery)
export const useModules = () => useQuery(modulesQuery)
export const useRules = () => useQuery(rulesQuery)
export const useTeams = () => useQuery(teamsQuery)
export const useOffers = () => useQuery(offersQuery)
export const useSteps = () => useQuery(stepsQuery)
/** The same, where it need not be of this moment: a change here reads it anew in any case. */
export const useStanding = () => useQuery({ ...stepsQuery, staleTime: 5 * 60_000 })
export const usePresets = () => useQuery(presetsQuery)

/** Everything of the business is read anew: one part's revision is also that of others. */
export function useBusinessRenewed() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: [key] })
}
