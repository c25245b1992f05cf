import { z } from 'zod'
import { bodyMax, fileFormats, templateCategories, templateStatuses } from './template-kinds.ts'

// A message template of WhatsApp: words with places to fill, that Meta has to approve before they may be sent.
// Meta, "Message templates" and "Template components"; lengths and counts are theirs.

export const TemplateCategory = z.enum(templateCategories)
export type TemplateCategory = z.infer<typeof TemplateCategory>

export const TemplateStatus = z.enum(templateStatuses)
export type TemplateStatus = z.infer<typeof TemplateStatus>

/** The file that its reviewers are shown, and that is offered to whoever sends it. */
const Sample = z.object({
  fileId: z.string().max(128),
  mime: z.string().max(128),
  fileName: z.string().max(255).optional(),
  sizeBytes: z.int().nonnegative().optional(),
})
export type TemplateSample = z.output<typeof Sample>

const Header = z.discriminatedUnion('format', [
  z.object({ format: z.literal('text'), text: z.string().max(60) }),
  /** `handle`: the provider's name of the file that shows its reviewers what is meant; `file`: the same, kept here. */
  z.object({ format: z.enum(fileFormats), handle: z.string().max(4_000), file: Sample.optional() }),
  z.object({ format: z.enum(['location', 'product']) }),
])

const label = z.string().max(25)
const Button = z.discriminatedUnion('type', [
  z.object({ type: z.literal('quick_reply'), text: label }),
  /** One place may stand at the end of the address. */
  z.object({ type: z.literal('url'), text: label, url: z.string().max(2_000) }),
  z.object({ type: z.literal('phone'), text: label, phone: z.string().max(20) }),
  /** Copies a coupon. */
  z.object({ type: z.literal('copy_code') }),
  /** Of an authentication template; `text` may be left to Meta. */
  z.object({ type: z.literal('otp'), how: z.enum(['copy_code', 'one_tap', 'zero_tap']), text: label }),
  z.object({ type: z.enum(['catalog', 'product', 'products', 'voice_call']), text: label }),
])
export type TemplateButton = z.infer<typeof Button>

export const placesMax = 80

/** What stands in a place: `body:1`, `header:name`, `button:0`. */
const Slot = z.string().regex(/^(header|body|button):[a-z0-9_]{1,64}$/)

export const TemplateWords = z.object({
  header: Header.nullable().default(null),
  /** Empty where Meta has the words ready: in an authentication template. */
  body: z.string().max(bodyMax).default(''),
  footer: z.string().max(60).default(''),
  buttons: z.array(Button).max(10).default([]),
  /** Of an authentication template: "do not share this code", and how long the code holds, in minutes. */
  warns: z.boolean().default(false),
  expiresMinutes: z.int().min(1).max(90).nullable().default(null),
  /** For how long Meta tries to deliver it, seconds; null: as long as it does. */
  ttlSeconds: z.int().min(30).max(2_592_000).nullable().default(null),
  /** Of each place: what reviewers are shown, and what is put there by itself, `{{person.firstName|there}}` say. */
  places: z
    .array(z.object({ slot: Slot, sample: z.string().max(2_000), fill: z.string().max(1_024).default('') }))
    .max(placesMax)
    .default([]),
})
export type TemplateWords = z.output<typeof TemplateWords>
