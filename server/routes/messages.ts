import { conversation } from '../../actors/conversation/contract.ts'
import { Message } from '../../actors/conversation/contract/message.ts'
import { Outgoing } from '../../kernel/content.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { z } from 'zod'
import { personCodes } from '../../kernel/consent.ts'
import { templateCodes } from '../../kernel/template-known.ts'
import { messageById, messagesByProviderId, shown } from '../../store/queries/messages.ts'
import { get, Id, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const tags = ['Messages']

const Ref = Message.pick({
  conversationId: true,
  channelId: true,
  direction: true,
  status: true,
  error: true,
  at: true,
}).extend({ messageId: Id, userId: Id, providerId: z.string().max(512) })

export const messages = [
  get(
    '/message-refs/:providerId',
    {
      allow: 'conversations.read',
      module: 'inbox',
      audit: { action: 'message.read', isRead: true },
      summary: 'Which message a provider means: by the id that it has there, `wamid.…` or `SM…`',
      tags,
      params: z.object({ providerId: z.string().min(1).max(512) }),
      query: z.object({ channelId: Id.optional() }),
      reply: Ref,
    },
    async ({ store, rest, channels, workspace, params: { providerId }, query: { channelId } }) => {
      const among = channelId === undefined ? (await channels.list(workspace.id)).map(({ id }) => id) : [channelId]
      const [found] = await messagesByProviderId({ store, rest }, workspace.id, among, providerId)
      if (!found) throw missing('not_found', 'No message of ours has this id there.')
      const { _id: messageId, conversationId, userId, direction, status, error, at } = found
      return { messageId, conversationId, userId, channelId: found.channelId, providerId, direction, status, error, at }
    },
  ),

  get(
    '/messages/:id',
    {
      allow: 'conversations.read',
      module: 'inbox',
      audit: { action: 'message.read', isRead: true },
      summary: 'One message',
      tags,
      reply: Message,
    },
    async (call) => shown(await known(call, call.workspace.id, call.params.id)),
  ),

  post(
    '/messages/:id/retry',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Send a failed message again',
      tags,
      reply: conversation.messages.retry.reply,
      problems: [
        ...['not_retryable', 'not_failed', 'wa_window_closed', 'address_missing', ...personCodes, 'not_carried'],
        ...['address_suppressed', 'consent_missing', 'quiet_hours', 'frequency_cap', 'pair_rate', 'text_too_long'],
        ...templateCodes,
      ],
    },
    async ({ store, rest, workspace, params }) => {
      const message = await known({ store, rest }, workspace.id, params.id)
      const content = Outgoing.safeParse(message.content)
      if (message.direction !== 'out' || !content.success)
        throw conflict('not_retryable', 'Only a message that was sent from here can be sent again.')
      const { conversationId, replyTo } = message
      return workspace.at(conversation, conversationId).retry({ messageId: params.id, content: content.data, replyTo })
    },
  ),
]

async function known(source: Pick<Ports, 'store' | 'rest'>, workspaceId: string, id: string) {
  const message = await messageById(source, workspaceId, id)
  if (!message) throw missing('not_found', 'There is no such message.')
  return message
}
