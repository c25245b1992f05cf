import type { SmsAction, SmsError } from './port.ts'

type Known = readonly [code: string, title: string, action: SmsAction, retryAfterMs?: number]

const minuteMs = 60_000

/** By Twilio's codes: https://www.twilio.com/docs/api/errors. Those from 30000 come by the status callback only. */
const known: Readonly<Record<number, Known>> = {
  20003: ['auth_failed', 'The account or its token is wrong.', 'broken'],
  20005: ['account_inactive', 'The account is not active.', 'broken'],
  20404: ['account_unknown', 'The account is not known.', 'broken'],
  20429: ['rate_limited', 'Too many requests at once.', 'retry', 1_000],
  20500: ['provider_error', 'The provider has a fault.', 'retry'],
  20503: ['provider_unavailable', 'The provider is not available.', 'retry'],
  21201: ['number_missing', 'There is no number to call.', 'never'],
  21205: ['call_invalid', 'The provider does not understand what to do with the call.', 'never'],
  21210: ['sender_invalid', 'The number to call from is not one of the account’s.', 'broken'],
  21211: ['number_invalid', 'This number cannot be reached: it is not valid.', 'never'],
  21212: ['sender_invalid', 'The sender is not valid.', 'broken'],
  21213: ['sender_missing', 'There is no number to call from.', 'broken'],
  21214: ['unroutable', 'This number cannot be reached.', 'never'],
  21215: ['country_not_enabled', 'The account may not call this country.', 'never'],
  21216: ['number_barred', 'The account may not call this number.', 'never'],
  21217: ['number_invalid', 'This number cannot be reached: it is not valid.', 'never'],
  21220: ['call_over', 'The call is over.', 'never'],
  21266: ['sender_is_recipient', 'The sender and the recipient are the same.', 'never'],
  21408: ['country_not_enabled', 'The account may not send to this country.', 'never'],
  21601: ['sender_invalid', 'The sender cannot send texts.', 'broken'],
  21602: ['text_missing', 'There is no text.', 'never'],
  21603: ['sender_missing', 'There is no sender.', 'broken'],
  21606: ['sender_invalid', 'The sender is not one of the account’s.', 'broken'],
  21608: ['number_not_verified', 'A trial account reaches verified numbers only.', 'never'],
  21610: ['opted_out', 'This person has opted out of texts.', 'never'],
  21611: ['queue_full', 'Too many texts of this sender wait.', 'retry', minuteMs],
  21612: ['unroutable', 'This number cannot be reached from the sender.', 'never'],
  21614: ['not_a_mobile', 'This number takes no texts.', 'never'],
  21617: ['text_too_long', 'The text is too long.', 'never'],
  21660: ['sender_invalid', 'The sender is not one of the account’s.', 'broken'],
  21703: ['sender_missing', 'The messaging service has no number.', 'broken'],
  21620: ['media_invalid', 'The provider could not fetch the file.', 'never'],
  21623: ['too_many_files', 'A text carries ten files at most.', 'never'],
  30001: ['queue_full', 'Too many texts wait.', 'retry', minuteMs],
  30002: ['account_suspended', 'The account is suspended.', 'broken'],
  30003: ['unreachable', 'The phone is off or out of reach.', 'never'],
  30004: ['blocked', 'The number or its carrier blocks the text.', 'never'],
  30005: ['number_unknown', 'Nobody has this number.', 'never'],
  30006: ['not_a_mobile', 'This number takes no texts.', 'never'],
  30007: ['filtered', 'The carrier took the text for spam.', 'never'],
  30008: ['undelivered', 'The carrier did not say why.', 'never'],
  30034: ['sender_not_registered', 'The sender is not registered for this country.', 'broken'],
  30036: ['too_late', 'It could not be delivered in time.', 'never'],
  30019: ['media_too_large', 'The carrier takes no file of this size.', 'never'],
  30450: ['country_blocked', 'The provider suspects fraud with texts to this range.', 'never'],
  63016: ['wa_window_closed', 'WhatsApp takes free text only within 24 hours of the last message.', 'never'],
}

const retryAfterMaxMs = 24 * 60 * minuteMs

/** Twilio's own refusal. A code that is not in the table is judged by its HTTP status. */
export function errorOf(providerCode: number, status: number, retryAfterMs: number | null = null): SmsError {
  const [code, title, action, waitMs = null] = known[providerCode] ?? byStatus(status)
  const wait = retryAfterMs ?? waitMs
  return { code, title, action, providerCode, retryAfterMs: wait === null ? null : Math.min(wait, retryAfterMaxMs) }
}

/** A refusal in nobody's words: a proxy's page, say. */
export function errorOfStatus(status: number, retryAfterMs: number | null = null): SmsError {
  const [code, title, action, waitMs = null] = byStatus(status)
  return { code, title, action, providerCode: null, retryAfterMs: retryAfterMs ?? waitMs }
}

export const unreached = (why: string): SmsError => ({
  code: 'provider_unreachable',
  providerCode: null,
  title: `Twilio cannot be reached (${why}).`,
  action: 'retry',
  retryAfterMs: null,
})

function byStatus(status: number): Known {
  if (status === 401 || status === 403) return ['auth_failed', 'The account or its token is wrong.', 'broken']
  if (status === 429) return ['rate_limited', 'Too many requests at once.', 'retry', 1_000]
  if (status >= 500) return ['provider_error', 'The provider has a fault.', 'retry']
  return ['refused', `The provider refused it (${status}).`, 'never']
}
