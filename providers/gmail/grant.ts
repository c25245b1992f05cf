import { z } from 'zod'
import type { ChannelAccount, ProviderError } from '../sender.ts'

export const tokenUrlOf = ({ baseUrl }: Pick<ChannelAccount, 'baseUrl'>) =>
  baseUrl ? `${baseUrl}/token` : 'https://oauth2.googleapis.com/token'

const grantTitles: Readonly<Record<string, string>> = {
  /** The owner took the permission back, or changed the password. */
  invalid_grant: 'Google does not know this permission any more: connect the mailbox again.',
  invalid_client: 'Google does not know this client ID, or its secret.',
  unauthorized_client: 'Google does not let this client ask for mails.',
  redirect_uri_mismatch: 'Google does not know the address to come back to: enter it at the client, in Google Cloud.',
}
const Ungranted = z.object({ error: z.string().max(200) })

/** RFC 6749, 5.2. Whatever else Google says may be otherwise in a while. */
export function grantError(status: number, said: unknown): ProviderError {
  const code = Ungranted.safeParse(said).data?.error ?? ''
  const title = Object.hasOwn(grantTitles, code) ? grantTitles[code] : undefined
  if (title !== undefined) return { code, providerCode: status, title, action: 'broken' }
  const why = `Google did not answer as it should (${status}).`
  return { code: 'provider_unreachable', providerCode: status, title: why, action: 'retry' }
}

/** Nobody has let us into the mailbox, or it was disconnected. */
export const notConnected: ProviderError = {
  ...{ code: 'not_connected', providerCode: null, action: 'broken' },
  title: 'The mailbox is not connected with Google: connect it first.',
}
