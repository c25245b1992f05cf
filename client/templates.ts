import type { TemplateCategory, TemplateStatus, TemplateWords } from '../kernel/template.ts'
import type { Shown } from '../kernel/template-text.ts'
import type { Http, Page } from './http.ts'

/** Words that WhatsApp must approve before they are sent. */
export interface MessageTemplate {
  id: string
  rev: number
  channelId: string
  accountId: string
  name: string
  language: string
  category: TemplateCategory
  words: TemplateWords
  version: number
  status: TemplateStatus
  providerId: string | null
  providerStatus: string | null
  rejectReason: string | null
  advice: string | null
  quality: string | null
  isForeign: boolean
  submittedAt: string | null
  lastSyncedAt: string | null
  createdAt: string
  updatedAt: string
}
export type TemplateDraft = Pick<MessageTemplate, 'channelId' | 'name' | 'language' | 'category' | 'words'>

/** One that can go to a person now, filled in as far as it is known. */
export interface FittingTemplate extends Pick<MessageTemplate, 'id' | 'name' | 'language' | 'category' | 'words'> {
  places: { slot: string; value: string }[]
  shown: Shown
}
export interface Synced {
  made: number
  changed: number
  gone: number
  same: number
}

const at = encodeURIComponent
const seen = (rev: number) => ({ headers: { 'if-match': String(rev) } })

/** Templates of WhatsApp. */
export const templatesOf = (http: Http) => ({
  list: (asked: { channelId?: string; status?: TemplateStatus; q?: string; cursor?: string; limit?: number } = {}) =>
    http.get<Page<MessageTemplate>>('/message-templates', { query: { ...asked } }),
  make: (draft: TemplateDraft) => http.post<MessageTemplate>('/message-templates', draft),
  /** Of one that is approved a later version is begun, and answered. */
  change: (
    { id, rev }: Pick<MessageTemplate, 'id' | 'rev'>,
    change: Partial<Pick<TemplateDraft, 'category' | 'words'>>,
  ) => http.patch<MessageTemplate>(`/message-templates/${at(id)}`, change, seen(rev)),
  remove: ({ id, rev }: Pick<MessageTemplate, 'id' | 'rev'>) => http.delete(`/message-templates/${at(id)}`, seen(rev)),
  submit: (id: string) => http.post<MessageTemplate>(`/message-templates/${at(id)}/submit`),
  sync: (channelId?: string) =>
    http.post<Synced>('/message-templates/sync', channelId === undefined ? {} : { channelId }),
  preview: (id: string, values: { slot: string; value: string }[] = []) =>
    http.post<Shown>(`/message-templates/${at(id)}/preview`, { values }),
  /** Those that can go to the person of this conversation now, the most fitting first. */
  fitting: (conversationId: string, channelId?: string) =>
    http.get<{ channelId: string; items: FittingTemplate[] }>(`/conversations/${at(conversationId)}/templates`, {
      query: { ...(channelId !== undefined && { channelId }) },
    }),
})
