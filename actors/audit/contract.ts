import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().nonnegative()

/** `noun.past_participle`: `member.changed`, `conversation.read`. */
export const Action = z
  .string()
  .regex(/^[a-z][a-z_]*(\.[a-z_]+)+$/)
  .max(64)
/** Ids, counts and states: never what somebody wrote, nor their names and numbers. */
export const Note = z.record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
export type Note = z.infer<typeof Note>

export const Actor = z.object({
  /** A member, an API key, somebody who is looked after, an operator of the platform, a schedule, or nobody known. */
  kind: z.enum(['member', 'key', 'person', 'operator', 'provider', 'system', 'nobody']),
  id,
  role: z.string().max(32).nullable(),
  sessionId: id.nullable(),
  /** Who in truth did it, where somebody acted in another's name. */
  actingId: id.nullable(),
})
export type Actor = z.infer<typeof Actor>

/** `unknown`: it was begun, and whoever did it was gone before it could say what became of it. */
export const Result = z.enum(['done', 'refused', 'failed', 'unknown'])
export type Result = z.infer<typeof Result>

/** Somebody did something, or was not let. */
export const Act = z.object({
  by: Actor,
  action: Action,
  target: z.object({ kind: z.string().max(64), id: z.string().max(200) }).nullable(),
  /** Names of the fields that were to change; what stood in them is nobody's business here. */
  fields: z.array(z.string().max(64)).max(50),
  isRead: z.boolean(),
  result: Result,
  /** Why it was refused. */
  code: z.string().max(64).nullable(),
  requestId: id.nullable(),
  /** By the clock of whoever saw it. */
  at: instant(),
  origin: sensitive(z.object({ ip: z.string().max(64).nullable(), userAgent: z.string().max(300).nullable() })),
  note: sensitive(Note),
})
export type Act = z.infer<typeof Act>

/** What is sealed at rest. The salt keeps its hash, which is not sealed, from being guessed. */
export const Details = z.object({
  salt: z.string().max(128),
  ip: z.string().max(64).nullable(),
  userAgent: z.string().max(300).nullable(),
  note: Note,
})

/** One link of the chain. Every field but the details is under its hash; of the details, theirs is. */
export const Link = Act.omit({ origin: true, note: true }).extend({
  /** 1, 2, 3 … in one workspace. */
  n: z.int().positive(),
  details: sensitive(Details),
  detailsHash: hash,
  before: hash,
  hash,
})
export type Link = z.infer<typeof Link>

/** A place in the chain. */
export const Place = z.object({ n: count, hash })
export type Place = z.infer<typeof Place>

/** What is wrong with one link, by its number. */
export const Finding = z.object({
  what: z.enum(['altered', 'missing', 'inserted', 'out_of_order', 'unreadable']),
  n: count,
})
export type Finding = z.infer<typeof Finding>

export const findingsMax = 20
export const Verdict = z.object({
  at: instant(),
  /** How many links were looked at. */
  looked: count,
  /** The first ones, in the order of the chain. */
  findings: z.array(Finding).max(findingsMax),
})
export type Verdict = z.infer<typeof Verdict>

/** Where the chain begins (what was older was let go by retention), where it ends, and what the last look found. */
export const Chain = z.object({ begin: Place, end: Place, verdict: Verdict.nullable() })
export type Chain = z.infer<typeof Chain>

/** So many are written down with one message. */
export const actsMax = 100

/** Who did what, and who read what: one chain per workspace, its id is the workspace's. */
export const audit = contract({
  kind: 'audit',

  messages: {
    /** Something is about to be done: if nobody says what became of it, it is written down as `unknown`. */
    begin: { input: z.object({ actId: id, act: Act }) },
    /** What became of it; or what needed no beginning. */
    record: { input: z.object({ actId: id, act: Act }) },
    /** Several that needed no beginning, in their order. */
    recordAll: { input: z.object({ acts: z.array(Act).min(1).max(actsMax) }) },
    /** A reminder: some of what was begun has not ended. */
    overdue: { input: z.object({}) },
    view: { input: z.object({}), reply: Chain },
    verified: { input: Verdict, reply: z.object({ isNews: z.boolean() }) },
    /** Lets go of what is older than a place of the chain; what follows stays provable from there. */
    forget: { input: z.object({ upTo: Place, at: instant() }) },
  },

  rows: { audit_link: Link.extend({ _id: z.string().max(200) }) },
})
