import { useEffect, useRef, useState } from 'react'
import type { ConversationState } from '../../client/streams/conversation.ts'
import { careline } from '../live/careline.ts'
import { useSession } from '../live/use-session.ts'
import { unseenBy } from './unseen.ts'

/** Whether somebody can see this page now. */
function useVisible() {
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible')
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isVisible
}

/** What stands at the end of a thread that is looked at has been read: the person's phone shows it by blue ticks. */
export function useReading(conversationId: string, { conversation, messages }: ConversationState, isAtEnd: boolean) {
  const said = useRef(0)
  const isVisible = useVisible()
  const last = messages.at(-1)?.n ?? 0
  const me = useSession().user.id
  // The first look is said too: from then on this member has a mark of their own.
  const isSeen = Object.hasOwn(conversation.seen, me) && unseenBy(conversation, me) === 0
  useEffect(() => {
    if (!isVisible || !isAtEnd || isSeen || said.current >= last) return
    said.current = last
    // Refused means: it stays unread, which the screen shows.
    careline()
      .command('message.read', { conversationId, upTo: last })
      .catch(() => undefined)
  }, [conversationId, isSeen, isVisible, isAtEnd, last])
}
