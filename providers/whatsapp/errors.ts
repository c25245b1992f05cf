import { z } from 'zod'
import type { ErrorAction, ProviderError } from '../sender.ts'

type Known = readonly [code: string, action: ErrorAction, retryAfterMs?: number]

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

// Meta, "Cloud API error codes"; the actions follow the table kept with the fixtures. Titles change, codes do not.
// Calls, groups, flows' management, usernames and migration have codes too: we make no such requests, so the HTTP
// status speaks for them.
const known: Readonly<Record<number, Known>> = {
  // The channel itself: every further message would fail alike.
  0: ['auth_failed', 'broken'],
  3: ['permission_missing', 'broken'],
  10: ['permission_missing', 'broken'],
  33: ['number_unknown', 'broken'],
  190: ['token_expired', 'broken'],
  368: ['account_blocked', 'broken'],
  131005: ['permission_missing', 'broken'],
  131031: ['account_locked', 'broken'],
  131037: ['display_name_not_approved', 'broken'],
  131042: ['payment_issue', 'broken'],
  131044: ['payment_issue', 'broken'],
  131045: ['number_not_registered', 'broken'],
  133010: ['number_not_registered', 'broken'],

  // Passing troubles.
  1: ['provider_error', 'retry'],
  2: ['provider_unavailable', 'retry'],
  4: ['rate_limited', 'retry'],
  80007: ['rate_limited', 'retry'],
  130429: ['rate_limited', 'retry'],
  131000: ['provider_error', 'retry'],
  131016: ['provider_unavailable', 'retry'],
  131053: ['media_upload_failed', 'retry'],
  // One message per 6 s to the same person, bursts aside.
  131056: ['pair_rate_limited', 'retry', 6_000],
  131057: ['account_in_maintenance', 'retry', minuteMs],
  133004: ['provider_unavailable', 'retry'],
  135000: ['provider_error', 'retry'],

  131048: ['spam_rate_limited', 'cool_off', hourMs],
  131064: ['messaging_limit_reached', 'cool_off', hourMs],
  132069: ['flow_throttled', 'cool_off', hourMs],
  133016: ['registration_limited', 'cool_off', hourMs],
  131049: ['marketing_capped', 'cool_off', dayMs],

  131047: ['window_closed', 'template_needed'],

  100: ['invalid_request', 'never'],
  130472: ['recipient_in_experiment', 'never'],
  130497: ['country_restricted', 'never'],
  131008: ['invalid_request', 'never'],
  131009: ['invalid_request', 'never'],
  131021: ['recipient_is_sender', 'never'],
  131026: ['undeliverable', 'never'],
  131030: ['recipient_not_allowed', 'never'],
  131050: ['marketing_opted_out', 'never'],
  131051: ['unsupported_type', 'never'],
  131052: ['media_download_failed', 'never'],
  131062: ['number_required', 'never'],
  131063: ['marketing_disabled', 'never'],
  132000: ['template_parameters_mismatch', 'never'],
  132001: ['template_unknown', 'never'],
  132005: ['template_too_long', 'never'],
  132007: ['template_against_policy', 'never'],
  132008: ['template_parameters_mismatch', 'never'],
  132012: ['template_parameters_mismatch', 'never'],
  132015: ['template_paused', 'never'],
  132016: ['template_disabled', 'never'],
  132068: ['flow_blocked', 'never'],
  137000: ['identity_changed', 'never'],
}

function byStatus(status: number): Known {
  if (status === 401 || status === 403) return ['permission_missing', 'broken']
  if (status === 429) return ['rate_limited', 'retry']
  if (status >= 500) return ['provider_error', 'retry']
  return ['refused', 'never']
}

// 200 to 299 are Meta's "API permission" codes, one per missing permission.
const ofCode = (code: number) =>
  known[code] ?? (code >= 200 && code <= 299 ? (['permission_missing', 'broken'] as const) : undefined)

const text = z
  .string()
  .transform((words) => words.slice(0, 1_000))
  .optional()
  .catch(undefined)

/** Meta's error object, as in an answer's `error` and in a webhook's `errors[]`. */
export const MetaError = z.object({
  code: z.union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ]),
  error_subcode: z.number().int().optional().catch(undefined),
  title: text,
  message: text,
  details: text,
  error_data: z.object({ details: text }).optional().catch(undefined),
})
export type MetaError = z.infer<typeof MetaError>

// "(#131047) Re-engagement message"; an expired token's message may quote the token.
const clean = (words: string) =>
  words
    .replace(/^\(#\d+\)\s*/, '')
    .replace(/[\w-]{40,}/g, '…')
    .trim()

function reason(error: MetaError): string {
  const title = clean(error.title ?? error.message ?? '')
  const details = clean(error.error_data?.details ?? error.details ?? '')
  const repeats = title.toLowerCase().startsWith(details.toLowerCase().replace(/\.$/, ''))
  const whole = details === '' || repeats ? title : `${title}: ${details}`
  return (whole === '' ? `Error ${error.code}` : whole).slice(0, 500)
}

/**
 * Meta's refusal in our words. Of an unknown code the HTTP status decides; a webhook has none, and a message that
 * failed for a reason that we do not know is not repeated by itself.
 */
export function errorOf(error: MetaError, status = 400, retryAfterMs?: number): ProviderError {
  // 100 with subcode 33: the object (our phone number id) does not exist, or the token may not see it.
  const meant = error.code === 100 && error.error_subcode === 33 ? 33 : error.code
  const [code, action, waitMs] = ofCode(meant) ?? byStatus(status)
  const wait = retryAfterMs ?? waitMs
  return {
    code,
    providerCode: error.code,
    title: reason(error),
    action,
    ...(wait !== undefined && (action === 'retry' || action === 'cool_off') && { retryAfterMs: wait }),
  }
}

/** A refusal that Meta did not put into its own words. */
export function errorOfStatus(status: number, retryAfterMs?: number): ProviderError {
  const [code, action] = byStatus(status)
  return {
    code,
    providerCode: null,
    title: `HTTP ${status}`,
    action,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
