import type { Http, Page } from './http.ts'

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

const at = encodeURIComponent

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
