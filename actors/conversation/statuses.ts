import { advances, ceilingOf } from '../../kernel/delivery.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { conversation } from './contract.ts'
import { fallenBack } from './fallback.ts'
import { optedOut } from './opted-out.ts'
import { standing } from './rules.ts'
import type { State } from './state.ts'
import { type ConversationChange, touch } from './telling.ts'

const { event, update } = conversation
type Told = InputOf<typeof conversation, 'statusChanged'>
type Unreached = InputOf<typeof conversation, 'unreached'>
type Known = State['outgoing'][number]

/** What became of what was said. Statuses come late, twice and in any order: ranks decide. */
export const statuses = {
  statusChanged(state: State, told: Told, given: Given): ConversationChange {
    const before = state.outgoing.find(({ id }) => id === told.messageId)
    if (!before) return ofOlder(state, told, given)
    // It goes by another way by now: what becomes of it on the first is not what becomes of it.
    if (before.tried?.includes(told.channelId ?? '')) return { state }
    if (!advances(before, told)) return { state, rows: wasNamed(before) ? [] : named(told) }

    const { status, error, channelId } = told
    const out = optedOut(state, channelId, error, given)
    const other = status === 'failed' ? fallenBack(state, before, error, given) : undefined
    return other ? { ...other, tells: [...(other.tells ?? []), ...out] } : advanced(state, before, told, out, given)
  },

  unreached(state: State, { messageId, channelId, code }: Unreached, given: Given): ConversationChange {
    const before = state.outgoing.find(({ id }) => id === messageId)
    // What they have read meanwhile, or what goes another way by now, needs no other.
    if (before?.channelId !== channelId || before.status === 'read' || before.status === 'failed') return { state }
    const error = { code, title: 'No device of theirs could be told.', providerCode: null, retryable: false }
    return fallenBack(state, before, error, given) ?? { state }
  },
}

/** Of an older message only its row knows the status: row and screens apply the same rule of ranks. */
function ofOlder(state: State, told: Told, { now }: Given): ConversationChange {
  const { messageId, status, error } = told
  const below = { field: 'statusRank', value: ceilingOf({ status, error }) }
  const reached = status === 'delivered' ? { reachedAt: now } : {}
  const late = update('message', messageId, { ...standing(status, error), ...reached }, below)
  return { state, rows: [...named(told), late], events: [eventOf(told)] }
}

function advanced(
  state: State,
  before: Known,
  told: Told,
  out: ReturnType<typeof optedOut>,
  given: Given,
): ConversationChange {
  const { messageId, status, error, providerId } = told
  const outgoing = state.outgoing.map((one) => (one === before ? { ...one, status, error } : one))
  const hasFailed = status === 'failed'
  const reached = isOnDevice(status) && !isOnDevice(before.status) ? { reachedAt: given.now } : {}
  const isNews = state.last?.messageId === messageId && state.last.hasFailed !== hasFailed
  const after = { ...state, outgoing, last: isNews && state.last ? { ...state.last, hasFailed } : state.last }
  return {
    state: after,
    rows: [update('message', messageId, { ...standing(status, error), ...reached, ...(providerId && { providerId }) })],
    events: [eventOf(told)],
    // The list shows what needs a person: that the last word did not go out.
    tells: [...(isNews ? touch(state, after, given) : []), ...out],
  }
}

const isOnDevice = (status: string) => status === 'delivered' || status === 'read'

const eventOf = ({ messageId, status, error }: Told) => event('message.status_changed', { messageId, status, error })

/** Whoever told us that it was sent gave it its name. */
const wasNamed = ({ status }: Known) => status === 'sent' || isOnDevice(status)

const named = ({ messageId, providerId }: Told) => (providerId ? [update('message', messageId, { providerId })] : [])
