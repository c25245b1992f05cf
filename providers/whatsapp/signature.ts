import { createHmac, timingSafeEqual } from 'node:crypto'

const shape = /^sha256=([0-9a-fA-F]{64})$/

/**
 * Whether Meta signed exactly these bytes (X-Hub-Signature-256). Several secrets, because one is replaced while
 * webhooks signed with the old one are still being repeated. There is no timestamp in it: a replay is only stopped by
 * the item's event key.
 */
export function verifySignature(raw: Uint8Array, header: string | undefined, secrets: readonly string[]): boolean {
  const claimed = shape.exec(header ?? '')?.[1]
  if (claimed === undefined) return false
  const theirs = Buffer.from(claimed, 'hex')
  let valid = false
  // No early end, so that the time does not tell which secret it was.
  for (const secret of secrets) {
    if (secret === '') continue
    const ours = createHmac('sha256', secret).update(raw).digest()
    valid = timingSafeEqual(ours, theirs) || valid
  }
  return valid
}

/** What the header of these bytes must be. */
export const signatureOf = (raw: Uint8Array | string, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`
