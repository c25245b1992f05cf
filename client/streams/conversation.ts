import type { ConversationEvent, ConversationSignal, Draft, Header, Message, Question, Scheduled } from '../wire.ts'
import { withChange, withMessage } from './messages.ts'
import { put, reducing } from './reducing.ts'

/** Newest last. Starts with the latest 50; older ones are pages over HTTP (`before` the first one's `n`). */
export interface ConversationState {
  /** What is to go later, in its order. */
  readonly scheduled: readonly Scheduled[]
  /** What a machine would say. */
  readonly draft: Draft | null
  /** What the person was asked, with choices, and has not answered. */
  readonly question: Question | null
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

export const conversationSignals: ConversationSignals = { typing: [], viewers: [] }

const header = (state: ConversationState, { conversation }: Pick<ConversationState, 'conversation'>) => ({
  ...state,
  conversation,
})

/** `word.heard` explains what followed, and changes nothing that is shown; `own` is of the person's own stream. */
type Others = 'word.heard' | Extract<ConversationEvent['type'], `own.${string}`>

export const onConversation = reducing<ConversationState, ConversationEvent, Others>({
  'message.created': (state, data) => header(withMessage(state, data), data),
  'message.status_changed': withChange,
  'message.rerouted': withChange,
  'message.edited': withChange,
  'message.file_fetched': withChange,
  'message.call_changed': withChange,
  'message.withdrawn': withChange, // What it said is gone on the server too.
  'message.reacted': withChange,
  'conversation.changed': header,
  'sla.warning': header,
  'sla.breached': header,
  'sla.met': header,
  'conversation.scheduled_changed': put,
  'conversation.draft_changed': put,
  // Two threads became one, or two again: the latest of what there is now.
  'conversation.rearranged': (state, now) => ({ ...state, ...now, hasMore: (now.messages[0]?.n ?? 1) > 1 }),
  'question.asked': put,
  'question.closed': (state, { questionId }) =>
    state.question?.questionId === questionId ? { ...state, question: null } : state,
})

export const onConversationSignal = reducing<ConversationSignals, ConversationSignal, 'own.typing'>({
  'conversation.typing': (signals, { id, role, on }) => {
    const others = signals.typing.filter((one) => one.id !== id)
    return { ...signals, typing: on ? [...others, { id, role }] : others }
  },
  'conversation.viewing': (signals, { viewers }) => ({ ...signals, viewers }),
})
