import type { Http, Page } from './http.ts'

/** One entry of the audit. */
export interface AuditEntry {
  /** 1, 2, 3 … in one workspace. */
  n: number
  at: string
  by: {
    kind: 'member' | 'key' | 'person' | 'operator' | 'provider' | 'system' | 'nobody'
    id: string
    role: string | null
    sessionId: string | null
    /** Who in truth did it, where somebody acted in another's name. */
    actingId: string | null
    /** Of members, operators and keys; null of what has none here. */
    name: string | null
    actingName: string | null
  }
  /** `member.changed`, `conversation.read` … */
  action: string
  target: { kind: string; id: string } | null
  targetName: string | null
  /** Names of the fields that were to change. */
  fields: string[]
  isRead: boolean
  /** `unknown`: the process ended before it could say. */
  result: 'done' | 'refused' | 'failed' | 'unknown'
  code: string | null
  requestId: string | null
  ip: string | null
  userAgent: string | null
  note: Record<string, string | number | boolean | null>
}

export interface AuditVerdict {
  at: string
  /** How many entries were looked at. */
  looked: number
  findings: { what: 'altered' | 'missing' | 'inserted' | 'out_of_order' | 'unreadable'; n: number }[]
}

export interface AuditChain {
  begin: { n: number; hash: string }
  end: { n: number; hash: string }
  /** What the last look through it found; null before the first. */
  verdict: AuditVerdict | null
}

export interface AuditSearch {
  actorId?: string
  action?: string
  targetId?: string
  reads?: 'only' | 'without'
  /** ISO: from then on, and until before then. */
  from?: string
  until?: string
}

export type ErrorStatus = 'open' | 'resolved' | 'ignored'

/** All unexpected errors of one kind. */
export interface ErrorKind {
  id: string
  /** What was under way. */
  source: string
  name: string
  code: string | null
  message: string | null
  place: string
  stack: string[]
  status: ErrorStatus
  assigneeId: string | null
  count: number
  firstAt: string
  lastAt: string
  reopenedAt: string | null
  lastContext: Record<string, string>
  errorIds: string[]
  rev: number
}

export type RemarkKind = 'person' | 'conversation' | 'message' | 'member' | 'channel' | 'file' | 'team' | 'service'

/** What staff left on a record for one another. */
export interface Remark {
  id: string
  kind: RemarkKind
  recordId: string
  text: string
  isPinned: boolean
  createdBy: string
  createdAt: string
  updatedAt: string
  rev: number
}

const at = encodeURIComponent
const seen = ({ rev }: { rev: number }) => ({ headers: { 'if-match': String(rev) } })

/** Who did what, and who read what. */
export const auditOf = (http: Http) => ({
  page: (search: AuditSearch & { cursor?: string; limit?: number } = {}) =>
    http.get<Page<AuditEntry>>('/admin/audit', { query: { ...search } }),
  /** What `action` may be. */
  actions: () => http.get<{ items: string[] }>('/admin/audit/actions'),
  chain: () => http.get<AuditChain>('/admin/audit/chain'),
  /** Looks through the whole chain now. */
  verify: () => http.post<AuditVerdict>('/admin/audit/verify'),
  /** A file for a spreadsheet (CSV). */
  file: async (search: AuditSearch = {}): Promise<Blob> =>
    (await http.send('GET', '/admin/audit/export', { query: { ...search } })).blob(),
})

/** Unexpected errors, by kind. */
export const errorsOf = (http: Http) => ({
  /** An app tells of an error of its own. What its message quotes is not kept. */
  tell: (error: { name: string; stack: string; page: string; release?: string }) =>
    http.post<{ errorId: string }>('/errors', error),
  page: (filter: { id?: string; status?: ErrorStatus; errorId?: string; cursor?: string; limit?: number } = {}) =>
    http.get<Page<ErrorKind>>('/admin/errors', { query: filter }),
  change: (id: string, change: { status?: ErrorStatus; assigneeId?: string | null }) =>
    http.patch<ErrorKind>(`/admin/errors/${at(id)}`, change),
})

/** Remarks on any record. */
export const remarksOf = (http: Http) => ({
  of: (kind: RemarkKind, recordId: string, cursor?: string) =>
    http.get<Page<Remark>>('/remarks', { query: { kind, recordId, ...(cursor !== undefined && { cursor }) } }),
  make: (remark: Pick<Remark, 'kind' | 'recordId' | 'text'>) => http.post<Remark>('/remarks', remark),
  change: (remark: Remark, change: Partial<Pick<Remark, 'text' | 'isPinned'>>) =>
    http.patch<Remark>(`/remarks/${at(remark.id)}`, change, seen(remark)),
  remove: (remark: Remark) => http.delete(`/remarks/${at(remark.id)}`, seen(remark)),
})
