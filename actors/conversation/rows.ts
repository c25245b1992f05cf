import type { Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import { ring, type State } from './state.ts'

const reactionsMax = 50
const { event, insert, update } = conversation

export const episodeRow = ({ id: _id, openedAt }: { id: string; openedAt: number }, { id }: Given) =>
  insert('episode', {
    _id,
    conversationId: id,
    openedAt,
    resolvedAt: null,
    resolvedBy: null,
    firstResponseAt: null,
    sla: null,
    rating: null,
  })

/** Each side has one reaction on a message; the newest counts. */
export function reacted(state: State, messageId: string, change: { person?: string | null; staff?: string | null }) {
  const before = state.reactions.find(({ id }) => id === messageId) ?? { id: messageId, person: null, staff: null }
  const after = { ...before, ...change }
  const others = state.reactions.filter(({ id }) => id !== messageId)
  const reactions = { person: after.person, staff: after.staff }
  return {
    state: { ...state, reactions: ring(others, after, reactionsMax) },
    rows: [update('message', messageId, { reactions })],
    events: [event('message.reacted', { messageId, reactions })],
  }
}
