import type { Counts, InboxEvent, InboxSignal, Line, LineChange, Presence, StreamEvent } from '../wire.ts'
import { latestFirst } from './latest.ts'
import { reducing } from './reducing.ts'

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

interface Told {
  readonly lines: readonly Line[]
  readonly changes?: readonly LineChange[]
}

/** Twice as many as the server takes for known. */
const toldMax = 2_000

/**
 * The event with each line whole: what changed is put on what was told of the line before. Of what is not known nothing
 * can be made: that throws, and ends in a snapshot.
 */
export function wholeLines(event: StreamEvent, told: Map<string, unknown>): StreamEvent {
  if (event.type !== 'inbox.lines_changed') return event
  const { changes = [], ...data } = event.data as Told
  const changed = changes.map((change) => {
    const before = told.get(change.conversationId) as Line
    return { ...before, ...change, conversation: { ...before.conversation, ...change.conversation } }
  })
  const lines = [...data.lines, ...changed]
  for (const line of lines) {
    told.delete(line.conversationId)
    told.set(line.conversationId, line)
  }
  for (const id of told.keys()) if (told.size > toldMax) told.delete(id)
  return { ...event, data: { ...data, lines } }
}

export const onInbox = reducing<InboxState, InboxEvent>({
  'inbox.lines_changed': (state, { counts, lines }) => {
    const changed = new Set(lines.map(({ conversationId }) => conversationId))
    const others = state.lines.filter(({ conversationId }) => !changed.has(conversationId))
    const open = lines.filter(({ conversation }) => conversation.status === 'open')
    return { counts, lines: latestFirst([...others, ...open], placeOf, linesMax) }
  },
})

export const onInboxSignal = reducing<InboxSignals, InboxSignal, 'settings.changed'>({
  'inbox.presence': (signals, { people }) => {
    const all = { ...signals.people }
    for (const one of people) {
      if (one.status === 'offline') delete all[one.id]
      else all[one.id] = one
    }
    return { people: all }
  },
})

/** As the list over HTTP is sorted: by the last message, then by id; where nothing was said yet, last. */
const placeOf = ({ conversation, conversationId }: Line) => (conversation.lastMessageAt ?? '0') + conversationId
