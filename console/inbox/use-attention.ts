import { useEffect } from 'react'
import type { Calls } from '../../client/wire.ts'
import { careline } from '../live/careline.ts'
import { useSession } from '../live/use-session.ts'
import { useStream } from '../live/use-stream.ts'

const none: Calls = { calls: [], unseen: 0 }

/** Mentions of oneself, and people who wait too long. */
export const useAttention = (): Calls => useStream(`attention:${useSession().user.id}`).data ?? none

/** Whoever opens a conversation has seen what called them there. */
export function useLookedAt(conversationId: string) {
  const isCalled = useAttention().calls.some((call) => call.seenAt === null && call.conversationId === conversationId)
  useEffect(() => {
    if (isCalled)
      void careline()
        .command('attention.look', { conversationId })
        .catch(() => undefined)
  }, [isCalled, conversationId])
}
