import type { Counts, InboxEvent, Line } from '../wire.ts'

/** The open conversations, latest first: the newest 50 at first, and every line that changed since. */
export interface InboxState {
  readonly counts: Counts
  readonly lines: readonly Line[]
}

/** A screen that stays open for a week keeps no more than this; the rest is pages over HTTP. */
export const linesMax = 500

export function onInbox(state: InboxState, event: InboxEvent): InboxState {
  const { type, data } = event
  switch (type) {
    case 'inbox.lines_changed':
      return { counts: data.counts, lines: data.lines.reduce(withLine, state.lines) }
    default:
      return ignored(state, type)
  }
}

function withLine(lines: readonly Line[], line: Line): readonly Line[] {
  const others = lines.filter(({ conversationId }) => conversationId !== line.conversationId)
  if (line.conversation.status !== 'open') return others
  const after = others.findIndex((other) => isNewer(line, other))
  return others.toSpliced(after < 0 ? others.length : after, 0, line).slice(0, linesMax)
}

/** As the list over HTTP is sorted: by the last message, then by id. */
function isNewer(a: Line, b: Line) {
  const [atA, atB] = [a.conversation.lastMessageAt ?? '', b.conversation.lastMessageAt ?? '']
  return atA === atB ? a.conversationId > b.conversationId : atA > atB
}

const ignored = <State>(state: State, _type: never) => state
