import type { Board, Calls, Health, Profile, Signal, StreamEvent } from '../wire.ts'
import { onAttention } from './attention.ts'
import { onChannel } from './channel.ts'
import {
  type ConversationSignals,
  conversationSignals,
  type ConversationState,
  onConversation,
  onConversationSignal,
} from './conversation.ts'
import { type InboxSignals, inboxSignals, type InboxState, onInbox, onInboxSignal, wholeLines } from './inbox.ts'
import {
  onOwnConversation,
  onOwnSignal,
  type OwnConversationSignals,
  type OwnConversationState,
  ownSignals,
} from './own.ts'
import { onRoster } from './roster.ts'
import { type MeState, onMe, onTimeline, onUser, type TimelineState } from './user.ts'

/** What a stream's state is, by the part of its name before the colon. */
export interface States {
  conversation: ConversationState
  'conversation.own': OwnConversationState
  inbox: InboxState
  user: Profile
  'user.me': MeState
  'user.timeline': TimelineState
  channel: Health
  attention: Calls
  roster: Board
}

export interface SignalStates {
  conversation: ConversationSignals
  'conversation.own': OwnConversationSignals
  inbox: InboxSignals
}

export type StreamKind = keyof States
export type StreamName<Kind extends StreamKind = StreamKind> = `${Kind}:${string}`
export type KindOf<Name extends string> = Name extends `${infer Kind extends StreamKind}:${string}` ? Kind : never
export type StateOf<Name extends string> = States[KindOf<Name>]
export type SignalsOf<Name extends string> =
  KindOf<Name> extends keyof SignalStates ? SignalStates[KindOf<Name>] : undefined

/** How a stream is kept up to date. `reduce` is pure and idempotent, and lets alone what it does not know. */
export interface Reducer {
  reduce(state: unknown, event: StreamEvent): unknown
  /** Makes an event whole that says only what changed of what was told, which it keeps by its id. */
  whole?(event: StreamEvent, told: Map<string, unknown>): StreamEvent
  signals?: { none: unknown; reduce(signals: unknown, signal: Signal): unknown }
}

interface Reducing<State> extends Pick<Reducer, 'whole'> {
  reduce(state: State, event: never): State
}
interface Signalling<State> {
  signals: { none: State; reduce(signals: State, signal: never): State }
}

const all = {
  conversation: { reduce: onConversation, signals: { none: conversationSignals, reduce: onConversationSignal } },
  'conversation.own': { reduce: onOwnConversation, signals: { none: ownSignals, reduce: onOwnSignal } },
  inbox: { reduce: onInbox, whole: wholeLines, signals: { none: inboxSignals, reduce: onInboxSignal } },
  user: { reduce: onUser },
  'user.me': { reduce: onMe },
  'user.timeline': { reduce: onTimeline },
  channel: { reduce: onChannel },
  attention: { reduce: onAttention },
  roster: { reduce: onRoster },
} satisfies {
  [Kind in StreamKind]: Reducing<States[Kind]> &
    (Kind extends keyof SignalStates ? Signalling<SignalStates[Kind]> : object)
}

// The one place where types are erased: `type` decides what `data` is, and the contract has bound the two.
export const reducers = all as unknown as { [Kind in StreamKind]: Reducer }

export const reducerOf = (stream: string): Reducer | undefined =>
  (reducers as { [kind: string]: Reducer | undefined })[stream.split(':', 1)[0] ?? '']
