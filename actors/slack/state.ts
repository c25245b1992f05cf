import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { SlackChannelId } from '../../kernel/slack.ts'
import { Alert, SlackHealth, type slack, Standing } from './contract.ts'
import type { Change } from '../runtime/change.ts'

const id = z.string().min(1).max(128)
const count = z.int().nonnegative()

/** So many conversations that wait are watched at a time, and so many messages followed. */
export const watchedMax = 2_000
export const postsMax = 500
/** Presses and events that Slack may tell of again. */
export const knownMax = 200
/** What could not be said within a day is news no more. */
export const dayMs = 24 * 60 * 60_000

/** A message in Slack: as it is to stand there (`rev`), and as it does (`sentRev`). */
export const Post = Alert.extend({
  rev: count,
  sentRev: count,
  /** Slack's name for it; null before it stands there. */
  ts: z.string().max(64).nullable(),
  /** It was handed over, and nobody said whether it was taken. */
  isUnsure: z.boolean(),
  triedAt: instant().nullable(),
})
export type Post = z.infer<typeof Post>

/** What goes to one channel of Slack, one after the other. */
export const Lane = z.object({
  queue: z.array(id),
  underWay: id.nullable(),
  tries: count,
  /** Slack takes one message a second in each channel. */
  readyAt: instant().nullable(),
})
export type Lane = z.infer<typeof Lane>

export const SlackState = z.object({
  /** By conversation: somebody waits and nobody has it; which channels were told. */
  watched: z.record(id, z.object({ standing: Standing, since: instant(), told: z.array(SlackChannelId).max(50) })),
  /** When somebody is looked at next. */
  dueAt: instant().nullable(),
  posts: z.record(id, Post),
  lanes: z.record(SlackChannelId, Lane),
  /** Of presses and events, the latest last. */
  known: z.array(z.string().max(500)),
  broken: SlackHealth.shape.broken,
  failing: SlackHealth.shape.failing,
  lastTakenAt: instant().nullable(),
})
export type State = z.infer<typeof SlackState>
export type SlackChange = Change<typeof slack, State>

export const nothing: State = {
  watched: {},
  dueAt: null,
  posts: {},
  lanes: {},
  known: [],
  broken: null,
  failing: {},
  lastTakenAt: null,
}

export const without = <Value>(from: Readonly<Record<string, Value>>, key: string): Record<string, Value> => {
  const { [key]: _, ...rest } = from
  return rest
}
