import { z } from 'zod'
import { Filter } from '../../kernel/filter.ts'
import type { Home } from './resources.ts'

/** A question about conversations that somebody asks often. */
export const InboxViewFields = z.object({
  name: z.string().trim().min(1).max(60),
  filter: Filter,
  /** The newest first, or who waits longest. */
  order: z.enum(['latest', 'waiting']).default('latest'),
  /** Everybody sees it; otherwise who made it. */
  isShared: z.boolean().default(false),
})
export const inboxViewsMax = 500
export const inboxViews = {
  collection: 'inbox_views',
  fields: InboxViewFields,
  search: 'name',
} as const satisfies Home<typeof InboxViewFields>
