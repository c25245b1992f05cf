import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

// Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

const prefix = 'whsec_'

/** A secret as receivers' libraries take it: 256 bits. */
export const newWebhookSecret = () => prefix + randomBytes(32).toString('base64')

/** The three headers that prove who sent this, and when. */
export function signatureHeaders({
  id,
  at,
  body,
  secrets,
}: {
  id: string
  at: number
  body: string
  secrets: readonly string[]
}): Record<string, string> {
  const seconds = String(Math.floor(at / 1_000))
  const sign = (secret: string) =>
    `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64')}`
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map(sign).join(' '),
  }
}

const keyOf = (secret: string) => Buffer.from(secret.replace(prefix, ''), 'base64')

/** Whether one of these secrets made the signature. How old it is, is the receiver's own question. */
export function isSignedBy(
  secrets: readonly string[],
  { headers, body }: { headers: Record<string, string>; body: string },
): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '', 'webhook-signature': said = '' } = headers
  const at = Number(seconds) * 1_000
  if (!Number.isSafeInteger(at)) return false
  const expected = signatureHeaders({ id, at, body, secrets })['webhook-signature']?.split(' ') ?? []
  return said.split(' ').some((one) => expected.some((other) => isSame(one, other)))
}

function isSame(one: string, other: string) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
