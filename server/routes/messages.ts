import { conversation } from '../../actors/conversation/contract.ts'
import { Message } from '../../actors/conversation/contract/message.ts'
import { Outgoing } from '../../kernel/content.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { templateCodes } from '../../kernel/template-known.ts'
import { messageById, shown } from '../../store/queries/messages.ts'
import { get, post } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const tags = ['Messages']

export const messages = [
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
        ...['not_retryable', 'not_failed', 'wa_window_closed', 'address_missing', 'person_blocked', 'not_carried'],
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
