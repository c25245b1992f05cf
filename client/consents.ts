import type { Http, Page } from './http.ts'

export type ConsentChannel = 'whatsapp' | 'sms' | 'email' | 'app'
export type ConsentPurpose = 'conversational' | 'transactional' | 'operational' | 'marketing'
export type ConsentState = 'granted' | 'revoked'

/** What was said last of one channel and one purpose. */
export interface Consent {
  channel: ConsentChannel
  purpose: ConsentPurpose
  state: ConsentState
  method: string
  at: string
}

export interface Consents {
  items: Consent[]
  /** What goes to them no more; `address` null where no address of theirs on the channel gets anything. */
  suppressed: { channel: ConsentChannel; address: string | null; reason: string; at: string }[]
}

export interface ConsentEntry {
  _id: string
  channel: ConsentChannel
  purpose: ConsentPurpose
  state: ConsentState
  proof: { method: string; text: string | null; textVersion: string | null }
  by: { role: string; id: string }
  at: string
}

export interface ConsentChange {
  changes: Pick<Consent, 'channel' | 'purpose' | 'state'>[]
  proof: { method: 'form' | 'verbal' | 'import' | 'api'; text?: string; textVersion?: string }
}

/** One thing that was decided or happened, in words. */
export interface Reason {
  id: string
  at: string
  type: 'decision' | 'event'
  says: string
  /** The rule with its version, or the event's type. */
  name: string
  outcome: string | null
  facts: Record<string, string | number | boolean | null>
  messageId: string | null
}

export interface Choice {
  channel: ConsentChannel
  purpose: ConsentPurpose
  isOn: boolean
}

/** What somebody sees who follows the link in a letter. */
export interface Preferences {
  business: string
  locale: string
  channel: ConsentChannel
  purpose: ConsentPurpose
  choices: Choice[]
}

const open = { isSigned: false } as const
const of = (userId: string) => `/users/${encodeURIComponent(userId)}`
const behind = (token: string) => `/unsubscribe/${encodeURIComponent(token)}`

/** What may be said to people, and why something was not: for the pages that show it. */
export const consentsOf = (http: Http) => ({
  of: (userId: string) => http.get<Consents>(`${of(userId)}/consents`),
  set: (userId: string, change: ConsentChange) => http.put<Consents>(`${of(userId)}/consents`, change),
  history: (userId: string, cursor?: string) =>
    http.get<Page<ConsentEntry>>(`${of(userId)}/consents/history`, { query: { cursor } }),
  /** Why they got something, and why they did not: of one message, or of a span of time (ISO 8601). */
  why: (userId: string, about: { messageId?: string; from?: string; to?: string } = {}) =>
    http.get<{ items: Reason[] }>(`${of(userId)}/why`, { query: { ...about } }),
  preferences: (token: string) => http.get<Preferences>(behind(token), open),
  /** What the link is about comes no more. */
  unsubscribe: (token: string) => http.post<{ isUnsubscribed: true }>(behind(token), undefined, open),
  choose: (token: string, choices: Choice[], text: string) =>
    http.put<Preferences>(behind(token), { choices, text }, open),
})
