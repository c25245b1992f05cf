import type { OAuth2Client } from 'google-auth-library'
import { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'

const Push = z.object({
  message: z.object({ data: z.string().max(10_000), messageId: z.string().min(1).max(200) }),
  subscription: z.string().max(500),
})
const About = z.object({
  emailAddress: z.string().max(320),
  historyId: z.union([z.string().max(20), z.number()]).transform(String),
})

export interface GmailPush {
  /** Of Pub/Sub: the same for every try. */
  messageId: string
  mailbox: string
  /** A hint: pushes come late and in any order. */
  historyId: string
}

/** @throws Problem `not_a_push` */
export function pushOf(body: unknown): GmailPush {
  const push = Push.safeParse(body)
  const about = push.success ? About.safeParse(jsonIn(push.data.message.data)) : undefined
  if (!push.success || !about?.success) throw new Problem('malformed', 'not_a_push', 'This is no push of Gmail.')
  const { emailAddress, historyId } = about.data
  return { messageId: push.data.message.messageId, mailbox: emailAddress.toLowerCase(), historyId }
}

function jsonIn(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64url').toString('utf8'))
  } catch {
    return undefined // No JSON is no push.
  }
}

interface Expected {
  /** The addresses that the subscription may push to: its token is for one of them. */
  audiences: readonly string[]
  /** The service account that the subscription signs as. */
  email: string
  /** Where Google's certificates are; elsewhere in tests. */
  certsUrl?: string | undefined
}

const clients = new Map<string, OAuth2Client>()

/** Keeps the certificates for as long as Google says. Its library is read when the first push comes. */
async function clientFor(certsUrl: string): Promise<OAuth2Client> {
  const { OAuth2Client } = await import('google-auth-library')
  const known = clients.get(certsUrl)
  const client =
    known ?? new OAuth2Client(certsUrl === '' ? {} : { endpoints: { oauth2FederatedSignonPemCertsUrl: certsUrl } })
  if (!known && clients.size < 100) clients.set(certsUrl, client)
  return client
}

/** Whether Google signed this push for us, as that service account: issuer, audience, time and certificate. */
export async function isFromGoogle(
  authorization: string,
  { audiences, email, certsUrl = '' }: Expected,
): Promise<boolean> {
  const idToken = /^Bearer (\S{20,8192})$/.exec(authorization)?.[1]
  if (idToken === undefined) return false
  const client = await clientFor(certsUrl)
  try {
    const ticket = await client.verifyIdToken({ idToken, audience: [...audiences] })
    const payload = ticket.getPayload()
    return payload?.email === email && payload.email_verified === true
  } catch {
    return false // A token that cannot be proved is none.
  }
}
