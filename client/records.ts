import type { Http, Page } from './http.ts'
import type { Identity, PersonPrivate, Profile } from './wire.ts'

type FieldValue = string | number | boolean | string[]
/** Null takes a field away; what is not named stays. */
type FieldsChange = Record<string, FieldValue | null>

/** What people change of a person; what is not named stays. */
export interface PersonChange {
  name?: string
  firstName?: string
  lastName?: string
  stage?: Profile['stage']
  statusId?: string | null
  timezone?: string | null
  locale?: string | null
  /** `1990-05-15`, or `9999-05-15` where the year is unknown. */
  birthday?: string | null
  custom?: FieldsChange
  source?: string
  isBetaTester?: boolean
}
export interface PrivateChange {
  gender?: string
  address?: string
  demographics?: FieldsChange
  psychographics?: FieldsChange
  metadata?: FieldsChange
  custom?: FieldsChange
}
export interface CustomField {
  id: string
  rev: number
  key: string
  name: string
  description: string
  type: 'text' | 'number' | 'date' | 'choice' | 'choices' | 'yes_no'
  options: string[]
  isSensitive: boolean
  order: number
  /** Put away: nobody is asked for it any more. */
  isArchived: boolean
}
export interface TimelineItem {
  id: string
  at: string
  kind: string
  by: { role: string; id: string } | null
  text: string
  what: Record<string, string | number | boolean | null>
}
/** A file that went to a person, or came from them. */
export interface ExchangedFile {
  messageId: string
  direction: 'in' | 'out' | 'note' | 'activity'
  at: string
  kind: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker' | 'attachment'
  /** Null where we hold it not yet, or never will. */
  fileId: string | null
  name: string | null
  mime: string
  sizeBytes: number | null
  lost: string | null
}
export interface Duplicate {
  id: string
  userIds: [string, string]
  reasons: ('same_number' | 'similar_number' | 'same_email' | 'name_and_birthday')[]
  score: number
  status: 'open' | 'dismissed'
  foundAt: string
}
export type MergeSide = 'winner' | 'loser'
export type MergeChoices = Record<string, MergeSide>
export interface MergePreview {
  winner: Profile
  loser: Profile
  fields: { field: string; winner: string | null; loser: string | null; from: MergeSide }[]
  tags: string[]
  identities: Identity[]
  tooMany: boolean
}
export interface Merge {
  _id: string
  winnerId: string
  loserId: string
  by: string
  at: string
  undoUntil: string
  undoneAt: string | null
}
/** What somebody asked for by the law. */
export interface PrivacyRequest {
  id: string
  userId: string
  kind: 'erasure' | 'export'
  status: 'open' | 'done' | 'refused' | 'withdrawn'
  via: 'app' | 'code'
  askedAt: string
  dueAt: string
  settledAt: string | null
  settledBy: string | null
  reason: 'kept_by_law' | 'not_this_person' | 'done_before' | 'misused' | null
}
type Address = Pick<Identity, 'kind' | 'value'>

const at = encodeURIComponent

const of = (id: string) => `/users/${at(id)}`

/** Who is blocked, put aside or left alone. */
const holdingOf = (http: Http) => ({
  block: (id: string, reason: string) => http.post<Profile>(`${of(id)}/block`, { reason }),
  unblock: (id: string) => http.post<Profile>(`${of(id)}/unblock`),
  archive: (id: string) => http.delete<undefined>(of(id)),
  unarchive: (id: string) => http.post<Profile>(`${of(id)}/restore`),
  /** Whether what is known of them rests: then only what staff answer goes to them. */
  restrict: (id: string, isRestricted: boolean, reason: string) =>
    http.put<Profile>(`${of(id)}/restriction`, { isRestricted, reason }),
})

/** One person: what is known of them, and what becomes of it. */
export const recordsOf = (http: Http) => {
  const headers = (rev: number | undefined) => (rev === undefined ? {} : { headers: { 'if-match': String(rev) } })
  return {
    /** Of somebody who was merged, the one who stands for both. */
    get: (id: string) => http.get<Profile>(of(id)),
    enter: (
      person: PersonChange & {
        identities?: (Address & { label?: string })[]
        tags?: string[]
        private?: PrivateChange
      },
    ) => http.post<Profile>('/users', person),
    /** The conversation with them, to write to: also with somebody who never wrote. */
    openConversation: (id: string) => http.post<{ conversationId: string }>(`${of(id)}/conversation`),
    /** `rev`: the last one that was read; refused where somebody changed them since. */
    update: (id: string, change: PersonChange, rev?: number) => http.patch<Profile>(of(id), change, headers(rev)),
    private: (id: string) => http.get<PersonPrivate>(`${of(id)}/private`),
    updatePrivate: (id: string, change: PrivateChange, rev?: number) =>
      http.patch<PersonPrivate>(`${of(id)}/private`, change, headers(rev)),
    tag: (id: string, change: { add?: string[]; remove?: string[] }) => http.post<Profile>(`${of(id)}/tags`, change),
    ...holdingOf(http),
    addIdentity: (id: string, address: Address & { label?: string; isVerified?: boolean }) =>
      http.post<Profile>(`${of(id)}/identities`, address),
    changeIdentity: (
      id: string,
      identityId: string,
      change: { label?: string; isPrimary?: true; isVerified?: boolean },
    ) => http.patch<Profile>(`${of(id)}/identities/${at(identityId)}`, change),
    removeIdentity: (id: string, identityId: string) => http.delete(`${of(id)}/identities/${at(identityId)}`),
    /** The latest first; `kinds` as in `message,note,tagged`. */
    timeline: (id: string, query: { kinds?: string; cursor?: string; limit?: number } = {}) =>
      http.get<Page<TimelineItem>>(`${of(id)}/timeline`, { query }),
    files: (id: string, cursor?: string) =>
      http.get<Page<ExchangedFile>>(`${of(id)}/files`, { query: { ...(cursor !== undefined && { cursor }) } }),
    customFields: () => http.get<Page<CustomField>>('/custom-fields', { query: { limit: 100 } }),

    duplicates: (query: { cursor?: string; limit?: number } = {}) =>
      http.get<Page<Duplicate>>('/users/duplicates', { query }),
    findDuplicates: () => http.post<{ pairs: number }>('/users/duplicates/scan'),
    dismissDuplicate: (id: string) => http.post<undefined>(`/users/duplicates/${at(id)}/dismiss`),
    previewMerge: (winnerId: string, loserId: string, choices: MergeChoices = {}) =>
      http.post<MergePreview>('/users/merge/preview', { winnerId, loserId, choices }),
    merge: (winnerId: string, loserId: string, choices: MergeChoices = {}) =>
      http.post<{ mergeId: string; profile: Profile }>('/users/merge', { winnerId, loserId, choices }),
    undoMerge: (mergeId: string) => http.post<Profile>(`/users/merge/${at(mergeId)}/undo`),
    merges: (id: string) => http.get<{ items: Merge[] }>(`${of(id)}/merges`),
    /** For good. `name`: theirs, as whoever does it has typed it. */
    erase: (id: string, name: string) => http.post<{ erasedAt: string }>(`${of(id)}/erase`, { name }),
    privacyRequests: (cursor?: string) =>
      http.get<Page<PrivacyRequest>>('/privacy/erasure-requests', {
        query: { ...(cursor !== undefined && { cursor }) },
      }),
    refuseRequest: (id: string, reason: NonNullable<PrivacyRequest['reason']>) =>
      http.post<PrivacyRequest>(`/privacy/requests/${at(id)}/refuse`, { reason }),
    answerRequest: (id: string) => http.post<PrivacyRequest>(`/privacy/requests/${at(id)}/done`),
    referrals: (id: string) => http.get<{ code: string | null; userIds: string[] }>(`${of(id)}/referrals`),
    /** The same one again. */
    giveReferralCode: (id: string) => http.post<{ code: string }>(`${of(id)}/referral-code`),
    /** Begins; `exportLink` answers when it is there. */
    export: (id: string) => http.post<{ id: string }>(`${of(id)}/export`),
    exportLink: (id: string, exportId: string) =>
      http.post<{ url: string; expiresAt: string }>(`${of(id)}/export/${at(exportId)}/link`),
  }
}
