import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { OwnSignIn } from '../../client/own.ts'
import { pushes } from './phone-api.ts'
import type { AppPhone } from './use-app.ts'

/** Only while the telephone is looked at. */
const everyMs = 1_000

/** One simulated telephone at its push service: known to the business while somebody is signed in. */
export function usePush(name: string, { api, isOnline }: AppPhone, session: OwnSignIn, isLocked: boolean) {
  const cache = useQueryClient()
  const [token, setToken] = useState<string | null>(null)
  const businessId = session.workspace.id
  const userId = session.user.id
  useEffect(() => {
    let isOver = false
    const begin = async () => {
      const { token: made, address } = await pushes.register(businessId)
      if (isOver) return
      await api.devices.describe({
        name: `Phone ${name}`,
        platform: 'android',
        push: { service: 'fcm', token: address },
      })
      setToken(made)
    }
    // A business whose app simulates no telephones has none that are told.
    begin().catch(() => setToken(null))
    return () => void (isOver = true)
  }, [api, businessId, name, userId])
  const queryKey = ['push', token]
  const { data: notices = [] } = useQuery({
    queryKey,
    queryFn: () => pushes.notices(token ?? ''),
    enabled: token !== null && isLocked && isOnline,
    refetchInterval: everyMs,
  })
  const clear = () => {
    cache.setQueryData(queryKey, [])
    if (token !== null) void pushes.clear(token).catch(() => undefined)
  }
  return { notices, clear }
}
