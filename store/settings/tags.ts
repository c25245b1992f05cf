import { z } from 'zod'
import { colourShape } from '../../kernel/colour.ts'
import { Label } from '../../kernel/person.ts'
import type { Store } from '../connection.ts'
import { type Home, latestFirst } from './resources.ts'

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

/** All tags that have a colour. */
export async function tagColours(store: Store, workspaceId: string): Promise<{ label: string; colour: string }[]> {
  const options = { projection: { label: 1, colour: 1 }, sort: latestFirst, limit: tagsMax } as const
  const found = await store.of(workspaceId).find('tags', { colour: { $type: 'string' } }, options)
  return found.map(({ label, colour }) => ({ label: label as string, colour: colour as string }))
}
