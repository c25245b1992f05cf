import { z } from 'zod'
import { Priority } from '../../actors/conversation/contract/header.ts'
import { outgoingTextMax } from '../../kernel/content.ts'
import { Label } from '../../kernel/person.ts'
import { Locale } from '../../kernel/settings.ts'
import type { Home } from './resources.ts'

const id = z.string().min(1).max(128)
const name = z.string().trim().min(1).max(80)
const text = z.string().trim().min(1).max(outgoingTextMax)

/** A text that is written once and used often, by `/shortcut`. */
export const CannedFields = z.object({
  shortcut: z.string().regex(/^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}_-]{0,39}$/u, 'small letters, digits, - and _'),
  name,
  /** One for each language; whoever is written to gets theirs, and the first where there is none. */
  texts: z
    .array(z.object({ locale: Locale, text }))
    .min(1)
    .max(20)
    .refine((texts) => new Set(texts.map(({ locale }) => locale.toLowerCase())).size === texts.length, 'One each.'),
  /** For this team; null: for everybody. */
  teamId: id.nullable().default(null),
})
export type Canned = z.output<typeof CannedFields>
export const cannedMax = 1_000
export const cannedResponses = {
  collection: 'canned_responses',
  fields: CannedFields,
  search: 'name',
  unique: ({ shortcut }) => shortcut,
} as const satisfies Home<typeof CannedFields>

const labels = z.array(Label).min(1).max(20)
const snoozeMinutesMax = 366 * 24 * 60

/** One thing that is done with a conversation. */
export const Deed = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('reply'), cannedId: id }),
  z.strictObject({ do: z.literal('note'), text: z.string().trim().min(1).max(outgoingTextMax) }),
  /** `me` is whoever does it; null: nobody. */
  z.strictObject({ do: z.literal('assign'), to: z.union([z.literal('me'), id]).nullable() }),
  z.strictObject({ do: z.literal('team'), teamId: id.nullable() }),
  z.strictObject({ do: z.literal('status'), status: z.enum(['open', 'pending', 'resolved']) }),
  z.strictObject({ do: z.literal('snooze'), minutes: z.int().min(1).max(snoozeMinutesMax) }),
  z.strictObject({ do: z.literal('priority'), priority: Priority }),
  z.strictObject({ do: z.literal('tag'), tags: labels }),
  z.strictObject({ do: z.literal('untag'), tags: labels }),
])
export type Deed = z.infer<typeof Deed>
export const deedsMax = 12
export const Deeds = z.array(Deed).min(1).max(deedsMax)

/** Several things that are done at once, in their order. */
export const MacroFields = z.object({
  name,
  deeds: Deeds,
  teamId: id.nullable().default(null),
})
export const macrosMax = 200
export const macros = {
  collection: 'macros',
  fields: MacroFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof MacroFields>
