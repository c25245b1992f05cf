import { z } from 'zod'
import { templateCategories } from '../../kernel/template-kinds.ts'
import type { TemplateNews } from '../received.ts'
import { wordsOf } from './template-shape.ts'

// Meta, webhooks about templates: `message_template_status_update`, `message_template_quality_update`,
// `template_category_update`, `message_template_components_update`.

const Id = z.union([z.string().min(1).max(64), z.number().transform(String)])
const words = (max: number) =>
  z
    .string()
    .transform((text) => text.slice(0, max))
    .optional()
    .catch(undefined)
const Said = z.object({
  reason: words(1_000),
  recommendation: words(2_000),
  title: words(200),
  description: words(1_000),
})
const said = Said.optional().catch(undefined)
const Category = z
  .string()
  .transform((one) => one.toLowerCase())
  .pipe(z.enum(templateCategories))
  .optional()
  .catch(undefined)
const Value = z.object({
  message_template_id: Id,
  message_template_name: z.string().min(1).max(512),
  message_template_language: z.string().min(2).max(16),
  event: z.string().max(64).optional(),
  reason: words(1_000),
  rejection_info: said,
  other_info: said,
  new_quality_score: z.string().max(32).optional().catch(undefined),
  new_category: Category,
  message_template_category: Category,
  message_template_element: words(4_096),
  message_template_title: words(200),
  message_template_footer: words(200),
  message_template_buttons: z.array(z.unknown()).max(20).optional().catch(undefined),
})
type Value = z.output<typeof Value>

const fields = [
  'message_template_status_update',
  'message_template_quality_update',
  'template_category_update',
  'message_template_components_update',
]

/** Undefined where this is about something else, or says nothing that can be read. */
export function templateNews(field: string, value: unknown): TemplateNews | undefined {
  const read = fields.includes(field) ? Value.safeParse(value) : undefined
  if (!read?.success) return undefined
  const {
    message_template_id: providerId,
    message_template_name: name,
    message_template_language: language,
  } = read.data
  return { providerId, name, language, ...newsOf(field, read.data) }
}

function newsOf(field: string, value: Value): Partial<TemplateNews> {
  switch (field) {
    case 'message_template_quality_update':
      return value.new_quality_score === undefined ? {} : { quality: value.new_quality_score }
    case 'template_category_update':
      // With `correct_category` alone it is announced for later, and not so yet.
      return value.new_category === undefined ? {} : { category: value.new_category }
    case 'message_template_components_update':
      return changedWords(value)
    default:
      return statusNews(value)
  }
}

function statusNews({ event, reason, rejection_info, other_info, message_template_category: category }: Value) {
  if (event === undefined) return {}
  const cause = rejection_info?.reason ?? other_info?.description ?? (reason === 'NONE' ? undefined : reason)
  const why = cause === undefined ? null : cause.slice(0, 1_000)
  const advice = rejection_info?.recommendation ?? null
  return { providerStatus: event, rejectReason: why, advice, ...(category && { category }) }
}

/** Buttons are told in another form than they are read. */
const MetaButton = z.object({
  message_template_button_type: z.string().max(64),
  message_template_button_text: words(200),
  message_template_button_url: words(2_000),
  message_template_button_phone_number: words(32),
})

function changedWords(value: Value): Partial<TemplateNews> {
  const { message_template_element: body, message_template_title: title, message_template_footer: footer } = value
  const buttons = (value.message_template_buttons ?? []).flatMap((one) => {
    const read = MetaButton.safeParse(one)
    if (!read.success) return [{ type: 'UNKNOWN' }]
    const { message_template_button_type: type, message_template_button_text: text } = read.data
    const { message_template_button_url: url, message_template_button_phone_number: phone_number } = read.data
    return [{ type, text, url, phone_number }]
  })
  return wordsOf([
    ...(title === undefined ? [] : [{ type: 'HEADER', format: 'TEXT', text: title }]),
    { type: 'BODY', text: body ?? '' },
    ...(footer === undefined ? [] : [{ type: 'FOOTER', text: footer }]),
    ...(buttons.length > 0 ? [{ type: 'BUTTONS', buttons }] : []),
  ])
}
