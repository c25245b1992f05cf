import { useNavigate } from '@tanstack/react-router'

/** Opens the conversation with somebody, to write to: also with whoever never wrote. */
export function useWriteTo() {
  const navigate = useNavigate()
  return async (userId: string) => {
    const { records } = await import('../live/records.ts')
    const { conversationId } = await records.openConversation(userId)
    await navigate({ to: '/inbox/$conversationId', params: { conversationId } })
  }
}
