import { z } from 'zod'
import type { TemplateCategory, TemplateStatus, TemplateWords } from '../../kernel/template.ts'
import { templateCategories } from '../../kernel/template-kinds.ts'
import { isNamed } from '../../kernel/template-text.ts'
import { type MediaFile, ProviderFailure } from '../sender.ts'
import { ask } from './ask.ts'
import { errorOfStatus } from './errors.ts'
import type { WhatsAppChannel } from './port.ts'
import { uploadSample } from './sample.ts'
import { componentsOf, wordsOf } from './template-shape.ts'

// Meta, "Message templates" of a WhatsApp business account: list, create, edit, delete.

/** A template as the provider has it. */
export interface HeldTemplate {
  providerId: string
  name: string
  language: string
  category: TemplateCategory
  providerStatus: string
  rejectReason: string | null
  quality: string | null
  words: TemplateWords
  isForeign: boolean
}
export interface NewTemplate {
  name: string
  language: string
  category: TemplateCategory
  words: TemplateWords
}
export type HandedIn = Pick<HeldTemplate, 'providerId' | 'providerStatus' | 'category'>

const pagesMax = 40
const fields =
  'id,name,status,category,language,components,quality_score,rejected_reason,parameter_format,message_send_ttl_seconds'

/** What a status of Meta's means for whoever wants to send; `undefined`: it says nothing of that. */
export function statusOf(providerStatus: string): TemplateStatus | undefined {
  return statuses[providerStatus.toUpperCase()]
}
const statuses: Readonly<Record<string, TemplateStatus>> = {
  APPROVED: 'approved',
  REINSTATED: 'approved',
  UNPAUSED: 'approved',
  // It may be paused before long, and goes until then.
  FLAGGED: 'approved',
  PENDING: 'submitted',
  IN_APPEAL: 'submitted',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  LOCKED: 'paused',
  LIMIT_EXCEEDED: 'paused',
  DISABLED: 'disabled',
  ARCHIVED: 'disabled',
}
/** Meta has it no more, or soon will not. */
export const isGone = (providerStatus: string) => ['DELETED', 'PENDING_DELETION'].includes(providerStatus.toUpperCase())

const Id = z.union([z.string().min(1).max(64), z.number().transform(String)])
const Category = z
  .string()
  .transform((one) => one.toLowerCase())
  .pipe(z.enum(templateCategories))
  .catch('marketing')
const Held = z.object({
  id: Id,
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(16),
  status: z.string().max(64),
  category: Category,
  components: z.unknown().optional(),
  rejected_reason: z.string().max(1_000).optional().catch(undefined),
  quality_score: z
    .object({ score: z.string().max(32) })
    .optional()
    .catch(undefined),
  message_send_ttl_seconds: z.unknown().optional(),
})
const Paged = z.object({
  data: z.array(z.unknown()).max(1_000),
  paging: z
    .object({ cursors: z.object({ after: z.string().max(2_000) }).partial(), next: z.string().max(8_000).optional() })
    .partial()
    .optional()
    .catch(undefined),
})
const Created = z.object({ id: Id, status: z.string().max(64).default('PENDING'), category: Category.optional() })
const strange = () => new ProviderFailure({ ...errorOfStatus(500), title: 'WhatsApp answered something else.' })

function heldOf(value: unknown): HeldTemplate | undefined {
  const read = Held.safeParse(value)
  if (!read.success) return undefined
  const { id, name, language, category, status, components, rejected_reason, quality_score } = read.data
  return {
    ...{ providerId: id, name, language, category, providerStatus: status },
    rejectReason: rejected_reason === undefined || rejected_reason === 'NONE' ? null : rejected_reason,
    quality: quality_score?.score ?? null,
    ...wordsOf(components, read.data.message_send_ttl_seconds),
  }
}

/** Holds no state: everything about an account comes with each call. Each throws `ProviderFailure`. */
export const cloudTemplates = {
  /** All of the account, or those of one name. */
  async list(channel: WhatsAppChannel, name?: string): Promise<HeldTemplate[]> {
    const all: HeldTemplate[] = []
    let after: string | undefined
    for (let page = 0; page < pagesMax; page++) {
      const query = new URLSearchParams({ fields, limit: '100', ...(name && { name }), ...(after && { after }) })
      const answer = await ask(channel, 'GET', `${channel.businessId}/message_templates?${String(query)}`)
      const read = Paged.safeParse(answer)
      if (!read.success) throw strange()
      all.push(...read.data.data.flatMap((one) => heldOf(one) ?? []))
      const { paging } = read.data
      after = paging?.next === undefined ? undefined : paging.cursors?.after
      if (after === undefined) break
    }
    return name === undefined ? all : all.filter((one) => one.name === name)
  },

  async create(channel: WhatsAppChannel, template: NewTemplate): Promise<HandedIn> {
    const { name, language, category, words } = template
    const body = {
      ...{ name, language, category: category.toUpperCase() },
      ...(category !== 'authentication' && { parameter_format: isNamed(words) ? 'NAMED' : 'POSITIONAL' }),
      ...(words.ttlSeconds !== null && { message_send_ttl_seconds: words.ttlSeconds }),
      components: componentsOf(words, category),
    }
    const read = Created.safeParse(await ask(channel, 'POST', `${channel.businessId}/message_templates`, body))
    if (!read.success) throw strange()
    const { id, status, category: given } = read.data
    return { providerId: id, providerStatus: status, category: given ?? category }
  },

  /** Its words anew: Meta looks at it again, and nothing of it goes until it has. */
  async edit(channel: WhatsAppChannel, providerId: string, { category, words }: NewTemplate): Promise<HandedIn> {
    await ask(channel, 'POST', providerId, {
      category: category.toUpperCase(),
      components: componentsOf(words, category),
    })
    return { providerId, providerStatus: 'PENDING', category }
  },

  /** The file that reviewers are shown: Meta's name of it, for the next minutes. */
  sample: (channel: WhatsAppChannel, file: MediaFile): Promise<string> => uploadSample(channel, file),

  /** One language of it. */
  async remove(channel: WhatsAppChannel, { providerId, name }: { providerId: string; name: string }): Promise<void> {
    const query = new URLSearchParams({ name, hsm_id: providerId })
    await ask(channel, 'DELETE', `${channel.businessId}/message_templates?${String(query)}`)
  },
}
export type TemplateApi = typeof cloudTemplates
