import type { Http, Page } from './http.ts'
import type { Line } from './wire.ts'

/** How conversations that nobody has find somebody. */
export interface TeamRule {
  mode: 'off' | 'round_robin' | 'least_loaded'
  onlyOnline: boolean
  /** Open conversations at a time. */
  capacity: number
  usesSkills: boolean
}
export interface AssignmentRule extends TeamRule {
  /** 0: what somebody holds who is offline stays with them. */
  reassignAfterMinutes: number
}
export interface Workload {
  memberId: string
  takes: boolean
  /** Null: as the team or the business says. */
  capacity: number | null
  skills: string[]
}
/** What was done by itself, or was not, and why. */
export interface Decided {
  id: string
  rule: string
  outcome: string
  facts: Record<string, string | number | boolean | null>
  at: string
}

export interface Kept {
  id: string
  rev: number
}
export interface CannedFields {
  shortcut: string
  name: string
  texts: { locale: string; text: string }[]
  teamId: string | null
}
export type Canned = CannedFields & Kept
export interface Filled {
  text: string
  locale: string
  missing: string[]
}

export type Deed =
  | { do: 'reply'; cannedId: string }
  | { do: 'note'; text: string }
  | { do: 'assign'; to: string | null }
  | { do: 'team'; teamId: string | null }
  | { do: 'status'; status: 'open' | 'pending' | 'resolved' }
  | { do: 'snooze'; minutes: number }
  | { do: 'priority'; priority: 'none' | 'low' | 'normal' | 'high' | 'urgent' }
  | { do: 'tag' | 'untag'; tags: string[] }
export interface MacroFields {
  name: string
  deeds: Deed[]
  teamId: string | null
}
export type Macro = MacroFields & Kept
export interface Outcome {
  do: Deed['do']
  outcome: 'done' | 'refused' | 'skipped'
  code: string | null
  title: string | null
}
/** What became of each step, with each conversation. */
export interface Report {
  items: { conversationId: string; isDone: boolean; outcomes: Outcome[] }[]
}

/** One question about one field, or several together: the filter language of the server. */
export type Filter =
  | { field: string; is: string; value?: string | number | boolean | (string | number)[] }
  | { all: Filter[] }
  | { any: Filter[] }
  | { not: Filter }
export interface InboxViewFields {
  name: string
  filter: Filter
  order: 'latest' | 'waiting'
  isShared: boolean
}
export type InboxView = InboxViewFields & Kept & { createdBy: string }
export interface AskedField {
  field: string
  type: 'choice' | 'text' | 'list' | 'yes_no' | 'number' | 'date' | 'birthday'
  words: string
  options: string[] | null
  operators: string[]
}

const at = encodeURIComponent
const seen = (rev: number) => ({ headers: { 'if-match': String(rev) } })
const all = { query: { limit: 100 } }
export interface Asked {
  cursor?: string
  limit?: number
}

/** Every page of a list. */
async function whole<Item>(http: Http, path: string): Promise<Item[]> {
  const items: Item[] = []
  let next: string | null | undefined
  do {
    const page = await http.get<Page<Item>>(path, { query: { ...all.query, ...(next && { cursor: next }) } })
    items.push(...page.items)
    next = page.nextCursor
  } while (next)
  return items
}

/** What staff have at hand in the inbox: canned answers, macros, views; and how work is shared out. */
export const toolsOf = (http: Http) => ({
  rules: () => http.get<{ rule: AssignmentRule; rev: number }>('/assignment'),
  setRules: (rule: AssignmentRule, rev: number) =>
    http.put<{ rule: AssignmentRule; rev: number }>('/assignment', rule, seen(rev)),
  workloads: () => http.get<{ items: Workload[] }>('/assignment/members'),
  setWorkload: ({ memberId, ...workload }: Workload) =>
    http.put<Workload>(`/assignment/members/${at(memberId)}`, workload),
  /** `none`: what waits for no team. */
  queue: (asked: Asked & { team?: string } = {}) => http.get<Page<Line>>('/queue', { query: { ...asked } }),
  decisions: (asked: Asked = {}) => http.get<Page<Decided>>('/queue/decisions', { query: { ...asked } }),

  /** Of those tags that have one. */
  tagColours: () => http.get<{ items: { label: string; colour: string }[] }>('/tags/colours'),

  canned: () => whole<Canned>(http, '/canned-responses'),
  /** Those for everybody, and for one's own teams. */
  offeredCanned: () => whole<Canned>(http, '/canned-responses/offered'),
  makeCanned: (canned: CannedFields) => http.post<Canned>('/canned-responses', canned),
  changeCanned: ({ id, rev }: Kept, change: Partial<CannedFields>) =>
    http.patch<Canned>(`/canned-responses/${at(id)}`, change, seen(rev)),
  removeCanned: ({ id, rev }: Kept) => http.delete(`/canned-responses/${at(id)}`, seen(rev)),
  /** As it would go to the person of this conversation. */
  fill: (id: string, conversationId: string) =>
    http.post<Filled>(`/canned-responses/${at(id)}/fill`, { conversationId }),

  macros: () => whole<Macro>(http, '/macros'),
  /** Those for everybody, and for one's own teams. */
  offeredMacros: () => whole<Macro>(http, '/macros/offered'),
  makeMacro: (macro: MacroFields) => http.post<Macro>('/macros', macro),
  changeMacro: ({ id, rev }: Kept, change: Partial<MacroFields>) =>
    http.patch<Macro>(`/macros/${at(id)}`, change, seen(rev)),
  removeMacro: ({ id, rev }: Kept) => http.delete(`/macros/${at(id)}`, seen(rev)),
  runMacro: (id: string, conversationIds: string[]) => http.post<Report>(`/macros/${at(id)}/run`, { conversationIds }),
  /** At most a hundred conversations. */
  together: (conversationIds: string[], deeds: Deed[]) =>
    http.post<Report>('/conversations/together', { conversationIds, deeds }),

  views: () => http.get<Page<InboxView>>('/inbox-views', all),
  viewCounts: () => http.get<{ items: { id: string; count: number; isMore: boolean }[] }>('/inbox-views/counts'),
  viewFields: () => http.get<{ items: AskedField[] }>('/filter-fields', { query: { of: 'conversation' } }),
  makeView: (view: InboxViewFields) => http.post<InboxView>('/inbox-views', view),
  changeView: ({ id, rev }: Kept, change: Partial<InboxViewFields>) =>
    http.patch<InboxView>(`/inbox-views/${at(id)}`, change, seen(rev)),
  /** Everybody sees it, or who made it alone. */
  shareView: (id: string, isShared: boolean) => http.put<InboxView>(`/inbox-views/${at(id)}/sharing`, { isShared }),
  removeView: ({ id, rev }: Kept) => http.delete(`/inbox-views/${at(id)}`, seen(rev)),
  inView: (id: string, asked: Asked = {}) =>
    http.get<Page<Line>>(`/inbox-views/${at(id)}/conversations`, { query: { ...asked } }),
  matching: (filter: Filter, asked: Asked & { order?: InboxView['order'] } = {}) =>
    http.get<Page<Line>>('/conversations/matching', { query: { filter: JSON.stringify(filter), ...asked } }),
})
