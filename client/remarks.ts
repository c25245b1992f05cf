import type { Http, Page } from './http.ts'

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

/** Remarks on any record. */
export const remarksOf = (http: Http) => ({
  of: (kind: RemarkKind, recordId: string, cursor?: string) =>
    http.get<Page<Remark>>('/remarks', { query: { kind, recordId, ...(cursor !== undefined && { cursor }) } }),
  make: (remark: Pick<Remark, 'kind' | 'recordId' | 'text'>) => http.post<Remark>('/remarks', remark),
  change: (remark: Remark, change: Partial<Pick<Remark, 'text' | 'isPinned'>>) =>
    http.patch<Remark>(`/remarks/${at(remark.id)}`, change, seen(remark)),
  remove: (remark: Remark) => http.delete(`/remarks/${at(remark.id)}`, seen(remark)),
})
