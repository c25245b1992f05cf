import { advances } from '../../kernel/delivery.ts'
import type { Failure, MessageStatus } from '../wire.ts'

interface Said {
  readonly _id: string
  readonly n: number
  readonly status: MessageStatus
  readonly error?: Failure | null
}
interface Thread<One> {
  readonly messages: readonly One[]
  readonly hasMore: boolean
}

/** A screen that stays open for a week keeps no more than this. */
export const messagesMax = 1_000

/** In its place by `n`, once: an event that the snapshot already holds changes nothing. */
export function withMessage<One extends Said, State extends Thread<One>>(
  state: State,
  { message }: { message: One },
): State {
  const { messages } = state
  if (messages.some(({ _id }) => _id === message._id)) return state
  const all = [...messages, message].sort((one, other) => one.n - other.n)
  return { ...state, messages: all.slice(-messagesMax), hasMore: state.hasMore || all.length > messagesMax }
}

/** Whatever is said of a message that is here; a status that comes late changes nothing. */
export function withChange<One extends Said, State extends Thread<One>>(
  state: State,
  { messageId, ...change }: { messageId: string; status?: MessageStatus | undefined; error?: Failure | null },
): State {
  const { messages } = state
  const known = messages.find(({ _id }) => _id === messageId)
  const { status, error } = change
  if (!known || (status && !advances(known, { status, error: error ?? null }))) return state
  return { ...state, messages: messages.map((one) => (one === known ? { ...one, ...change } : one)) }
}
