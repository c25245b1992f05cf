import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../live/careline.ts'

const signInsQuery = queryOptions({
  queryKey: ['account', 'sign-ins'],
  queryFn: () => api.account.signIns(),
  staleTime: 0,
})
const workspacesQuery = queryOptions({
  queryKey: ['account', 'workspaces'],
  queryFn: () => api.account.workspaces(),
  staleTime: 60_000,
})
const teamQuery = queryOptions({ queryKey: ['team'], queryFn: () => api.members.all(), staleTime: 0 })

export const useSignIns = () => useQuery(signInsQuery)
export const useWorkspaces = () => useQuery(workspacesQuery)
export const useTeam = () => useQuery(teamQuery)

/** Reads what was changed anew; the names that other pages show, too. */
export function useRenewed() {
  const cache = useQueryClient()
  const renew = (...keys: string[]) => cache.invalidateQueries({ queryKey: keys })
  return {
    signIns: () => renew('account', 'sign-ins'),
    team: async () => {
      await Promise.all([renew('team'), renew('members')])
    },
  }
}
