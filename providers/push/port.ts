// What stands between a notice and a device: one port, an adapter for each push service.

export const pushServices = ['fcm', 'apns', 'webpush'] as const
export type PushService = (typeof pushServices)[number]

/** What a device shows of something that came while its app was closed. */
export interface Notice {
  title: string
  body: string
  /** The same notice, told again, takes the place of the first. At most 64 bytes, as Apple asks. */
  tag: string
  /** Notices of one thread are shown together. */
  thread: string
  /** How many messages wait: the number on the app's icon. */
  badge: number
  /** For the app that opens it. */
  data: Readonly<Record<string, string>>
  /** After so long the service gives it up, seconds. */
  ttlSeconds: number
}

/**
 * What became of one try. `gone`: this address is nobody's any more (`at`: since when, epoch ms, where the service says
 * so). `broken`: our own keys are refused, so nothing passes until somebody mends them. `unknown`: it may be shown.
 */
export type PushResult =
  | { outcome: 'accepted' }
  | { outcome: 'gone'; code: string; at: number | null }
  | { outcome: 'refused'; action: 'retry' | 'never' | 'broken'; code: string; why: string; retryAfterMs: number | null }
  | { outcome: 'unknown'; why: string }

/** A push service with the keys of one business. */
export interface PushSender {
  /** `address`: as the service gave it to the app. Whatever happens is a result; nothing is repeated here. */
  send(address: string, notice: Notice): Promise<PushResult>
  /** Whether the service takes our keys. Nothing is sent to anybody. */
  check(): Promise<PushResult>
}

type Refused = Extract<PushResult, { outcome: 'refused' }>

export const refused = (action: Refused['action'], code: string, why: string, retryAfterMs: number | null = null) =>
  ({ outcome: 'refused', action, code, why: why.slice(0, 300), retryAfterMs }) as const satisfies Refused

const waitMaxMs = 24 * 60 * 60_000

/** `Retry-After` in seconds or as a date; null where there is none. */
export function retryAfterOf(header: string | null | undefined, now: number): number | null {
  if (header === null || header === undefined || header === '') return null
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), waitMaxMs) : null
}
