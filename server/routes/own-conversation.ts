import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import {
  type OwnMessage,
  OwnConversation,
  OwnMessage as Own,
  ownOf,
} from '../../actors/conversation/contract/person.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { OwnWords, vouched } from '../../kernel/own-words.ts'
import { messageById, messagePage } from '../../store/queries/messages.ts'
import { get, page, pageOf, post } from '../http/route.ts'

const tags = ['Own affairs']
const { write } = conversation.messages

/** What somebody who is looked after sees and writes: their own conversation, and nothing else. */
export const ownConversation = [
  get(
    '/me/conversation',
    {
      allow: 'person',
      module: 'inbox',
      summary: 'My conversation with the business: the latest messages',
      tags,
      reply: OwnConversation,
    },
    async ({ store, rest, workspace, caller }) => {
      const { unseen } = await workspace.at(conversation, conversationIdOf(caller.id)).ownView()
      const { items, hasMore } = await ownPage({ store, rest }, workspace.id, caller.id, { limit: 50 })
      return { messages: items, hasMore, unseen }
    },
  ),

  get(
    '/me/messages',
    {
      allow: 'person',
      module: 'inbox',
      summary: 'What was said, oldest first; the latest page unless `before` says which',
      tags,
      query: z.object({ before: z.coerce.number().int().min(1).max(1e9).optional(), limit: page.limit }),
      reply: pageOf(Own),
    },
    async ({ store, rest, workspace, caller, query: { before, limit } }) => {
      const asked = { limit, ...(before !== undefined && { before }) }
      const { items, hasMore, first } = await ownPage({ store, rest }, workspace.id, caller.id, asked)
      return { items, nextCursor: hasMore && first !== undefined ? String(first) : null }
    },
  ),

  post(
    '/me/messages',
    {
      allow: 'person',
      module: 'inbox',
      summary: 'Write to the business',
      tags,
      body: OwnWords,
      reply: write.reply,
      status: 201,
      problems: ['app_not_connected', 'not_carried', 'no_such_choice', 'file_missing'],
    },
    async ({ store, rest, files, workspace, caller, body }) => {
      const { id: userId } = caller
      const conversationId = conversationIdOf(userId)
      const words = await vouched(
        body,
        { userId, conversationId },
        {
          message: (id) => messageById({ store, rest }, workspace.id, id),
          file: (id) => files.row(workspace.id, id),
        },
      )
      return workspace.at(conversation, conversationId).write(words)
    },
  ),

  post(
    '/me/read',
    {
      allow: 'person',
      module: 'inbox',
      summary: 'I have seen everything up to this message',
      tags,
      body: z.object({ upTo: z.int().min(0).max(1e9) }),
    },
    async ({ workspace, caller, body }) => {
      await workspace.at(conversation, conversationIdOf(caller.id)).seenByPerson(body)
    },
  ),
]

/** Of the messages of a page those that are theirs to see. */
async function ownPage(
  of: Parameters<typeof messagePage>[0],
  workspaceId: string,
  userId: string,
  asked: { limit: number; before?: number },
): Promise<{ items: OwnMessage[]; hasMore: boolean; first: number | undefined }> {
  const { items } = await messagePage(of, workspaceId, conversationIdOf(userId), asked)
  const first = items.find(({ n }) => n > 0)?.n
  const own = items.map(ownOf).filter((one) => one !== undefined)
  return { items: own, hasMore: (first ?? 1) > 1, first }
}
