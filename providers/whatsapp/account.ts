import { z } from 'zod'
import { errorOf, errorOfStatus, MetaError } from './errors.ts'
import { parsed, readAtMost } from './media.ts'
import type { AccountCheck } from '../sender.ts'
import type { WhatsAppChannel } from './port.ts'

const answerMax = 100_000
const timeoutMs = 10_000
const fields = 'display_phone_number,verified_name,quality_rating'

const Number = z.object({
  display_phone_number: z.string().max(64).catch(''),
  verified_name: z.string().max(200).catch(''),
  quality_rating: z.string().max(32).catch(''),
})

/** Asks Meta about the channel's own number: whether the token is good, and is this number's. Nothing is sent. */
export async function checkAccount(channel: WhatsAppChannel): Promise<AccountCheck> {
  const address = `${channel.baseUrl.replace(/\/+$/, '')}/${channel.phoneNumberId}?fields=${fields}`
  try {
    const headers = { authorization: `Bearer ${channel.token}` }
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(address, { headers, redirect: 'error', signal })
    const bytes = await readAtMost(answerMax, response, () => new Error('A very long answer.'))
    const body = parsed(bytes)
    const refused = z.object({ error: MetaError }).safeParse(body)
    if (refused.success) return { isRight: false, error: errorOf(refused.data.error, response.status) }
    const number = Number.safeParse(body)
    if (!response.ok || !number.success) return { isRight: false, error: errorOfStatus(response.status) }
    const { display_phone_number: phoneNumber, verified_name: name, quality_rating: quality } = number.data
    return { isRight: true, phoneNumber, name, quality }
  } catch (thrown) {
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError'
    const title = isLate ? 'WhatsApp did not answer in time.' : 'WhatsApp cannot be reached.'
    return { isRight: false, error: { code: 'provider_unreachable', providerCode: null, title, action: 'retry' } }
  }
}
