import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AddressRefused, type Door } from '../../kernel/outgoing.ts'
import { errorOf, errorOfStatus, MetaError } from './errors.ts'
import { type ProviderError, ProviderFailure } from '../sender.ts'
import type { WhatsAppChannel } from './port.ts'

// From Meta's media in two steps: the id gives an address that lives five minutes, the address gives the bytes, both
// with the channel's token. So the address must be Meta's, or a forged one would be handed the token and could reach
// into our own network.

const megabyte = 1_048_576
/** Bytes; what Meta itself lets through, generously (its own: images 5, audio and video 16, documents 100 MB). */
const sizeMax = (mime: string) => (/^(image|audio|video)\//.test(mime) ? 16 : 100) * megabyte
const answerMax = 100_000
const hopsMax = 3

const Description = z.object({
  url: z.string().max(4_096),
  mime_type: z.string().max(128).optional().catch(undefined),
  sha256: z.string().max(128).optional().catch(undefined),
  file_size: z.coerce.number().nonnegative().optional().catch(undefined),
})

const fail = (code: string, title: string, action: ProviderError['action']) =>
  new ProviderFailure({ code, providerCode: null, title, action })

const tooLarge = (mime: string) =>
  fail('media_too_large', `This file is larger than ${sizeMax(mime) / megabyte} MB.`, 'never')

const metaHosts =
  /^(lookaside\.fbsbx\.com|graph\.facebook\.com|([a-z0-9-]+\.)+fbcdn\.net|([a-z0-9-]+\.)+whatsapp\.net)$/

/** Meta's own hosts over HTTPS, or exactly the origin that the channel is configured with. */
export function isTrusted(address: URL, baseUrl: string): boolean {
  if (address.username !== '' || address.password !== '') return false
  if (address.origin === new URL(baseUrl).origin) return true
  return address.protocol === 'https:' && address.port === '' && metaHosts.test(address.hostname)
}

interface Way {
  channel: WhatsAppChannel
  signal: AbortSignal
  door: Door
}

/** A GET with the token, along redirects that stay with trusted hosts. */
async function get({ channel, signal, door }: Way, from: string): Promise<Response> {
  let address = URL.parse(from)
  for (let hop = 0; hop < hopsMax; hop++) {
    if (address === null || !isTrusted(address, channel.baseUrl))
      throw fail('media_address_refused', 'WhatsApp named an address that is not its own.', 'never')
    const headers = { authorization: `Bearer ${channel.token}` }
    // Where the channel itself is, was chosen by whoever set it up; any other host may be a name that leads inside.
    const isSetUp = address.origin === new URL(channel.baseUrl).origin
    const response = isSetUp
      ? await fetch(address, { headers, redirect: 'manual', signal })
      : await door.ask(address, { headers, signal })
    if (response.status < 300 || response.status > 399) return response
    await response.body?.cancel()
    address = URL.parse(response.headers.get('location') ?? '', address)
  }
  throw fail('media_address_refused', 'WhatsApp sent us in circles.', 'never')
}

/** At most `max` bytes, counted as they come: a header may lie. */
export async function readAtMost(max: number, response: Response, tooMuch: () => Error): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > max) throw tooMuch() // Leaving the loop cancels the stream.
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function refused(response: Response): Promise<ProviderFailure> {
  const bytes = await readAtMost(answerMax, response, () => new ProviderFailure(errorOfStatus(response.status)))
  const body = z.object({ error: MetaError }).safeParse(parsed(bytes))
  return new ProviderFailure(body.success ? errorOf(body.data.error, response.status) : errorOfStatus(response.status))
}

export function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined // Whoever wrote this, it was not Meta: the status speaks.
  }
}

async function describe(way: Way, mediaId: string) {
  const base = way.channel.baseUrl.replace(/\/+$/, '')
  const response = await get(way, `${base}/${encodeURIComponent(mediaId)}`)
  if (!response.ok) throw await refused(response)
  const bytes = await readAtMost(answerMax, response, () => new ProviderFailure(errorOfStatus(500)))
  const description = Description.safeParse(parsed(bytes))
  if (description.success) return description.data
  throw new ProviderFailure({ ...errorOfStatus(500), title: 'The answer names no address.' })
}

const hexDigest = /^[0-9a-f]{64}$/i

async function fetched(way: Way, mediaId: string) {
  const { url, mime_type, sha256, file_size = 0 } = await describe(way, mediaId)
  const declared = mime_type ?? 'application/octet-stream'
  if (file_size > sizeMax(declared)) throw tooLarge(declared)
  const response = await get(way, url)
  // An address is stale after five minutes (404): the next try asks for a fresh one.
  if (response.status === 404) throw fail('media_address_stale', 'The address of this file has gone stale.', 'retry')
  if (!response.ok) throw await refused(response)
  const bytes = await readAtMost(sizeMax(declared), response, () => tooLarge(declared))
  const mime = mime_type ?? response.headers.get('content-type')?.slice(0, 128) ?? declared
  if (sha256 === undefined || !hexDigest.test(sha256)) return { bytes, mime }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256.toLowerCase())
    throw fail('media_damaged', 'The file did not arrive whole.', 'retry')
  return { bytes, mime, sha256 }
}

export async function download(
  channel: WhatsAppChannel,
  mediaId: string,
  timeoutMs: number,
  door: Door,
): Promise<{ bytes: Uint8Array; mime: string; sha256?: string }> {
  try {
    return await fetched({ channel, signal: AbortSignal.timeout(timeoutMs), door }, mediaId)
  } catch (thrown) {
    if (thrown instanceof ProviderFailure) throw thrown
    if (thrown instanceof AddressRefused)
      throw fail('media_address_refused', 'WhatsApp named an address that is not its own.', 'never')
    const isLate = thrown instanceof Error && thrown.name === 'TimeoutError'
    const title = isLate ? 'No answer in time.' : 'The connection broke.'
    throw new ProviderFailure({
      code: isLate ? 'no_answer' : 'provider_unreachable',
      providerCode: null,
      title,
      action: 'retry',
    })
  }
}
