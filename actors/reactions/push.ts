import { userIdOf } from '../../kernel/id.ts'
import { conversation } from '../conversation/contract.ts'
import { push } from '../push/contract.ts'
import { type Reaction, when } from '../runtime/reaction.ts'

/** Whether a channel is the app of a workspace, as it is known here now. */
export type IsApp = (workspaceId: string, channelId: string) => boolean

/** What is said to people in the app they are told of, unless a device of theirs shows it. */
export const pushReactions = (isApp: IsApp): Reaction[] => [
  when(conversation, 'own.message_created', ({ message }, { workspaceId, id: conversationId, seq }) => {
    const { _id: messageId, direction, channelId, status } = message
    if (direction !== 'out' || status === 'failed' || channelId === null || !isApp(workspaceId, channelId)) return []
    return [push.tell(userIdOf(conversationId)).told({ messageId, conversationId, channelId, seq })]
  }),
]
