import type { Http, Page } from './http.ts'
import type { Filter } from './tools.ts'

export type Stage = 'lead' | 'engaged' | 'booked' | 'customer' | 'lost'

/** A person as lists show them. */
export interface PersonLine {
  userId: string
  name: string
  firstName: string
  lastName: string
  stage: Stage
  tags: string[]
  source: string
  locale: string | null
  timezone: string | null
  /** `9999` where nobody knows the year. */
  birthday: string | null
  custom: Record<string, string | number | boolean | string[]>
  identities: { kind: string; value: string; isPrimary: boolean }[]
  isBlocked: boolean
  isRestricted: boolean
  archivedAt: string | null
  score: number
  createdAt: string
  lastSeenAt: string | null
}
export type Birthday = PersonLine & { on: string; turns: number | null }

export interface PeopleAsked {
  q?: string | undefined
  tag?: string | undefined
  stage?: Stage | undefined
  source?: string | undefined
  segment?: string | undefined
  filter?: Filter | undefined
  order?: 'createdAt' | 'lastSeenAt' | undefined
  /** Those alone who were archived, whom no other list shows. */
  archived?: boolean | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

/** What is done with several people at once. */
export interface Together {
  tag?: { add?: string[]; remove?: string[] }
  stage?: Stage
  segment?: { id: string; on: boolean }
  isArchived?: boolean
}

/** What can be asked of a subject, and how. */
export interface FilterField {
  field: string
  type: 'choice' | 'text' | 'list' | 'yes_no' | 'number' | 'date' | 'birthday'
  words: string
  options: string[] | null
  operators: string[]
  /** The business has put it away. */
  isArchived: boolean
}

export interface SegmentFields {
  name: string
  description: string
  kind: 'dynamic' | 'static'
  filter: Filter
}
export type Segment = SegmentFields & { id: string; rev: number }
export interface SegmentCount {
  id: string
  count: number | null
  countedAt: string | null
}

export interface ImportCounts {
  created: number
  updated: number
  unchanged: number
  refused: number
}
export interface ImportOptions {
  known: 'update' | 'fill' | 'leave'
  tags: string[]
  segmentId: string | null
  country: string | null
  dates: 'day_first' | 'month_first'
}
export interface Import {
  id: string
  createdAt: string
  fileName: string
  sizeBytes: number
  encoding: string
  delimiter: string
  columns: string[]
  status: 'uploaded' | 'mapped' | 'validating' | 'validated' | 'running' | 'completed' | 'failed' | 'cancelled'
  mapping: (string | null)[]
  options: ImportOptions
  /** The last row that is done. */
  cursor: number
  rows: number | null
  dryCounts: ImportCounts | null
  counts: ImportCounts
  why: string | null
}
export interface ImportRow {
  n: number
  outcome: keyof ImportCounts
  code: string | null
  why: string | null
  userId: string | null
}

export interface PeopleExport {
  id: string
  createdAt: string
  status: 'running' | 'ready' | 'failed'
  segmentId: string | null
  rows: number
  sizeBytes: number | null
  expiresAt: string | null
  why: string | null
}

/** A message in which the words stand that were looked for. */
export interface MessageHit {
  messageId: string
  conversationId: string
  userId: string
  name: string
  n: number
  direction: string
  at: string
  snippet: string
  /** Where they stand in the snippet: from and to. */
  marks: [number, number][]
}

const at = encodeURIComponent

/** Many people at once: lists, segments, files, and the search in what was said. */
export const listsOf = (http: Http) => ({
  people: ({ filter, ...asked }: PeopleAsked = {}) =>
    http.get<Page<PersonLine>>('/users', { query: { ...asked, filter: filter && JSON.stringify(filter) } }),
  birthdays: (days: number) =>
    http.get<{ items: Birthday[]; isMore: boolean }>('/users/birthdays', { query: { days, limit: 100 } }),
  together: (userIds: readonly string[], deed: Together) =>
    http.post<{ items: { userId: string; isDone: boolean; code: string | null }[] }>('/users/bulk', {
      userIds,
      do: deed,
    }),
  stages: () => http.get<{ stages: Record<Stage, number> }>('/leads/counts'),
  fields: (of: 'person' | 'conversation' = 'person') =>
    http.get<{ items: FilterField[] }>('/filter-fields', { query: { of } }),

  segments: () => http.get<Page<Segment>>('/segments', { query: { limit: 100 } }),
  segmentCounts: () => http.get<{ items: SegmentCount[] }>('/segments/counts'),
  preview: (filter: Filter) => http.post<{ count: number; items: PersonLine[] }>('/segments/preview', { filter }),
  makeSegment: (segment: Partial<SegmentFields> & { name: string }) => http.post<Segment>('/segments', segment),
  changeSegment: ({ id, rev }: Segment, change: Partial<SegmentFields>) =>
    http.patch<Segment>(`/segments/${at(id)}`, change, { headers: { 'if-match': `"${String(rev)}"` } }),
  removeSegment: ({ id }: Segment) => http.delete(`/segments/${at(id)}`),

  imports: () => http.get<{ items: Import[] }>('/imports'),
  import: (id: string) => http.get<Import>(`/imports/${at(id)}`),
  upload: (file: Blob, name: string) =>
    http.post<Import & { sample: string[][] }>('/imports', file, {
      query: { name },
      headers: { 'content-type': 'text/csv' },
    }),
  mapImport: (id: string, mapping: (string | null)[], options: ImportOptions) =>
    http.put<Import>(`/imports/${at(id)}/mapping`, { mapping, options }),
  validateImport: (id: string) => http.post<Import>(`/imports/${at(id)}/validate`),
  runImport: (id: string) => http.post<Import>(`/imports/${at(id)}/run`),
  cancelImport: (id: string) => http.post<Import>(`/imports/${at(id)}/cancel`),
  importRows: (id: string, query: { outcome?: ImportRow['outcome']; cursor?: string; limit?: number } = {}) =>
    http.get<Page<ImportRow>>(`/imports/${at(id)}/rows`, { query }),
  /** What became of each row, as CSV. */
  importReport: async (id: string) => (await http.send('GET', `/imports/${at(id)}/report`)).text(),

  exports: () => http.get<{ items: PeopleExport[] }>('/exports'),
  export: (asked: { segmentId?: string | null; filter?: Filter }) => http.post<PeopleExport>('/exports', asked),
  exportLink: (id: string) => http.post<{ url: string; expiresAt: string }>(`/exports/${at(id)}/link`),

  search: (q: string, more: { userId?: string; cursor?: string; limit?: number } = {}) =>
    http.get<Page<MessageHit>>('/messages/search', { query: { q, ...more } }),
})
