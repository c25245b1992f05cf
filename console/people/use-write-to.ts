import { useNavigate } from '@tanstack/react-router'
import { records } from '../live/records.ts'

/** Opens the conversation with somebody, to write to: also with whoever never wrote. */
export function useWriteTo() {
  const navigate = useNavigate()
  return async (userId: string) => {
    const { conversationId } = await records.openConversation(userId)
    await navigate({ to: '/inbox/$conversationId', params: { conversationId } })
  }
}
