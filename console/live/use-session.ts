import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Member, Session } from '../../client/tokens.ts'
import { api, sessionKey } from './careline.ts'

const sessionQuery = queryOptions<Session | null>({
  queryKey: sessionKey,
  queryFn: () => api.session() ?? null,
  initialData: () => api.session() ?? null,
  staleTime: Infinity,
  gcTime: Infinity,
})

/** Owners and admins set up the workspace, and see how the installation is. */
export const runsIt = ({ role }: { role: Member['role'] }) => role === 'owner' || role === 'admin'

/** Whether this session may do something. One that an earlier release kept does not say, and goes by the role. */
export const mayIn = ({ permissions, user }: Session, permission: string) =>
  permissions?.includes(permission) ?? runsIt(user)

/** Who is signed in, and where; null on pages that need no sign-in. */
export const useMaybeSession = () => useQuery(sessionQuery).data

const nobody: Session = {
  accessToken: '',
  refreshToken: '',
  expiresAt: '',
  user: { id: '', name: '', email: '', role: 'staff' },
  workspace: { id: '', slug: '', name: '', timezone: 'UTC' },
}

/** Who is signed in. Between the end of a session and the sign-in page it is nobody, for one frame. */
export const useSession = () => useMaybeSession() ?? nobody

const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: () => api.members.list(),
  staleTime: 5 * 60_000,
})

const none: Member[] = []

/** Everybody who works here, by name. */
export function useMembers() {
  const members = useQuery(membersQuery).data?.items ?? none
  const me = useSession().user
  return {
    members,
    me,
    /** `You`, a name, or what it is that has no name here. */
    nameOf: (id: string | null) => {
      if (id === null) return 'Nobody'
      return id === me.id ? 'You' : (members.find((one) => one.id === id)?.name ?? 'A colleague')
    },
  }
}
