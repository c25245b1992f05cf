import type { ConversationEvent, ConversationSignal, OwnMessage } from '../wire.ts'
import { withChange, withMessage } from './messages.ts'
import { put, reducing } from './reducing.ts'

/** What somebody sees of their own conversation, newest last. */
export interface OwnConversationState {
  readonly messages: readonly OwnMessage[]
  /** There are older ones than the first. */
  readonly hasMore: boolean
  /** So many of the latest that they wrote nobody of the business has seen. */
  readonly unseen: number
}

export interface OwnConversationSignals {
  /** Somebody of the business writes. */
  readonly typing: boolean
}

type OwnEvent = Extract<ConversationEvent, { type: `own.${string}` }>
type OwnSignal = Extract<ConversationSignal, { type: `own.${string}` }>

export const ownSignals: OwnConversationSignals = { typing: false }

/** `conversation.own:{id}`. */
export const onOwnConversation = reducing<OwnConversationState, OwnEvent>({
  'own.message_created': withMessage,
  'own.message_changed': withChange,
  'own.seen': put,
})

export const onOwnSignal = reducing<OwnConversationSignals, OwnSignal>({
  'own.typing': (_, { on: typing }) => ({ typing }),
})
