import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'

/** A template that Meta has approved; `{{1}}`, `{{2}}` … in its body are the parameters. */
export interface SimulatedTemplate {
  name: string
  language: string
  body: string
  /** `authentication`: of one-time codes, with a button that copies the code. Utility unless said. */
  category?: 'authentication' | 'marketing'
  /** What stands in its places where reviewers look at it. */
  samples?: string[]
  header?: string
  footer?: string
  /** Quick replies below it, at most 10. */
  buttons?: string[]
}

/** One business number, as Meta has it. */
export interface SimulatedChannel {
  channelId: string
  phoneNumberId: string
  businessId: string
  name: string
  /** As people see it: digits, maybe with `+`. */
  phoneNumber: string
  token: string
  appSecret: string
  verifyToken: string
  /** Where its webhooks go. */
  webhookUrl: string
  templates?: SimulatedTemplate[]
}

export interface SimulatorOptions {
  channels: SimulatedChannel[]
  /** Opens the phone API. */
  phoneKey: string
  /** Where it is mounted, like `/simulator/whatsapp`; nothing when it stands alone. */
  prefix?: string
  /** A database file that outlives the process; without it, memory. */
  file?: string
  clock?: Clock
  /** The first wait before a webhook is repeated; it doubles up to a minute. */
  retryMs?: number
  webhookTimeoutMs?: number
  /** Between two ticks of one message, so that a person can see them come. */
  tickMs?: number
  /** How long a template is looked at before it is approved; ten ticks unless said. */
  reviewMs?: number
  /** How long webhooks are collected when they are to be shuffled. */
  shuffleMs?: number
  /** Seeds the shuffling. */
  seed?: number
}

/** Which channel, by either name; with one channel, neither is needed. */
export interface Where {
  channelId?: string | undefined
  phoneNumberId?: string | undefined
}

const Code = z.int().min(0).max(9_999_999)
const times = z.int().min(1).max(10_000).nullable()

/** What goes wrong on purpose at one number. `times: null` lasts until it is cleared. */
export const Faults = z.strictObject({
  refuse: z.strictObject({ code: Code, times }).nullable(),
  down: z.boolean(),
  unavailable: z.boolean(),
  latencyMs: z.int().min(0).max(60_000),
  dropAnswer: z.strictObject({ times }).nullable(),
  failLater: z.strictObject({ code: Code, times }).nullable(),
  /** Templates that are handed in: Meta's reason. */
  rejectTemplates: z.strictObject({ reason: z.string().regex(/^[A-Z_]{1,64}$/), times }).nullable(),
  webhooksTwice: z.boolean(),
  webhooksShuffled: z.int().min(0).max(20),
  webhooksPaused: z.boolean(),
})
export type Faults = z.infer<typeof Faults>

export const noFaults: Faults = {
  refuse: null,
  down: false,
  unavailable: false,
  latencyMs: 0,
  dropAnswer: null,
  failLater: null,
  rejectTemplates: null,
  webhooksTwice: false,
  webhooksShuffled: 0,
  webhooksPaused: false,
}

/** Bounds of the simulator: it is for one team's screens and tests. */
export const bounds = {
  people: 10_000,
  peopleShown: 200,
  messagesShown: 50,
  messagesKept: 1_000,
  mediaKept: 500,
  webhooksWaiting: 20_000,
  requestsLogged: 2_000,
  listeners: 50,
} as const
