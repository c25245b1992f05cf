import { advances } from '../../kernel/delivery.ts'
import type { ConversationEvent, ConversationSignal, Header, Message } from '../wire.ts'
import { ignored } from './ignored.ts'

/** Newest last. Starts with the latest 50; older ones are pages over HTTP (`before` the first one's `n`). */
export interface ConversationState {
  readonly conversation: Header
  readonly messages: readonly Message[]
  /** There are older ones than the first. */
  readonly hasMore: boolean
}

export interface Typing {
  readonly id: string
  readonly role: 'person' | 'staff'
}

export interface ConversationSignals {
  readonly typing: readonly Typing[]
  readonly viewers: readonly { readonly id: string; readonly since: string }[]
}

/** A screen that stays open for a week keeps no more than this. */
export const messagesMax = 1_000

export const conversationSignals: ConversationSignals = { typing: [], viewers: [] }

export function onConversation(state: ConversationState, event: ConversationEvent): ConversationState {
  const { type, data } = event
  switch (type) {
    case 'message.created':
      return { ...withMessage(state, data.message), conversation: data.conversation }
    case 'message.status_changed':
      return patch(state, data.messageId, (message) =>
        advances(message, data) ? { status: data.status, error: data.error } : undefined,
      )
    case 'message.edited':
    case 'message.file_fetched':
    case 'message.withdrawn': // What it said is gone on the server too.
    case 'message.reacted': {
      const { messageId, ...changed } = data
      return patch(state, messageId, () => changed)
    }
    case 'conversation.changed':
      return { ...state, conversation: data.conversation }
    default:
      return ignored(state, type)
  }
}

export function onConversationSignal(signals: ConversationSignals, signal: ConversationSignal): ConversationSignals {
  const { type, data } = signal
  switch (type) {
    case 'conversation.typing': {
      const others = signals.typing.filter(({ id }) => id !== data.id)
      return { ...signals, typing: data.on ? [...others, { id: data.id, role: data.role }] : others }
    }
    case 'conversation.viewing':
      return { ...signals, viewers: data.viewers }
    default:
      return ignored(signals, type)
  }
}

/** In its place by `n`, once: an event that the snapshot already holds changes nothing. */
function withMessage(state: ConversationState, message: Message): ConversationState {
  const { messages } = state
  if (messages.some(({ _id }) => _id === message._id)) return state
  let after = messages.length // From the end: a new one is the last, nearly always.
  while ((messages[after - 1]?.n ?? 0) > message.n) after--
  const all = [...messages.slice(0, after), message, ...messages.slice(after)]
  return all.length > messagesMax
    ? { ...state, messages: all.slice(-messagesMax), hasMore: true }
    : { ...state, messages: all }
}

function patch(
  state: ConversationState,
  messageId: string,
  change: (message: Message) => Partial<Message> | undefined,
): ConversationState {
  const at = state.messages.findIndex(({ _id }) => _id === messageId)
  const message = state.messages[at]
  const changed = message && change(message)
  if (!changed) return state
  return { ...state, messages: state.messages.map((one, index) => (index === at ? { ...one, ...changed } : one)) }
}
