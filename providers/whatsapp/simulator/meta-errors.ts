/** Meta's title and HTTP status of a code, as its error table has them. */
const table: Readonly<Record<number, readonly [status: number, title: string]>> = {
  0: [401, 'AuthException'],
  4: [400, 'API Too Many Calls'],
  10: [403, 'Permission Denied'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Access token has expired'],
  368: [403, 'Temporarily blocked for policies violations'],
  80007: [400, 'Rate limit issues'],
  130429: [400, 'Rate limit hit'],
  130472: [400, "User's number is part of an experiment"],
  131000: [500, 'Something went wrong'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [503, 'Service unavailable'],
  131021: [400, 'Recipient cannot be sender'],
  131026: [400, 'Message undeliverable'],
  131031: [403, 'Account has been locked'],
  131042: [400, 'Business eligibility payment issue'],
  131047: [400, 'Re-engagement message'],
  131048: [400, 'Spam rate limit hit'],
  131049: [400, 'This message was not delivered to maintain healthy ecosystem engagement'],
  131050: [400, 'User has stopped marketing messages from your business'],
  131051: [400, 'Unsupported message type'],
  131052: [400, 'Media download error'],
  131053: [400, 'Media upload error'],
  131056: [400, '(Business Account, Consumer Account) pair rate limit hit'],
  131057: [500, 'Account in maintenance mode'],
  132000: [400, 'Template Param Count Mismatch'],
  132001: [404, 'Template does not exist'],
  132012: [400, 'Template Parameter Format Mismatch'],
  132015: [400, 'Template is Paused'],
  132016: [400, 'Template is Disabled'],
  133004: [503, 'Server Temporarily Unavailable'],
  133010: [400, 'Phone number Not Registered'],
}

export const titleOf = (code: number) => table[code]?.[1] ?? 'Unknown error'

/** A refusal as Meta words it. */
export class Refusal extends Error {
  readonly code: number
  readonly status: number
  readonly body: unknown

  /** `said`: what Meta tells people, where it does. */
  constructor(code: number, details: string, subcode?: number, said?: { title: string; message: string }) {
    super(`(#${code}) ${titleOf(code)}`)
    this.code = code
    this.status = table[code]?.[0] ?? 400
    this.body = {
      error: {
        message: this.message,
        type: 'OAuthException',
        code,
        ...(subcode !== undefined && { error_subcode: subcode }),
        ...(said && { is_transient: false, error_user_title: said.title, error_user_msg: said.message }),
        error_data: { messaging_product: 'whatsapp', details },
        fbtrace_id: 'ASimulatedTraceOfCareline',
      },
    }
  }
}

/** The same in a status webhook's `errors`. */
export const webhookError = (code: number, details = `${titleOf(code)}.`) => ({
  code,
  title: titleOf(code),
  message: titleOf(code),
  error_data: { details },
  href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
})
