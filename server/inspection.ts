// What operators see, for the routes that show it and for main.ts, which finds it.
import { z } from 'zod'
import { instant } from '../kernel/marks.ts'

const count = z.int().min(0)
const name = z.string().max(200)

export const ActorLine = z.object({
  kind: name,
  id: name,
  /** The process that has it. */
  member: name,
  status: name,
  waiting: count,
  rev: count,
  out: count,
  reminders: count,
})

const ActorMessage = z.object({
  kind: name,
  id: name,
  messageId: z.string().max(512),
  message: name,
  by: name,
  cause: z.string().max(512).nullable(),
  at: instant(),
  /** From its turn to its answer, the write included. */
  ms: z.number().min(0),
  outcome: z.enum(['done', 'refused', 'failed']),
  code: name.nullable(),
})

export const Overview = z.object({
  isClustered: z.boolean(),
  members: z
    .array(
      z.object({
        id: name,
        name,
        role: name,
        version: name,
        startedAt: instant(),
        isSelf: z.boolean(),
        shards: count,
        actors: count,
      }),
    )
    .max(1_000),
  shards: z.object({ total: count, unowned: count }),
  kinds: z.array(z.object({ kind: name, active: count, waiting: count, unavailable: count })).max(200),
  counters: z.object({
    turns: count,
    commits: count,
    conflicts: count,
    redone: count,
    faults: count,
    buried: count,
  }),
  slowest: z.array(ActorMessage).max(50),
})

export const ActorView = ActorLine.extend({
  unavailable: z.object({ code: name, title: z.string().max(2_000) }).nullable(),
  version: count,
  bytes: count,
  shard: count,
  state: z.unknown(),
  reminderList: z.array(z.object({ key: name, message: name, at: instant() })).max(1_000),
  outbox: z.array(z.object({ n: count, type: z.enum(['tell', 'effect']), what: name, to: name.nullable() })).max(1_000),
  last: z.array(ActorMessage).max(100),
})

/** What operators see of the actors. Sensitive values are masked by whoever answers. */
export interface Inspection {
  overview(workspaceId: string): Promise<z.output<typeof Overview>>
  /** Those in memory, on any process, by kind and id. */
  actors(
    workspaceId: string,
    filter: { kind?: string; find?: string; cursor?: string; limit: number },
  ): Promise<{ items: z.output<typeof ActorLine>[]; nextCursor: string | null }>
  /** Also one that is at rest in the store. Undefined where it was never written. */
  actor(workspaceId: string, kind: string, id: string): Promise<z.output<typeof ActorView> | undefined>
}

export const Reader = z.object({
  session: name,
  /** The process that holds the socket. */
  node: name,
  userId: name,
  name,
  device: name.nullable(),
  /** When it connected. */
  since: instant(),
  /** It was told everything up to here when it subscribed; since then it hears each event as it happens. */
  seq: z.int().nonnegative(),
})

/** Who reads a stream now, on any process; at most a thousand sockets. */
export type Readers = (workspaceId: string, stream: string) => Promise<z.output<typeof Reader>[]>
