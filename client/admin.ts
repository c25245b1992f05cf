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
  since: string
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
  drop: (id: string, reason: string) => http.post<DeadLetter>(`/admin/dead-letters/${at(id)}/drop`, { reason }),
})
