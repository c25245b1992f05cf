import { z } from 'zod'
import { type ChannelAccount, type ProviderError, ProviderFailure } from '../sender.ts'
import { grantError, tokenUrlOf } from './grant.ts'

const timeoutMs = 15_000

/** To read and watch a mailbox, and to send from it. https://developers.google.com/workspace/gmail/api/auth/scopes */
export const mailScopes = [
  'https://www.googleapis.com/auth/gmail.readonly',
  'https://www.googleapis.com/auth/gmail.send',
] as const
/** Whoever gave this gave all of them. */
const wholeScope = 'https://mail.google.com/'

interface Asked {
  redirectUri: string
  state: string
  /** SHA-256 of the verifier, base64url (RFC 7636). */
  challenge: string
}

/** Where the owner of a mailbox is asked. With `offline` and `consent` Google gives what is good when they are gone. */
export function consentUrl(account: ChannelAccount, { redirectUri, state, challenge }: Asked): string {
  const { baseUrl, fields } = account
  const url = new URL(baseUrl ? `${baseUrl}/auth` : 'https://accounts.google.com/o/oauth2/v2/auth')
  url.search = new URLSearchParams({
    ...{ client_id: fields['clientId'] ?? '', redirect_uri: redirectUri, response_type: 'code' },
    ...{ scope: mailScopes.join(' '), access_type: 'offline', prompt: 'consent', state },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', login_hint: fields['mailbox'] ?? '' },
  }).toString()
  return url.href
}

const Granted = z.object({
  access_token: z.string().min(1).max(4_096),
  refresh_token: z.string().min(1).max(2_048).optional(),
  scope: z.string().max(4_096).default(''),
})
const Profile = z.object({ emailAddress: z.string().max(320) })

/** What the owner gave. */
export interface Grant {
  accessToken: string
  /** Undefined where Google gave none that lasts. */
  refreshToken: string | undefined
  /** Whether they let us read, and send. */
  isWhole: boolean
}

/** For the code that Google gave the browser, once. @throws ProviderFailure */
export async function grantOf(
  account: ChannelAccount,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): Promise<Grant> {
  const { fields, secrets } = account
  const form = {
    ...{ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri },
    ...{ client_id: fields['clientId'] ?? '', client_secret: secrets['clientSecret'] ?? '' },
  }
  const { status, ok, said } = await posted(tokenUrlOf(account), form)
  if (!ok) throw new ProviderFailure(grantError(status, said), 'Google')
  const read = Granted.safeParse(said)
  if (!read.success) throw new ProviderFailure(unreadable, 'Google')
  const given = read.data.scope.split(' ')
  return {
    accessToken: read.data.access_token,
    refreshToken: read.data.refresh_token,
    isWhole: given.includes(wholeScope) || mailScopes.every((scope) => given.includes(scope)),
  }
}

/** Whose mailbox it is. @throws ProviderFailure */
export async function mailboxOf({ baseUrl }: ChannelAccount, accessToken: string): Promise<string> {
  const answer = await fetch(`${baseUrl || 'https://gmail.googleapis.com'}/gmail/v1/users/me/profile`, {
    headers: { authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  })
  const read = Profile.safeParse(await answer.json().catch(() => undefined))
  if (!answer.ok || !read.success) throw new ProviderFailure(unreadable, 'Gmail')
  return read.data.emailAddress.toLowerCase()
}

/** Takes back what was given; what Google does not know any more is taken back already. @throws ProviderFailure */
export async function revoke({ baseUrl }: ChannelAccount, token: string): Promise<void> {
  const url = baseUrl ? `${baseUrl}/revoke` : 'https://oauth2.googleapis.com/revoke'
  const { ok, status } = await posted(url, { token })
  // RFC 7009, 2.2: an invalid token is none to be taken back. Google says 400.
  if (!ok && status !== 400) throw new ProviderFailure(unreadable, 'Google')
}

const unreadable: ProviderError = {
  ...{ code: 'provider_unreachable', providerCode: null, action: 'retry' },
  title: 'Google did not answer as it should: please try again shortly.',
}

async function posted(url: string, form: Record<string, string>) {
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', body: new URLSearchParams(form), redirect: 'error' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    const said: unknown = await answer.json().catch(() => undefined)
    return { ok: answer.ok, status: answer.status, said }
  } catch {
    throw new ProviderFailure(unreadable, 'Google') // The way there; nothing of it is ours to mend.
  }
}
