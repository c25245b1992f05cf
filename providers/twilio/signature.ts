import { createHash } from 'node:crypto'
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js'

export type Form = Record<string, string | string[]>

/** Fields that come several times are a list, as the SDK signs them. */
export function formOf(body: string): Form {
  const form: Form = Object.create(null) as Form
  for (const [name, value] of new URLSearchParams(body)) {
    const known = form[name]
    form[name] = known === undefined ? value : [...[known].flat(), value]
  }
  return form
}

/**
 * Whether Twilio signed this request (X-Twilio-Signature): over the address that it was told, with and without its
 * port, and the fields of the form. `url` is made of what this server is called, never of a Host header. There is no
 * time in it: a replay is stopped by what it says, which is applied once.
 */
export const verifySignature = (url: string, form: Form, header: string, authToken: string) =>
  header !== '' && validateRequest(authToken, header, url, form)

/** The same where the body is no form: its SHA-256 stands in the address, which is signed. */
export function verifyBody(url: string, raw: Uint8Array, header: string, authToken: string): boolean {
  const claimed = URL.canParse(url) ? new URL(url).searchParams.get('bodySHA256') : null
  const isWhole = claimed === createHash('sha256').update(raw).digest('hex')
  return isWhole && verifySignature(url, {}, header, authToken)
}

/** What the header of this request must be. */
export const signatureOf = (url: string, form: Form, authToken: string) =>
  getExpectedTwilioSignature(authToken, url, form)
