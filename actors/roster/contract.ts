import { z } from 'zod'
import { AssignmentRule, skillsMax, TeamRule } from '../../kernel/assignment.ts'
import { instant } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const count = z.int().nonnegative()
const empty = z.object({})

export const membersMax = 500
export const teamsMax = 100
/**
 * So many that wait are at hand, and are written with each change of one of them; where there are more, the others are
 * read when their turn comes.
 */
export const queueMax = 120
/** So many of them are shown on the board. */
export const shownMax = 50
export const heldMax = 200

export const Status = z.enum(['online', 'away', 'busy', 'offline'])
export type Status = z.infer<typeof Status>

/** How a conversation stands to the roster: who has it, and since when its person waits for an answer. */
export const Holding = z.object({
  assigneeId: id.nullable(),
  teamId: id.nullable(),
  isOpen: z.boolean(),
  since: instant().nullable(),
  tags: z.array(z.string().max(64)).max(20),
})
export type Holding = z.infer<typeof Holding>

export const StaffMember = z.object({
  id,
  takes: z.boolean(),
  capacity: z.int().nullable(),
  skills: z.array(z.string().max(64)).max(skillsMax),
})
export type StaffMember = z.infer<typeof StaffMember>
export const StaffTeam = z.object({
  id,
  memberIds: z.array(id).max(200),
  /** Null: as the business. */
  rule: TeamRule.nullable(),
})
export const Staff = z.object({
  rule: AssignmentRule,
  members: z.array(StaffMember).max(membersMax),
  teams: z.array(StaffTeam).max(teamsMax),
})
export type Staff = z.infer<typeof Staff>

/** A conversation that nobody has. `not`: who let go of it last. */
export const Wish = z.object({
  conversationId: id,
  since: instant(),
  teamId: id.nullable(),
  tags: z.array(z.string().max(64)).max(20),
  not: id.nullable(),
})

/** Why nobody got it. */
export const Why = z.enum(['off', 'nobody_in_team', 'nobody_skilled', 'nobody_online', 'all_full', 'only_who_let_go'])
export type Why = z.infer<typeof Why>

export const OnBoard = z.object({
  id,
  status: Status,
  /** Open conversations. */
  open: count,
  capacity: count,
  takes: z.boolean(),
  lastAt: instant().nullable(),
})
export type OnBoard = z.infer<typeof OnBoard>
const Queue = z.object({
  /** How many wait that nobody has, by team; null: of no team. */
  waiting: z.array(z.object({ teamId: id.nullable(), count })).max(teamsMax + 1),
  /** The first of them, the longest first. */
  queue: z
    .array(z.object({ conversationId: id, since: instant(), teamId: id.nullable(), why: Why.nullable() }))
    .max(shownMax),
})
/** What leads see. */
export const Board = Queue.extend({ members: z.array(OnBoard).max(membersMax) })
export type Board = z.infer<typeof Board>

const Unplaced = z.object({ conversationIds: z.array(id).max(heldMax), isAll: z.boolean() })

/** Who is there, who has how much, and who gets what waits: one per workspace, its id is the workspace's. */
export const roster = contract({
  kind: 'roster',

  messages: {
    /** A conversation stands otherwise than before; null where it was not there. */
    moved: { input: z.object({ conversationId: id, was: Holding.nullable(), is: Holding }) },
    /** What a conversation did with what was offered to it. */
    answered: { input: z.object({ conversationId: id, memberId: id, isTaken: z.boolean() }) },
    /** How people are now. With `isAll` everybody else is offline. */
    presence: {
      input: z.object({ people: z.array(z.object({ id, status: Status })).max(membersMax), isAll: z.boolean() }),
    },
    /** Who works here, in which team, or by which rules, has changed: it is read anew. */
    staffChanged: { input: empty },
    staffRead: { input: Staff },
    /** Open conversations that are older than this roster: it asks each how it stands. */
    unplacedRead: { input: Unplaced },
    waitingRead: { input: z.object({ wishes: z.array(Wish).max(queueMax), isAll: z.boolean() }) },
    /** A reminder: somebody has been offline for as long as the rule says. */
    awayDue: { input: z.object({ memberId: id }) },
    heldRead: { input: z.object({ memberId: id, conversationIds: z.array(id).max(heldMax) }) },
    flush: { input: empty },
    view: { input: empty, reply: Board },
  },

  streams: { main: 'queue.read' },

  events: {
    /** At most four a second. `members`: those of whom something changed. */
    'roster.changed': { stream: 'main', data: Board },
    /** Who works here is other than before: these, and nobody else. */
    'roster.staff_changed': { stream: 'main', data: Board },
  },

  effects: {
    readStaff: { input: empty, result: Staff, answer: 'staffRead', repeatable: true },
    readUnplaced: {
      input: z.object({ after: z.string().max(128) }),
      result: Unplaced,
      answer: 'unplacedRead',
      repeatable: true,
    },
    readWaiting: {
      input: empty,
      result: z.object({ wishes: z.array(Wish).max(queueMax), isAll: z.boolean() }),
      answer: 'waitingRead',
      repeatable: true,
    },
    /** Which open conversations, whose people wait, somebody has. */
    readHeld: {
      input: z.object({ memberId: id }),
      result: z.object({ memberId: id, conversationIds: z.array(id).max(heldMax) }),
      answer: 'heldRead',
      repeatable: true,
    },
  },
})
