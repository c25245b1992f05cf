import { z } from 'zod'
import { type ProviderError, ProviderFailure } from '../sender.ts'
import { errorOf, errorOfStatus, MetaError } from './errors.ts'
import { parsed, readAtMost } from './media.ts'
import type { WhatsAppChannel } from './port.ts'

// Meta's Graph API where it is asked about an account, and not to send.

const answerMax = 8_000_000
const timeoutMs = 20_000
const uploadMs = 120_000

const Refused = z.object({
  error: MetaError.and(
    z.object({
      error_user_title: z.string().optional().catch(undefined),
      error_user_msg: z.string().optional().catch(undefined),
    }),
  ),
})

// Meta's subcodes of 100 where templates are handed in.
const bySubcode: Readonly<Record<number, string>> = {
  2388023: 'template_name_resting',
  2388024: 'template_exists',
  2388025: 'template_name_resting',
  2388019: 'template_limit_reached',
  2388039: 'template_malformed',
  2388040: 'template_malformed',
  2388043: 'template_malformed',
  2388047: 'template_malformed',
  2388072: 'template_malformed',
  2388073: 'template_malformed',
  2388293: 'template_malformed',
  2388299: 'template_malformed',
}

function refusalOf(status: number, body: unknown): ProviderError | undefined {
  const refused = Refused.safeParse(body)
  if (!refused.success) return status >= 200 && status < 300 ? undefined : errorOfStatus(status)
  const { error } = refused.data
  const known = errorOf(error, status)
  const said = [error.error_user_title, error.error_user_msg].filter((one) => one !== undefined && one !== '')
  const code = error.error_subcode === undefined ? undefined : bySubcode[error.error_subcode]
  const title = said.length > 0 ? said.join(': ').slice(0, 500) : known.title
  return { ...known, title, ...(code !== undefined && { code, action: 'never' as const }) }
}

type Method = 'GET' | 'POST' | 'DELETE'

/** Bytes, and what says where they go. */
export interface Load {
  bytes: Uint8Array
  headers: Readonly<Record<string, string>>
}

/** What Meta answers; JSON goes with the channel's token. @throws ProviderFailure */
export async function ask(channel: WhatsAppChannel, method: Method, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${channel.token}`, ...(body && { 'content-type': 'application/json' }) }
  return answered(channel, path, { method, headers, ...(body && { body: JSON.stringify(body) }) }, timeoutMs)
}

/** @throws ProviderFailure */
export async function bring(channel: WhatsAppChannel, path: string, { bytes, headers }: Load): Promise<unknown> {
  return answered(channel, path, { method: 'POST', headers, body: new Uint8Array(bytes) }, uploadMs)
}

async function answered({ baseUrl }: WhatsAppChannel, path: string, asked: RequestInit, limitMs: number) {
  try {
    const address = `${baseUrl.replace(/\/+$/, '')}/${path}`
    const response = await fetch(address, { ...asked, redirect: 'error', signal: AbortSignal.timeout(limitMs) })
    const bytes = await readAtMost(answerMax, response, () => new Error('A very long answer.'))
    const answer = parsed(bytes)
    const error = refusalOf(response.status, answer)
    if (error !== undefined) throw new ProviderFailure(error)
    return answer
  } catch (thrown) {
    if (thrown instanceof ProviderFailure) throw thrown
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError'
    const title = isLate ? 'WhatsApp did not answer in time.' : 'WhatsApp cannot be reached.'
    throw new ProviderFailure({ code: 'provider_unreachable', providerCode: null, title, action: 'retry' })
  }
}
