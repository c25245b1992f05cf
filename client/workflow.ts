import type { Http, Page } from './http.ts'

type Pause = 'answered' | 'pending' | 'snoozed'
type Priority = 'none' | 'low' | 'normal' | 'high' | 'urgent'

/** What is promised to people who write; minutes, null where nothing is. */
export interface SlaFields {
  name: string
  firstResponseMinutes: number | null
  nextResponseMinutes: number | null
  resolutionMinutes: number | null
  calendar: 'business' | 'always'
  pausedWhile: Pause[]
  conditions: { priorities: Priority[]; teamIds: string[]; tags: string[]; channelIds: string[] }
  rank: number
}
export type SlaPolicy = SlaFields & { id: string; rev: number }

/** What somebody sees who was sent a link to rate how they were looked after. */
export interface AskedRating {
  business: string
  colour: string
  language: string
  score: number | null
  ratedAt: string | null
}

const open = { isSigned: false } as const
const ratingAt = (token: string) => `/public/ratings/${encodeURIComponent(token)}`
const policyAt = ({ id }: Pick<SlaPolicy, 'id'>) => `/sla-policies/${encodeURIComponent(id)}`
const seen = ({ rev }: SlaPolicy) => ({ headers: { 'if-match': String(rev) } })

/** Promises of the business, and what people say of them: for the pages that need them alone. */
export const workflowOf = (http: Http) => ({
  policies: () => http.get<Page<SlaPolicy>>('/sla-policies', { query: { limit: 100 } }),
  makePolicy: (fields: Partial<SlaFields> & { name: string }) => http.post<SlaPolicy>('/sla-policies', fields),
  changePolicy: (policy: SlaPolicy, change: Partial<SlaFields>) =>
    http.patch<SlaPolicy>(policyAt(policy), change, seen(policy)),
  removePolicy: (policy: SlaPolicy) => http.delete(policyAt(policy), seen(policy)),
  askedRating: (token: string) => http.get<AskedRating>(ratingAt(token), open),
  rate: (token: string, said: { score: number; comment?: string }) =>
    http.post<AskedRating>(ratingAt(token), said, open),
})
