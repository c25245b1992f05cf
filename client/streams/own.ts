import type { ConversationEvent, OwnMessage } from '../wire.ts'
import { withChange, withMessage } from './messages.ts'
import { reducing } from './reducing.ts'

/** What somebody sees of their own conversation, newest last. */
export interface OwnConversationState {
  readonly messages: readonly OwnMessage[]
  /** There are older ones than the first. */
  readonly hasMore: boolean
}

type OwnEvent = Extract<ConversationEvent, { type: `own.${string}` }>

/** `conversation.own:{id}`. */
export const onOwnConversation = reducing<OwnConversationState, OwnEvent>({
  'own.message_created': withMessage,
  'own.message_changed': withChange,
})
