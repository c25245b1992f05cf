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
  /** Who in truth did it, in another's name. */
  actingId?: string
  action?: string
  targetId?: string
  reads?: 'only' | 'without'
  /** ISO: from then on, and until before then. */
  from?: string
  until?: string
}

/** Who did what, and who read what. */
export const auditOf = (http: Http) => ({
  page: (search: AuditSearch & { cursor?: string; limit?: number } = {}) =>
    http.get<Page<AuditEntry>>('/admin/audit', { query: { ...search } }),
  /** What `action` may be. */
  actions: () => http.get<{ items: string[] }>('/admin/audit/actions'),
  /** Who ever acted in another's name: what `actingId` may be. */
  acting: () => http.get<{ items: { id: string; name: string | null }[] }>('/admin/audit/acting'),
  chain: () => http.get<AuditChain>('/admin/audit/chain'),
  /** Looks through the whole chain now. */
  verify: () => http.post<AuditVerdict>('/admin/audit/verify'),
  /** A file for a spreadsheet (CSV). */
  file: async (search: AuditSearch = {}): Promise<Blob> =>
    (await http.send('GET', '/admin/audit/export', { query: { ...search } })).blob(),
})
