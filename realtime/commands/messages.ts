import { conversation } from '../../actors/conversation/contract.ts'
import type { Message } from '../../actors/conversation/contract/message.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import { Outgoing } from '../../kernel/content.ts'
import { conflict, invalid, missing } from '../../kernel/problem.ts'
import { command } from './command.ts'

const streamOf = (conversationId: string) => streamName(conversation.kind, 'main', conversationId)

export const send = command('message.send', 'conversations.write', async ({ input, workspace }) => {
  const { conversationId, ...words } = input
  return { result: await workspace.at(conversation, conversationId).send(words), stream: streamOf(conversationId) }
})

export const read = command(
  'message.read',
  'conversations.write',
  async ({ input: { conversationId, upTo }, workspace }) => ({
    result: await workspace.at(conversation, conversationId).read({ upTo }),
    stream: streamOf(conversationId),
  }),
)

export const retry = command(
  'message.retry',
  'conversations.write',
  async ({ input: { messageId }, workspace, queries }) => {
    const message = await queries.messageById(workspace.id, messageId)
    if (!message) throw missing('message_missing', 'There is no such message.')
    const { conversationId, replyTo } = message
    const again = { messageId, content: outgoing(message), replyTo }
    return { result: await workspace.at(conversation, conversationId).retry(again), stream: streamOf(conversationId) }
  },
)

export const note = command(
  'note.add',
  'conversations.write',
  async ({ input: { conversationId, ...words }, workspace, queries }) => {
    for (const id of words.mentions ?? [])
      if (!(await queries.isMember(workspace.id, id)))
        throw invalid('invalid_request', 'Nobody of this id works here.', [{ path: 'mentions', message: 'Unknown.' }])
    return { result: await workspace.at(conversation, conversationId).note(words), stream: streamOf(conversationId) }
  },
)

/** What it said, if it is something that can be sent. */
function outgoing({ direction, content }: Message): Outgoing {
  const sendable = Outgoing.safeParse(content)
  if (direction === 'out' && sendable.success) return sendable.data
  throw conflict('not_failed', 'Only a message of ours that failed can be sent again.')
}
