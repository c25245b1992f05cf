import { z } from 'zod'

/** What a workspace decides about its rules. Every setting has a default, so an older document is never incomplete. */
export const Settings = z.object({
  /** IANA name; wall-clock rules of the business are read in it. */
  timezone: z.string().min(1).max(64).default('UTC'),
  locale: z.string().min(2).max(16).default('en'),
  /** How long machines keep silent after a member of the staff wrote, unless the episode is resolved before. */
  pauseHours: z.number().min(0).max(720).default(24),
  /** How long events can be resumed from. */
  eventRetentionDays: z.int().min(1).max(3_650).default(90),
})
export type Settings = z.infer<typeof Settings>

export const defaultSettings: Settings = Settings.parse({})
