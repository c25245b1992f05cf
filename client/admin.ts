import type { Http, Page } from './http.ts'

/** A process of the installation. */
export interface ClusterMember {
  id: string
  name: string
  role: string
  version: string
  startedAt: string
  /** This is the process that answers. */
  isSelf: boolean
  shards: number
  actors: number
}

export interface ActorsOverview {
  /** False where one process owns everything. */
  isClustered: boolean
  members: ClusterMember[]
  shards: { total: number; unowned: number }
  kinds: { kind: string; active: number; waiting: number; unavailable: number }[]
  /** Since each process began, all of them together. */
  counters: { turns: number; commits: number; conflicts: number; redone: number; faults: number; buried: number }
  slowest: ActorMessage[]
}

export interface ActorLine {
  kind: string
  id: string
  member: string
  status: string
  waiting: number
  rev: number
  out: number
  reminders: number
}

/** A message that an actor took, and what became of it. */
export interface ActorMessage {
  kind: string
  id: string
  messageId: string
  message: string
  /** Who sent it, and what caused it. */
  by: string
  cause: string | null
  at: string
  /** From its turn to its answer, the write included. */
  ms: number
  outcome: 'done' | 'refused' | 'failed'
  code: string | null
}

export interface ActorView extends ActorLine {
  /** Why it cannot be used; null where it can. */
  unavailable: { code: string; title: string } | null
  version: number
  bytes: number
  shard: number
  /** Its state, with what is sensitive masked. */
  state: unknown
  reminderList: { key: string; message: string; at: string }[]
  outbox: { n: number; type: 'tell' | 'effect'; what: string; to: string | null }[]
  last: ActorMessage[]
}

export interface DeadLetter {
  id: string
  at: string
  to: { kind: string; id: string }
  message: string
  by: string
  error: { name: string; message: string }
  status: 'open' | 'replayed' | 'dropped'
  reason: string | null
}

/** A socket that reads a stream. */
export interface StreamReader {
  session: string
  /** The process that holds the socket. */
  node: string
  userId: string
  name: string
  device: string | null
  /** When it connected. */
  since: string
  /** It was told everything up to here when it subscribed. */
  seq: number
}

/** What time it is in a workspace. Only a sandbox's can be moved. */
export interface ClockView {
  now: string
  isSandbox: boolean
  isFrozen: boolean
  /** Before the world's time; behind it where negative, ms. */
  aheadMs: number
  /** What is waited for, the earliest first. */
  upcoming: { kind: string; id: string; at: string; message: string }[]
  /** More was to happen on the way than one request waits for. */
  isOnItsWay: boolean
}

/** Something that is done again and again. */
export interface Job {
  name: string
  /** What it does. */
  says: string
  /** When it runs, in words. */
  schedule: string
  status: 'waiting' | 'running' | 'paused'
  /** It begins by itself no more; what runs goes on. */
  isPaused: boolean
  nextAt: string | null
  /** The process that ran it last, or runs it. */
  by: string | null
  startedAt: string | null
  finishedAt: string | null
  /** How long the last run took. */
  lastMs: number | null
  runs: number
  failures: number
  lastFailure: { at: string; name: string; message: string } | null
}

const at = encodeURIComponent

/** What operators see and mend. For owners and admins. */
export const adminOf = (http: Http) => ({
  overview: () => http.get<ActorsOverview>('/admin/actors/overview'),
  actors: (filter: { kind?: string; find?: string; cursor?: string; limit?: number } = {}) =>
    http.get<Page<ActorLine>>('/admin/actors', { query: filter }),
  actor: (kind: string, id: string) => http.get<ActorView>(`/admin/actors/${at(kind)}/${at(id)}`),
  readers: (stream: string) => http.get<{ items: StreamReader[] }>('/admin/streams/readers', { query: { stream } }),
  deadLetters: (filter: { status?: DeadLetter['status']; cursor?: string; limit?: number } = {}) =>
    http.get<Page<DeadLetter>>('/admin/dead-letters', { query: filter }),
  deadLetter: (id: string) => http.get<DeadLetter & { input: unknown }>(`/admin/dead-letters/${at(id)}`),
  replay: (id: string) => http.post<DeadLetter>(`/admin/dead-letters/${at(id)}/replay`),
  jobs: () => http.get<{ items: Job[] }>('/admin/jobs'),
  /** It begins within seconds. */
  runJob: (name: string) => http.post<Job>(`/admin/jobs/${at(name)}/run`),
  pauseJob: (name: string) => http.post<Job>(`/admin/jobs/${at(name)}/pause`),
  resumeJob: (name: string) => http.post<Job>(`/admin/jobs/${at(name)}/resume`),
  clock: () => http.get<ClockView>('/admin/clock'),
  freezeClock: () => http.post<ClockView>('/admin/clock/freeze'),
  releaseClock: () => http.post<ClockView>('/admin/clock/release'),
  /** `to`: ISO, not earlier than now there. */
  moveClock: (to: string) => http.post<ClockView>('/admin/clock/step', { to }),
  nextOfClock: () => http.post<ClockView>('/admin/clock/next'),
  realClock: () => http.post<ClockView>('/admin/clock/real'),
  drop: (id: string, reason: string) => http.post<DeadLetter>(`/admin/dead-letters/${at(id)}/drop`, { reason }),
})
