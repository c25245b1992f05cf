import { useMemo } from 'react'
import type { InfiniteData } from '@tanstack/react-query'
import type { Page } from '../../client/http.ts'
import { onConversation, type ConversationState } from '../../client/streams/conversation.ts'
import type { ConversationEvent, Message } from '../../client/wire.ts'
import { cache } from '../live/cache.ts'
import { api } from '../live/careline.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { onEvent } from '../live/use-stream.ts'

const pageSize = 50

/** What was said before the message numbered `anchor`, in pages that go back. */
const olderQuery = (conversationId: string, anchor: number) =>
  pagesQuery<Message>(['older', conversationId, anchor], (cursor) =>
    api.conversations.messages(conversationId, {
      before: cursor === undefined ? anchor : Number(cursor),
      limit: pageSize,
    }),
  )

// What happens to an old message (a reaction, a withdrawal) happens in the pages, too, by the stream's own reducer.
onEvent((event, stream) => {
  const [kind, conversationId] = stream.split(':')
  if (kind !== 'conversation' || !event || event.type === 'message.created') return
  cache.setQueriesData<InfiniteData<Page<Message>>>(
    { queryKey: ['pages', 'older', conversationId] },
    (data) =>
      data && { ...data, pages: data.pages.map((page) => changed(page, event as unknown as ConversationEvent)) },
  )
})

function changed(page: Page<Message>, event: ConversationEvent): Page<Message> {
  const before = { messages: page.items } as unknown as ConversationState
  const { messages } = onConversation(before, event)
  return messages === page.items ? page : { ...page, items: [...messages] }
}

/** The whole thread as far as it was scrolled back to, oldest first. Nothing older is asked for until it is wanted. */
export function useMessages(conversationId: string, { messages, hasMore }: ConversationState) {
  const anchor = messages[0]?.n ?? 0
  const older = usePages(olderQuery(conversationId, anchor), true)
  const all = useMemo(
    () => [...(older.pages?.toReversed().flatMap((page) => page.items) ?? []), ...messages],
    [older.pages, messages],
  )
  const mayHaveMore = older.pages ? older.hasNextPage : hasMore
  return {
    messages: all,
    hasOlder: mayHaveMore,
    isLoading: older.isFetching,
    error: older.error,
    more: () => {
      if (!mayHaveMore || older.isFetching) return
      if (older.pages) older.more()
      else older.again()
    },
  }
}
