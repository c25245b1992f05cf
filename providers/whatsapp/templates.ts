import { z } from 'zod'
import type { TemplateCategory, TemplateStatus, TemplateWords } from '../../kernel/template.ts'
import { templateCategories } from '../../kernel/template-kinds.ts'
import { isNamed } from '../../kernel/template-text.ts'
import { type ProviderError, ProviderFailure } from '../sender.ts'
import { errorOf, errorOfStatus, MetaError } from './errors.ts'
import { parsed, readAtMost } from './media.ts'
import type { WhatsAppChannel } from './port.ts'
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

const answerMax = 8_000_000
const timeoutMs = 20_000
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
const Refused = z.object({
  error: MetaError.and(
    z.object({
      error_user_title: z.string().optional().catch(undefined),
      error_user_msg: z.string().optional().catch(undefined),
    }),
  ),
})

// Meta's subcodes of 100 where templates are handed in.
const bySubcode: Readonly<Record<number, string>> = {
  2388023: 'template_name_resting',
  2388024: 'template_exists',
  2388025: 'template_name_resting',
  2388019: 'template_limit_reached',
  2388039: 'template_malformed',
  2388040: 'template_malformed',
  2388043: 'template_malformed',
  2388047: 'template_malformed',
  2388072: 'template_malformed',
  2388073: 'template_malformed',
  2388293: 'template_malformed',
  2388299: 'template_malformed',
}

function refusalOf(status: number, body: unknown): ProviderError | undefined {
  const refused = Refused.safeParse(body)
  if (!refused.success) return status >= 200 && status < 300 ? undefined : errorOfStatus(status)
  const { error } = refused.data
  const known = errorOf(error, status)
  const said = [error.error_user_title, error.error_user_msg].filter((one) => one !== undefined && one !== '')
  const code = error.error_subcode === undefined ? undefined : bySubcode[error.error_subcode]
  const title = said.length > 0 ? said.join(': ').slice(0, 500) : known.title
  return { ...known, title, ...(code !== undefined && { code, action: 'never' as const }) }
}

async function ask(channel: WhatsAppChannel, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
  const address = `${channel.baseUrl.replace(/\/+$/, '')}/${path}`
  const { status, answer } = await answered(channel, address, method, body)
  const error = refusalOf(status, answer)
  if (error !== undefined) throw new ProviderFailure(error)
  return answer
}

async function answered({ token }: WhatsAppChannel, address: string, method: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
  const signal = AbortSignal.timeout(timeoutMs)
  const asked = { method, headers, redirect: 'error' as const, signal, ...(body && { body: JSON.stringify(body) }) }
  try {
    const response = await fetch(address, asked)
    const bytes = await readAtMost(answerMax, response, () => new Error('A very long answer.'))
    return { status: response.status, answer: parsed(bytes) }
  } catch (thrown) {
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError'
    const title = isLate ? 'WhatsApp did not answer in time.' : 'WhatsApp cannot be reached.'
    throw new ProviderFailure({ code: 'provider_unreachable', providerCode: null, title, action: 'retry' })
  }
}

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

  /** One language of it. */
  async remove(channel: WhatsAppChannel, { providerId, name }: { providerId: string; name: string }): Promise<void> {
    const query = new URLSearchParams({ name, hsm_id: providerId })
    await ask(channel, 'DELETE', `${channel.businessId}/message_templates?${String(query)}`)
  },
}
export type TemplateApi = typeof cloudTemplates
