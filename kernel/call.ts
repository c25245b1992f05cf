// How far a telephone call has come. What is told of one comes late, twice and in any order, of two telephones at once:
// the highest rank stays, so that whatever the order every end is the same. No schema here: the console holds no zod.

/**
 * Of one that came in: `ringing`, `in_progress`, and in the end `completed` (somebody of the business took it) or
 * `missed`. Of one of ours: `dialing` (the telephone of the staff rings), `ringing` (the person's), `in_progress`, and
 * in the end `completed`, `no_answer`, `busy`, `failed`, or `cancelled` where it never rang.
 */
export const callStatuses = [
  'dialing',
  'ringing',
  'in_progress',
  'cancelled',
  'missed',
  'no_answer',
  'busy',
  'failed',
  'completed',
] as const
export type CallStatus = (typeof callStatuses)[number]

export interface CallNews {
  status: CallStatus
  /** For how long the two spoke. */
  seconds?: number | undefined
  /** Why it came to nothing, in words. */
  why?: string | undefined
}

const ranks: Readonly<Record<CallStatus, number>> = {
  dialing: 0,
  ringing: 10,
  in_progress: 20,
  // What the telephone of the staff says is less than what the person's says, which may come later.
  cancelled: 30,
  missed: 40,
  no_answer: 50,
  busy: 51,
  failed: 52,
  completed: 60,
}

export const isOver = ({ status }: Pick<CallNews, 'status'>): boolean => ranks[status] >= ranks.cancelled

/** What is known of a call after this was told of it: the very same where it says nothing new. */
export function callAfter<Known extends CallNews>(known: Known, { status, seconds, why }: CallNews): Known {
  if (ranks[status] <= ranks[known.status]) return known
  return { ...known, status, ...(seconds !== undefined && { seconds }), ...(why !== undefined && { why }) }
}

const words: Readonly<Record<CallStatus, string>> = {
  dialing: 'Calling',
  ringing: 'Call, ringing',
  in_progress: 'Call, on the line',
  cancelled: 'Call, not put through',
  missed: 'Missed call',
  no_answer: 'Call, no answer',
  busy: 'Call, line busy',
  failed: 'Call, failed',
  completed: 'Call',
}

/** In a few words, as lists show it. */
export const callWords = ({ status, seconds }: CallNews): string =>
  status === 'completed' && seconds !== undefined ? `${words[status]}, ${lasted(seconds)}` : words[status]

const lasted = (seconds: number) => `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`
