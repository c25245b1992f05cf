import { z } from 'zod'
import { type PushResult, refused, retryAfterOf } from './port.ts'

const minuteMs = 60_000
const text = z.string().catch('')
/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, in the form of google.rpc.Status. */
const Failed = z.object({
  error: z.object({
    status: text,
    message: text,
    details: z
      .array(
        z.looseObject({
          '@type': text,
          errorCode: z.string().optional().catch(undefined),
          fieldViolations: z
            .array(z.looseObject({ field: text }))
            .optional()
            .catch(undefined),
        }),
      )
      .catch([]),
  }),
})

const known: Readonly<Record<string, 'gone' | 'retry' | 'never' | 'broken'>> = {
  UNREGISTERED: 'gone',
  // The token is of an app of another Firebase project: from here it is never reached.
  SENDER_ID_MISMATCH: 'gone',
  INVALID_ARGUMENT: 'never',
  QUOTA_EXCEEDED: 'retry',
  UNAVAILABLE: 'retry',
  INTERNAL: 'retry',
  APNS_AUTH_ERROR: 'broken',
  THIRD_PARTY_AUTH_ERROR: 'broken',
  UNAUTHENTICATED: 'broken',
  PERMISSION_DENIED: 'broken',
}
/** What Google asks senders to wait at least, where it does not say itself. */
const waits: Readonly<Record<string, number>> = { QUOTA_EXCEEDED: minuteMs, UNAVAILABLE: 10_000, INTERNAL: 10_000 }

interface Answered {
  status: number
  body: string
  retryAfter: string | null
}

/** What FCM has said, whatever it has said it in: a proxy's page is one, too. */
export function fcmFailure({ status, body, retryAfter }: Answered, now: number): PushResult {
  const { code, message, isToken } = saidIn(body, status)
  if (isToken) return { outcome: 'gone', code: 'invalid_token', at: null }
  // Without details a 404 is of a token that is gone, as Google's own library reads it.
  const kind = byStatus(status)
  const action = known[code] ?? known[kind] ?? 'never'
  if (action === 'gone') return { outcome: 'gone', code: code.toLowerCase(), at: null }
  const least = waits[code] ?? waits[kind] ?? 0
  const wait = action === 'retry' ? Math.max(retryAfterOf(retryAfter, now) ?? 0, least) : null
  return refused(action, code.toLowerCase().slice(0, 64), message || `Google answered ${String(status)}.`, wait)
}

/** Which code, and whether it is about the token alone. */
function saidIn(body: string, status: number) {
  const error = Failed.safeParse(jsonIn(body)).data?.error
  if (!error) return { code: byStatus(status), message: '', isToken: false }
  const { details, message } = error
  const ofFcm = details.find((one) => one['@type'].endsWith('FcmError'))?.errorCode
  const isToken = details.some(({ fieldViolations = [] }) =>
    fieldViolations.some(({ field }) => field === 'message.token'),
  )
  return { code: ofFcm ?? (error.status || byStatus(status)), message, isToken }
}

function byStatus(status: number): string {
  if (status === 404) return 'UNREGISTERED'
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'PERMISSION_DENIED'
  if (status === 429) return 'QUOTA_EXCEEDED'
  if (status === 503) return 'UNAVAILABLE'
  return status >= 500 ? 'INTERNAL' : 'UNKNOWN'
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // Some of what stands between us and Google answers in words.
  }
}
