import { z } from 'zod'
import { instant, packed } from '../../kernel/marks.ts'
import { type Holding, queueMax, Staff, Status, Why, Wish } from './contract.ts'

const id = z.string().max(128)
const Waiting = Wish.extend({ why: Why.nullable() })
export type Waiting = z.infer<typeof Waiting>

export const RosterState = z.object({
  /** Null until it was read for the first time. */
  staff: Staff.nullable(),
  /** It is being read; `again`: and has changed since. */
  reading: z.enum(['no', 'yes', 'again']),
  /** Who is not offline. */
  presence: z.record(id, Status),
  /** How many open conversations somebody has. */
  open: z.record(id, z.int()),
  /** When something was last assigned to them. */
  lastAt: z.record(id, instant()),
  /** Conversations that were offered and have not answered: their place is kept. */
  offers: z.record(id, id),
  /** How many wait that nobody has, by team; '' is no team. */
  waiting: z.record(id, z.int()),
  /** Those of them that are at hand, the longest first. */
  queue: packed(z.array(Waiting)),
  /** More wait than are at hand. */
  hasMore: z.boolean(),
  isReadingMore: z.boolean(),
  /** What changed and was not shown yet. */
  changed: z.array(id),
  staffIsNew: z.boolean(),
  shownAt: instant(),
})
export type State = z.infer<typeof RosterState>

export const initial: State = {
  staff: null,
  reading: 'no',
  presence: {},
  open: {},
  lastAt: {},
  offers: {},
  waiting: {},
  queue: [],
  hasMore: false,
  isReadingMore: false,
  changed: [],
  staffIsNew: false,
  shownAt: 0,
}

/** Nobody has it, and somebody waits. */
export const isWanted = (one: Holding | null): one is Holding & { since: number } =>
  one !== null && one.isOpen && one.assigneeId === null && one.since !== null

/** Whose load it is. */
const holderOf = (one: Holding | null) => (one?.isOpen ? one.assigneeId : null)

const without = <T>(record: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))

/** What is none is not kept. */
export function counted(counts: Record<string, number>, key: string, by: 1 | -1): Record<string, number> {
  const count = Math.max(0, (counts[key] ?? 0) + by)
  return count === 0 ? without(counts, key) : { ...counts, [key]: count }
}

/** Each conversation says how it stood before, so nothing counts twice. */
export function moved(state: State, was: Holding | null, is: Holding): State {
  const [before, after] = [holderOf(was), holderOf(is)]
  let { open, waiting } = state
  if (before !== after) {
    if (before !== null) open = counted(open, before, -1)
    if (after !== null) open = counted(open, after, 1)
  }
  if (isWanted(was)) waiting = counted(waiting, was.teamId ?? '', -1)
  if (isWanted(is)) waiting = counted(waiting, is.teamId ?? '', 1)
  const changed = before === after ? [] : [before, after].filter((one) => one !== null)
  return { ...touched(state, changed), open, waiting }
}

export const touched = (state: State, ids: readonly string[]): State =>
  ids.length === 0 ? state : { ...state, changed: [...new Set([...state.changed, ...ids])] }

const inOrder = (one: Waiting, other: Waiting) =>
  one.since - other.since || (one.conversationId < other.conversationId ? -1 : 1)

/** In the order of their waiting; what is too much is read again when its turn comes. */
export function queued(state: State, ...wishes: Waiting[]): State {
  const ids = new Set(wishes.map(({ conversationId }) => conversationId))
  const others = state.queue.filter(({ conversationId }) => !ids.has(conversationId))
  const all = [...others, ...wishes].sort(inOrder)
  const queue = all.slice(0, queueMax)
  // Whoever finds no room leaves it as it is: it would be written again with each message.
  const isSame = queue.length === state.queue.length && queue.every((one, nth) => one === state.queue[nth])
  return { ...state, queue: isSame ? state.queue : queue, hasMore: state.hasMore || all.length > queueMax }
}

export const unqueued = (state: State, id: string): State =>
  state.queue.some(({ conversationId }) => conversationId === id)
    ? { ...state, queue: state.queue.filter(({ conversationId }) => conversationId !== id) }
    : state

export const offered = (state: State, conversationId: string, memberId: string, now: number): State => ({
  ...touched(state, [memberId]),
  offers: { ...state.offers, [conversationId]: memberId },
  lastAt: { ...state.lastAt, [memberId]: now },
})

export const settled = (state: State, conversationId: string): State => ({
  ...state,
  offers: without(state.offers, conversationId),
})
