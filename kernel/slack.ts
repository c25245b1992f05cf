import { z } from 'zod'

/** What the staff hears of in Slack: nobody has it, a promise, a colleague who is named. */
export const SlackTrigger = z.enum(['unassigned', 'sla_warning', 'sla_breached', 'mentioned'])
export type SlackTrigger = z.infer<typeof SlackTrigger>

/** As Slack names channels (`C`), private ones of before 2020 (`G`) and direct messages (`D`). */
export const SlackChannelId = z.string().regex(/^[CGD][A-Z0-9]{2,30}$/, 'The id of a channel like C024BE91L is meant.')

/** Which channel of Slack gets what. */
export const SlackRuleFields = z.object({
  name: z.string().trim().min(1).max(80),
  on: z.array(SlackTrigger).min(1).max(SlackTrigger.options.length),
  channel: SlackChannelId,
  /** Of `unassigned`: after so many minutes in which somebody waits and nobody has it. */
  afterMinutes: z.int().min(1).max(10_080).default(10),
  /** Only conversations of these teams; all where it is empty. */
  teamIds: z.array(z.string().min(1).max(128)).max(50).default([]),
  /** Whether the name of the person may be told to Slack. What they wrote never is. */
  namesPerson: z.boolean().default(false),
})
export type SlackRuleFields = z.infer<typeof SlackRuleFields>

export const SlackRule = SlackRuleFields.extend({ id: z.string().min(1).max(128) })
export type SlackRule = z.infer<typeof SlackRule>
export const slackRulesMax = 20
