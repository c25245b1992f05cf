import type { Counts, InboxEvent, InboxSignal, Line, Presence } from '../wire.ts'
import { ignored } from './ignored.ts'

/** The open conversations, latest first: the newest 50 at first, and every line that changed since. */
export interface InboxState {
  readonly counts: Counts
  readonly lines: readonly Line[]
}

/** The staff who are there, by id: who is offline is not in it. */
export interface InboxSignals {
  readonly people: Readonly<Record<string, Presence>>
}

export const inboxSignals: InboxSignals = { people: {} }

/** A screen that stays open for a week keeps no more than this; the rest is pages over HTTP. */
export const linesMax = 500

export function onInbox(state: InboxState, event: InboxEvent): InboxState {
  const { type, data } = event
  return type === 'inbox.lines_changed'
    ? { counts: data.counts, lines: data.lines.reduce(withLine, state.lines) }
    : ignored(state, type)
}

export function onInboxSignal(signals: InboxSignals, signal: InboxSignal): InboxSignals {
  const { type, data } = signal
  if (type === 'settings.changed') return signals // For whoever shows it: it is told, and kept by nobody.
  if (type !== 'inbox.presence') return ignored(signals, type)
  const people = { ...signals.people }
  for (const one of data.people) {
    if (one.status === 'offline') delete people[one.id]
    else people[one.id] = one
  }
  return { people }
}

function withLine(lines: readonly Line[], line: Line): readonly Line[] {
  const others = lines.filter(({ conversationId }) => conversationId !== line.conversationId)
  if (line.conversation.status !== 'open') return others
  const after = others.findIndex((other) => isNewer(line, other))
  const place = after < 0 ? others.length : after
  return [...others.slice(0, place), line, ...others.slice(place)].slice(0, linesMax)
}

/** As the list over HTTP is sorted: by the last message, then by id. */
function isNewer(a: Line, b: Line) {
  const [atA, atB] = [a.conversation.lastMessageAt ?? '', b.conversation.lastMessageAt ?? '']
  return atA === atB ? a.conversationId > b.conversationId : atA > atB
}
