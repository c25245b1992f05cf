import { useEffect } from 'react'
import { conversationSignals, type ConversationSignals } from '../../client/streams/conversation.ts'
import { careline } from './careline.ts'
import { useLine } from './use-line.ts'
import { handleOf } from './use-stream.ts'

/** Who writes and who looks, now. */
export function useSignals(conversationId: string): ConversationSignals {
  const stream = `conversation:${conversationId}` as const
  return useLine(stream, () => handleOf(stream)?.signals() ?? conversationSignals)
}

/** Shows the colleagues that this person looks, while the page can be seen. */
export function useLooking(conversationId: string) {
  useEffect(() => {
    let leave: (() => void) | undefined
    const look = () => {
      if (document.visibilityState === 'visible') leave ??= careline().viewing(conversationId)
      else {
        leave?.()
        leave = undefined
      }
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      leave?.()
    }
  }, [conversationId])
}
