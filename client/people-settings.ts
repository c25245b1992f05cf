import type { Http, Page } from './http.ts'
import type { CustomField } from './records.ts'

interface Kept {
  id: string
  rev: number
}
export type FieldFields = Omit<CustomField, keyof Kept>
export interface TagFields {
  label: string
  description: string
  /** `#rrggbb` */
  colour: string | null
}
export type Tag = TagFields & Kept
export interface TagCount {
  label: string
  people: number
  conversations: number
}
/** A form on a website; see `POST /public/leads/{key}`. */
export interface LeadFormFields {
  name: string
  isActive: boolean
  origins: string[]
  source: string
  tags: string[]
  consentText: string
  consentTo: SuppressedOn[]
  thanksUrl: string | null
}
export type LeadForm = LeadFormFields & Kept
export interface StatusFields {
  name: string
  description: string
  order: number
}
export type StatusOption = StatusFields & Kept

export type SuppressedOn = 'whatsapp' | 'sms' | 'email' | 'app'
/** An address that gets nothing more; which one it is stands nowhere. */
export interface Suppression {
  id: string
  channel: SuppressedOn
  reason: 'stop' | 'complaint' | 'hard_bounce' | 'manual' | 'import' | 'erased'
  userId: string | null
  by: string | null
  at: string
}
export type LiftReason = 'asked' | 'mistake' | 'new_owner' | 'mended'

const at = encodeURIComponent
const seen = ({ rev }: Kept) => ({ headers: { 'if-match': String(rev) } })
const all = { query: { limit: 100 } }

/** So many are counted at once. */
const countedMax = 100

/** What a business decides of what it knows of people: for the pages that need it alone. */
export const peopleSettingsOf = (http: Http) => ({
  fields: () => http.get<Page<CustomField>>('/custom-fields', all),
  makeField: (field: Partial<FieldFields> & Pick<FieldFields, 'key' | 'name' | 'type'>) =>
    http.post<CustomField>('/custom-fields', field),
  changeField: (field: Kept, change: Partial<FieldFields>) =>
    http.patch<CustomField>(`/custom-fields/${at(field.id)}`, change, seen(field)),

  tags: (asked: { q?: string | undefined; cursor?: string | undefined } = {}) =>
    http.get<Page<Tag>>('/tags', { query: { ...all.query, ...asked } }),
  tagCounts: (labels: readonly string[]) =>
    http.get<{ items: TagCount[] }>('/tags/counts', { query: { labels: labels.slice(0, countedMax).join(',') } }),
  makeTag: (tag: Partial<TagFields> & Pick<TagFields, 'label'>) => http.post<Tag>('/tags', tag),
  /** Another label is one for everybody who has it. */
  changeTag: (tag: Kept, change: Partial<TagFields>) => http.patch<Tag>(`/tags/${at(tag.id)}`, change, seen(tag)),
  mergeTags: (tag: Kept, into: string) => http.post<Tag>(`/tags/${at(tag.id)}/merge`, { into }),
  removeTag: (tag: Kept) => http.delete(`/tags/${at(tag.id)}`, seen(tag)),

  statuses: () => http.get<Page<StatusOption>>('/user-status-options', all),
  makeStatus: (status: Partial<StatusFields> & Pick<StatusFields, 'name'>) =>
    http.post<StatusOption>('/user-status-options', status),
  changeStatus: (status: Kept, change: Partial<StatusFields>) =>
    http.patch<StatusOption>(`/user-status-options/${at(status.id)}`, change, seen(status)),
  removeStatus: (status: Kept) => http.delete(`/user-status-options/${at(status.id)}`, seen(status)),

  forms: () => http.get<Page<LeadForm>>('/lead-forms', all),
  makeForm: (form: LeadFormFields) => http.post<LeadForm>('/lead-forms', form),
  changeForm: (form: Kept, change: Partial<LeadFormFields>) =>
    http.patch<LeadForm>(`/lead-forms/${at(form.id)}`, change, seen(form)),
  removeForm: (form: Kept) => http.delete(`/lead-forms/${at(form.id)}`, seen(form)),

  suppressions: (cursor?: string) =>
    http.get<Page<Suppression>>('/suppressions', { query: { limit: 50, ...(cursor !== undefined && { cursor }) } }),
  suppress: (places: readonly { channel: SuppressedOn; address: string }[]) =>
    http.post<{ added: number; known: number }>('/suppressions', { places }),
  checkSuppressed: (places: readonly { channel: SuppressedOn; address: string }[]) =>
    http.post<{ items: Pick<Suppression, 'channel' | 'reason' | 'at'>[] }>('/suppressions/check', { places }),
  lift: (id: string, reason: LiftReason) => http.post<undefined>(`/suppressions/${at(id)}/lift`, { reason }),
})
