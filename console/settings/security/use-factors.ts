import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { security } from '../../live/own.ts'

const factorsQuery = queryOptions({
  queryKey: ['account', 'factors'],
  queryFn: () => security.factors(),
  staleTime: 0,
})

/** What my account is opened with. */
export const useFactors = () => useQuery(factorsQuery)

/** Reads it anew; where I am signed in as well, because what is added ends other sign-ins. */
export function useFactorsRenewed() {
  const cache = useQueryClient()
  return async () => {
    const renew = (key: string) => cache.invalidateQueries({ queryKey: ['account', key] })
    await Promise.all([renew('factors'), renew('sign-ins')])
  }
}
