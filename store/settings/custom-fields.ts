import { z } from 'zod'
import { FieldKey, type FieldValue } from '../../kernel/person.ts'
import { isCalendarDate } from '../../kernel/local-time.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Store } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { type Home, Resources } from './resources.ts'

export const customFieldTypes = ['text', 'number', 'date', 'choice', 'choices', 'yes_no'] as const

/** A field that a business adds to what it knows of people. */
export const CustomFieldFields = z.object({
  key: FieldKey,
  name: z.string().trim().min(1).max(80),
  description: z.string().trim().max(300).default(''),
  type: z.enum(customFieldTypes),
  options: z.array(z.string().trim().min(1).max(200)).max(100).default([]),
  /** Encrypted, and shown only to whoever may see what is sensitive. It stays what it was made. */
  isSensitive: z.boolean().default(false),
  /** Where it stands among the others. */
  order: z.int().min(0).max(10_000).default(0),
  /** Put away: it is asked for no more, and what is known by it stays. */
  isArchived: z.boolean().default(false),
})
export type CustomField = z.output<typeof CustomFieldFields>

export const customFieldsMax = 100
export const customFields = {
  collection: 'custom_fields',
  fields: CustomFieldFields,
  search: 'name',
  unique: ({ key }) => key,
} as const satisfies Home<typeof CustomFieldFields>

/** All of them, in their order. */
export async function customFieldsOf(source: { store: Store; rest: Rest }, workspaceId: string) {
  const { items } = await new Resources(source, customFields).page(workspaceId, { limit: customFieldsMax })
  return items.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
}

type Values = Record<string, FieldValue | null>

/** Which of these values rest where, if all of them can be. @throws Problem `unknown_field`, `field_archived`, `wrong_value` */
export function sorted(fields: readonly CustomField[], values: Values): { plain: Values; sensitive: Values } {
  const byKey = new Map(fields.map((field) => [field.key, field]))
  const [plain, sensitive]: [Values, Values] = [{}, {}]
  for (const [key, value] of Object.entries(values)) {
    const field = byKey.get(key)
    // What was set before its field was deleted, or put away, can still be taken away.
    if (value !== null) demandFit(field, key, value)
    if (!field || field.isSensitive) sensitive[key] = value
    if (!field || !field.isSensitive) plain[key] = value
  }
  return { plain, sensitive }
}

function demandFit(field: CustomField | undefined, key: string, value: FieldValue) {
  if (!field) throw refused('unknown_field', key, 'There is no such field here.')
  if (field.isArchived) throw refused('field_archived', key, `${field.name} was put away.`)
  const wrong = wrongWith(field, value)
  if (wrong !== undefined) throw refused('wrong_value', key, wrong)
}

function refused(code: string, key: string, message: string) {
  return invalid(code, message, [{ path: `custom.${key}`, message }])
}

type Kind = (typeof customFieldTypes)[number]
const isOption = (one: unknown, options: readonly string[]) => typeof one === 'string' && options.includes(one)

const kinds: Record<Kind, { is(value: FieldValue, options: readonly string[]): boolean; says: string }> = {
  text: { is: (value) => typeof value === 'string', says: 'a text' },
  number: { is: (value) => typeof value === 'number', says: 'a number' },
  yes_no: { is: (value) => typeof value === 'boolean', says: 'yes or no' },
  date: { is: (value) => typeof value === 'string' && isCalendarDate(value), says: 'a date: 2026-11-22' },
  choice: { is: isOption, says: 'one of what can be chosen' },
  choices: {
    is: (value, options) => Array.isArray(value) && value.every((one) => isOption(one, options)),
    says: 'some of what can be chosen',
  },
}

function wrongWith({ type, options, name }: CustomField, value: FieldValue): string | undefined {
  const { is, says } = kinds[type]
  return is(value, options) ? undefined : `${name} is ${says}.`
}
