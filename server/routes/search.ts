import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { conflict } from '../../kernel/problem.ts'
import { searchMessages } from '../../store/queries/message-search.ts'
import { get, Id, page, pageOf } from '../http/route.ts'

const Hit = z.object({
  messageId: Id,
  conversationId: Id,
  userId: Id,
  name: z.string().max(200),
  n: z.int(),
  direction: conversation.rows.message.shape.direction,
  at: instant(),
  snippet: z.string().max(400),
  /** Where the words that were asked for stand in the snippet: from and to. */
  marks: z.array(z.array(z.int().nonnegative()).length(2)).max(20),
})

/** What was said, by its words. */
export const search = [
  get(
    '/messages/search',
    {
      allow: 'messages.search',
      module: 'inbox',
      audit: { action: 'messages.searched', isRead: true },
      summary: 'Messages in which words begin so, the newest first',
      tags: ['Conversations'],
      query: z.object({ ...page, q: z.string().trim().min(1).max(200), userId: Id.optional() }),
      reply: pageOf(Hit),
      problems: ['search_off', 'invalid_cursor'],
    },
    async ({ lists, store, rest, workspace, query }) => {
      if (!lists.search.isOn(workspace.id))
        throw conflict('search_off', 'Messages cannot be searched here: it is switched off in the settings.')
      return searchMessages({ store, rest }, workspace.id, query)
    },
  ),
]
