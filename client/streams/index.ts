import type { Health, Profile, Signal, StreamEvent } from '../wire.ts'
import { onChannel } from './channel.ts'
import {
  type ConversationSignals,
  conversationSignals,
  type ConversationState,
  onConversation,
  onConversationSignal,
} from './conversation.ts'
import { type InboxSignals, inboxSignals, type InboxState, onInbox, onInboxSignal } from './inbox.ts'
import { type MeState, onMe, onUser } from './user.ts'

/** What a stream's state is, by the part of its name before the colon. */
export interface States {
  conversation: ConversationState
  inbox: InboxState
  user: Profile
  'user.me': MeState
  channel: Health
}

export interface SignalStates {
  conversation: ConversationSignals
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
  signals?: { none: unknown; reduce(signals: unknown, signal: Signal): unknown }
}

// The one place where types are erased: `type` decides what `data` is, and the contract has bound the two.
const reducer = <State, Event>(reduce: (state: State, event: Event) => State): Reducer => ({
  reduce: reduce as Reducer['reduce'],
})
const signalling = <Signals, One>(none: Signals, reduce: (signals: Signals, signal: One) => Signals) => ({
  none,
  reduce: reduce as (signals: unknown, signal: Signal) => unknown,
})

export const reducers: { [Kind in StreamKind]: Reducer } = {
  conversation: { ...reducer(onConversation), signals: signalling(conversationSignals, onConversationSignal) },
  inbox: { ...reducer(onInbox), signals: signalling(inboxSignals, onInboxSignal) },
  user: reducer(onUser),
  'user.me': reducer(onMe),
  channel: reducer(onChannel),
}

export const reducerOf = (stream: string): Reducer | undefined =>
  (reducers as { [kind: string]: Reducer | undefined })[stream.slice(0, stream.indexOf(':'))]
