import { z } from 'zod'
import { instant, packed, sensitive } from '../../kernel/marks.ts'
import { Purpose } from '../../kernel/consent.ts'
import { Address } from '../../kernel/person.ts'
import { Pause } from '../../kernel/sla.ts'
import { KnownCall } from './contract/calls.ts'
import { Header, Preview } from './contract/header.ts'
import { Draft } from './contract/machines.ts'
import { Joining, notJoined } from './contract/joining.ts'
import { Scheduled } from './contract/later.ts'
import { Failure, MessageStatus } from './contract/message.ts'
import { Rating } from './contract/rating.ts'
import { SlaClock } from './contract/sla.ts'
import { Question } from './contract/understanding.ts'
import { noRules, Rules } from './guards.ts'

const id = z.string().max(128)

/** A promise as it is kept: how much of its time was used before `since`, from when on it runs (null: it stands). */
export const Running = SlaClock.extend({
  usedMs: z.number().nonnegative(),
  since: instant().nullable(),
  warnAt: instant().nullable(),
})
export type Running = z.infer<typeof Running>

/** What of the policy was in force when the matter began, so that a change of it is for later matters. */
const SlaState = z.object({
  policyId: id,
  nextResponseMinutes: z.int().positive().nullable(),
  calendar: z.enum(['business', 'always']),
  pausedWhile: z.array(Pause),
  clocks: z.array(Running),
  /** What was broken in this matter. */
  broken: z.array(SlaClock.shape.promised),
})
export type SlaState = z.infer<typeof SlaState>

/** What went out lately, and how it stands; `n` and `channelId` are missing of what went before they were kept. */
const Outstanding = z.object({
  id,
  status: MessageStatus,
  error: Failure.nullable(),
  n: z.int().positive().optional(),
  channelId: id.optional(),
  /** What kind of content it is, and what it is for: to know whether it can go another way. */
  content: z.string().max(32).optional(),
  class: Purpose.optional(),
  /** The ways that failed before the present one. */
  tried: z.array(id).optional(),
})

export const ConversationState = Header.omit({ userId: true, windowExpiresAt: true }).extend({
  userId: id.nullable(),
  /** By channel: where the person is reached, and until when the provider takes free text. */
  addresses: z.record(id, sensitive(z.string())),
  windows: z.record(id, instant()),
  /** What their profile knows them by besides. */
  identities: z.array(Address),
  /** Ends of the ids of the latest that came in, so that one that comes again is known. All messages are rows. */
  recentIn: z.string(),
  /** `isSilent`: no machine may answer it. */
  lastIn: z.object({ n: z.int(), channelId: id, providerId: z.string(), isSilent: z.boolean().optional() }).nullable(),
  /** Statuses of what went out lately. */
  outgoing: packed(z.array(Outstanding)),
  reactions: z.array(z.object({ id, person: z.string().nullable(), staff: z.string().nullable() })),
  withdrawn: z.array(id),
  last: Preview.nullable(),
  heardAt: instant().nullable(),
  sla: SlaState.nullable(),
  /** The present episode, or the last one: what belongs to none is filed there. */
  lastEpisodeId: id.nullable(),
  /** Whether a member of the staff has answered in this episode. */
  isAnswered: z.boolean(),
  /** The roster has heard of it: from then on it hears of every change. */
  isPlaced: z.boolean(),
  scheduled: z.array(Scheduled),
  draft: Draft.nullable(),
  /** What may be said to the person. */
  rules: Rules,
  question: Question.nullable(),
  /** What was asked about the latest matters, oldest first. */
  ratings: z.array(Rating),
  joining: Joining,
  /** Telephone calls that are not over, and the latest that are. */
  calls: z.array(KnownCall),
})
export type State = z.infer<typeof ConversationState>

export const initial: State = {
  userId: null,
  name: '',
  contact: '',
  status: 'open',
  snoozedUntil: null,
  priority: 'none',
  tags: [],
  assigneeId: null,
  teamId: null,
  episode: null,
  unread: 0,
  received: 0,
  seen: {},
  waitingSince: null,
  channelId: null,
  automationPausedUntil: null,
  aiMode: 'off',
  humanRev: 0,
  messageCount: 0,
  lastMessageAt: null,
  addresses: {},
  windows: {},
  identities: [],
  recentIn: '',
  lastIn: null,
  outgoing: [],
  reactions: [],
  withdrawn: [],
  last: null,
  heardAt: null,
  sla: null,
  lastEpisodeId: null,
  isAnswered: false,
  isPlaced: false,
  scheduled: [],
  draft: null,
  rules: noRules,
  question: null,
  ratings: [],
  joining: notJoined,
  calls: [],
}

/** Something was said, or it goes on elsewhere: from then on lists and the roster know of it. */
export const isListed = ({ userId, lastMessageAt, joining }: State) =>
  userId !== null && (lastMessageAt !== null || joining.into !== null)

// Written with each message, so not more of an id than no two messages of one person ever share, and no list of them.
const tagLength = 16
const recentMax = 16
const tagOf = (messageId: string) => messageId.slice(-tagLength)

export const isRecent = (recentIn: string, messageId: string) => recentIn.split(' ').includes(tagOf(messageId))

export const remembered = (recentIn: string, ...messageIds: string[]) =>
  [...recentIn.split(' '), ...messageIds.map(tagOf)].slice(-recentMax).join(' ')

export const ring = <T>(items: readonly T[], item: T, max: number) => [...items, item].slice(-max)

type Added = Pick<
  State,
  | 'snoozedUntil'
  | 'priority'
  | 'tags'
  | 'teamId'
  | 'received'
  | 'seen'
  | 'aiMode'
  | 'sla'
  | 'lastEpisodeId'
  | 'isAnswered'
  | 'isPlaced'
  | 'scheduled'
  | 'draft'
  | 'rules'
  | 'question'
  | 'ratings'
  | 'joining'
  | 'identities'
>

export const migrations = {
  2: ({ recentIn, ...state }: { recentIn: string[] }) => ({ ...state, recentIn: remembered('', ...recentIn) }),
  /** Whoever was not counted yet is taken for unread as it was for everybody; no promise is made for the past. */
  3: (state: Omit<State, keyof Added | 'calls'>): Omit<State, 'calls'> => ({
    ...state,
    snoozedUntil: null,
    priority: 'none',
    tags: [],
    teamId: null,
    received: state.unread,
    seen: {},
    aiMode: 'off',
    sla: null,
    lastEpisodeId: state.episode?.id ?? null,
    isAnswered: state.episode !== null && state.waitingSince === null,
    isPlaced: false,
    scheduled: [],
    draft: null,
    rules: noRules,
    question: null,
    ratings: [],
    joining: notJoined,
    identities: [],
  }),
  4: (state: Omit<State, 'calls'>): State => ({ ...state, calls: [] }),
  /** The same state; its `outgoing` rests packed, which no earlier release reads. */
  5: (state: State): State => state,
}
