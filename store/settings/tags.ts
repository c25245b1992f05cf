import { z } from 'zod'
import { colourShape } from '../../kernel/colour.ts'
import { Label } from '../../kernel/person.ts'
import type { Home } from './resources.ts'

export const TagFields = z.object({
  label: Label,
  description: z.string().trim().max(300).default(''),
  /** By what it is told from others at a glance; null: like all the others. */
  colour: z.string().regex(colourShape, 'a colour like #2563eb').nullable().default(null),
})
export const tagsMax = 1_000

/** Labels for people and conversations alike. */
export const tags = {
  collection: 'tags',
  fields: TagFields,
  search: 'label',
  unique: ({ label }) => label,
} as const satisfies Home<typeof TagFields>
