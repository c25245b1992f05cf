import { isSignedBy } from '../webhooks/signature.ts'

const toleranceMs = 5 * 60_000

/**
 * Whether Resend signed this: Svix, which is Standard Webhooks with other names of the headers (both are taken), over
 * the bytes as they came, not older or newer than five minutes. https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function isFromResend(
  secrets: readonly string[],
  { header, body, now }: { header(name: string): string; body: Buffer; now: number },
): boolean {
  const of = (name: string) => header(`svix-${name}`) || header(`webhook-${name}`)
  const at = Number(of('timestamp')) * 1_000
  if (!(Math.abs(now - at) <= toleranceMs)) return false
  const headers = { 'webhook-id': of('id'), 'webhook-timestamp': of('timestamp'), 'webhook-signature': of('signature') }
  return isSignedBy(secrets, { headers, body: body.toString('utf8') })
}
