import { z } from 'zod'
import { Label } from '../../kernel/person.ts'
import type { Home } from './resources.ts'

export const TagFields = z.object({ label: Label, description: z.string().trim().max(300).default('') })

/** Labels for people and conversations alike. */
export const tags = {
  collection: 'tags',
  fields: TagFields,
  search: 'label',
  unique: ({ label }) => label,
} as const satisfies Home<typeof TagFields>
