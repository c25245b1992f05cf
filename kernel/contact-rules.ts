import { z } from 'zod'

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 21:00')

/** What a workspace decides about when and how often it writes to people of its own accord. */
export const ContactRules = z.object({
  /** By the person's own clock; nothing is quiet where both are the same. US law asks for 21:00 to 08:00 (TCPA). */
  quietFrom: Time.default('21:00'),
  quietTo: Time.default('08:00'),
  /** What waits for their end. What somebody asked for (a code, a receipt) does not. */
  quietFor: z
    .array(z.enum(['transactional', 'operational', 'marketing']))
    .max(3)
    .default(['operational', 'marketing']),
  /** So many messages of marketing to one person at most, on all channels together; none with 0. */
  marketingMax: z.int().min(0).max(100).default(3),
  /** In so many days. */
  marketingDays: z.int().min(1).max(90).default(7),
  /** What a STOP ends: what comes on its channel, or marketing everywhere as well. */
  stopEnds: z.enum(['channel', 'marketing']).default('marketing'),
  /** A machine answers the mails of one person once in so many hours: two that answer one another never end. 0: always. */
  mailAnswerHours: z.int().min(0).max(720).default(24),
  /** What is said to HELP beside how to stop: who we are, and how to reach a person. */
  help: z.string().trim().max(320).default(''),
})
export type ContactRules = z.infer<typeof ContactRules>
