import { createHmac, timingSafeEqual } from 'node:crypto'

/** A request that is older, or newer, may be somebody else's who has recorded it. */
const toleranceMs = 5 * 60_000

/** What `X-Slack-Signature` must be. `seconds`: the `X-Slack-Request-Timestamp`, as it came. */
export const signatureOf = (secret: string, seconds: string, body: Uint8Array | string) =>
  `v0=${createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest('hex')}`

interface Signed {
  header(name: string): string
  /** As it came: what is parsed and written again is signed otherwise. */
  body: Uint8Array
  /** Epoch ms. */
  now: number
}

/** Whether Slack signed this, within five minutes. https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function isFromSlack(secret: string, { header, body, now }: Signed): boolean {
  const seconds = header('x-slack-request-timestamp')
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(now - Number(seconds) * 1_000) > toleranceMs) return false
  const [shown, expected] = [header('x-slack-signature'), signatureOf(secret, seconds, body)].map((one) =>
    Buffer.from(one),
  )
  return (
    shown !== undefined &&
    expected !== undefined &&
    shown.length === expected.length &&
    timingSafeEqual(shown, expected)
  )
}
