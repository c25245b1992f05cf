import { z } from 'zod'
import { AddressRefused, type Door } from '../../kernel/outgoing.ts'
import { type ProviderError, ProviderFailure } from '../sender.ts'
import { asProviderError } from './inbound.ts'
import { errorOfStatus } from './errors.ts'

// A file of an MMS lies at Twilio behind the account's token; Twilio answers with a redirect to where its bytes are,
// which must not be handed the token, and must be Twilio's or its store's.

const bytesMax = 16 * 1_048_576
const timeoutMs = 30_000
const hosts = /^(([a-z0-9-]+\.)*twilio\.com|([a-z0-9-]+\.)*twiliocdn\.com|([a-z0-9.-]+\.)?amazonaws\.com)$/
const isMedia =
  /^\/2010-04-01\/Accounts\/[A-Za-z0-9]+\/(Messages\/[A-Za-z0-9]+\/Media\/[A-Za-z0-9]+|Recordings\/RE[0-9a-f]{32}\.mp3)$/
/** The recording that a path of a file is of; undefined where it is of none. */
export const recordingIn = (path: string) => /\/Recordings\/(RE[0-9a-f]{32})\.mp3$/.exec(path)?.[1]

interface Place {
  /** Of the API, without its version. */
  baseUrl: string
  accountSid: string
  authToken: string
}

const fail = (code: string, title: string, action: ProviderError['action']) =>
  new ProviderFailure({ code, providerCode: null, title, action }, 'Twilio')

/** The file at this path of Twilio's API. @throws ProviderFailure */
export async function fetchMedia({ baseUrl, accountSid, authToken }: Place, path: string, door: Door) {
  if (!isMedia.test(path)) throw fail('media_address_refused', 'This is no file of Twilio’s.', 'never')
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const first = await fetch(baseUrl.replace(/\/+$/, '') + path, {
      headers: { authorization },
      redirect: 'manual',
      signal,
    })
    const response = first.status >= 300 && first.status < 400 ? await followed(first, door, signal) : first
    if (!response.ok) throw await refusalOf(response, { baseUrl, path, authorization })
    return { bytes: await bytesOf(response), mime: response.headers.get('content-type')?.slice(0, 128) ?? '' }
  } catch (thrown) {
    if (thrown instanceof ProviderFailure) throw thrown
    if (thrown instanceof AddressRefused)
      throw fail('media_address_refused', 'Twilio named an address that is not its own.', 'never')
    throw fail('provider_unreachable', 'The file could not be fetched.', 'retry')
  }
}

// https://www.twilio.com/docs/voice/api/recording: it may be named before its file is there.
const unfinished = ['in-progress', 'paused', 'stopped', 'processing']
const Recording = z.object({ status: z.string().max(32) })

/** Why there is no file. */
async function refusalOf({ status }: Response, asked: Asked): Promise<ProviderFailure> {
  const isReady = status !== 404 || recordingIn(asked.path) === undefined || (await isFinished(asked))
  if (!isReady) return fail('recording_not_ready', 'Twilio has not finished the recording.', 'retry')
  return new ProviderFailure(asProviderError(errorOfStatus(status)), 'Twilio')
}

interface Asked {
  baseUrl: string
  path: string
  authorization: string
}

/** Whether a recording is as it will be: then a file that is not there is gone. */
async function isFinished({ baseUrl, path, authorization }: Asked): Promise<boolean> {
  const address = baseUrl.replace(/\/+$/, '') + path.replace(/\.mp3$/, '.json')
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await fetch(address, { headers: { authorization }, redirect: 'manual', signal })
  const read = Recording.safeParse(answer.ok ? await answer.json() : {})
  return !read.success || !unfinished.includes(read.data.status)
}

async function followed(response: Response, door: Door, signal: AbortSignal) {
  await response.body?.cancel()
  const address = URL.parse(response.headers.get('location') ?? '', response.url)
  if (address?.protocol !== 'https:' || !hosts.test(address.hostname))
    throw fail('media_address_refused', 'Twilio named an address that is not its own.', 'never')
  return door.ask(address, { headers: {}, signal })
}

/** Counted as they come: a header may lie. */
async function bytesOf(response: Response) {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > bytesMax) throw fail('media_too_large', 'This file is larger than 16 MB.', 'never')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
