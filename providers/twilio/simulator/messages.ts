import { z } from 'zod'
import { phoneOf } from '../../../kernel/phone.ts'
import type { Form } from '../signature.ts'
import { segmentsOf } from '../../../kernel/segments.ts'

/** A text that nobody sent on: people of the simulation read it here. */
export interface SimulatedText {
  /** `SM…`, as Twilio names it. */
  id: string
  to: string
  from: string
  text: string
  status: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'received'
  errorCode: number | null
  /** Where its status is told. */
  statusUrl: string | null
  /** Missing where it is `out`: from the business to a person. */
  direction?: 'in' | 'out'
  /** As data URLs. */
  files?: string[]
  /** It is a call: then its id is `CA…`, and its file is what was recorded of it. */
  call?: CallPart
  /** Epoch ms. */
  at: number
}

export interface CallPart {
  status: 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'
  /** The call that it belongs to, where one was put through to another. */
  parent: string | null
  seconds?: number | null
  /** What was said to the person by the number's own voice. */
  hears?: string[]
}

/** A refusal as Twilio words it. */
export class Refusal extends Error {
  readonly status: number
  readonly code: number

  constructor(code: number, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }

  get body() {
    const { code, message, status } = this
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  }
}

// Twilio, "Test credentials": numbers with a fate of their own.
const fated: Readonly<Record<string, readonly [code: number, message: string]>> = {
  '+15005550001': [21211, "Invalid 'To' Phone Number"],
  '+15005550002': [21612, "The 'To' phone number is not currently reachable via SMS"],
  '+15005550003': [21408, 'Permission to send an SMS has not been enabled for the region'],
  '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, "'To' number is not a valid mobile number"],
}

const Create = z.object({
  To: z.string().max(64).default(''),
  From: z.string().max(64).default(''),
  MessagingServiceSid: z.string().max(64).default(''),
  Body: z.string().max(10_000).default(''),
  StatusCallback: z.string().max(2_048).optional(),
  MediaUrl: z.union([z.string().max(2_048), z.array(z.string().max(2_048)).max(10)]).default([]),
  ValidityPeriod: z.coerce.number().int().min(1).max(36_000).optional(),
})

type Wanted = Pick<SimulatedText, 'to' | 'from' | 'text' | 'statusUrl'> & { mediaUrls: string[] }

// In the order in which Twilio finds them.
const mistakes: readonly (readonly [code: number, message: string, isIt: (wanted: Wanted) => boolean])[] = [
  [21604, "A 'To' phone number is required.", ({ to }) => to === ''],
  [21603, "A 'From' phone number is required.", ({ from }) => from === ''],
  [21602, 'Message body is required.', ({ text, mediaUrls }) => text === '' && mediaUrls.length === 0],
  [21617, 'The concatenated message body exceeds the 1600 character limit.', ({ text }) => text.length > 1_600],
  [
    21609,
    "The 'StatusCallback' URL is not a valid URL.",
    ({ statusUrl }) => !/^https?:\/\//.test(statusUrl ?? 'http://'),
  ],
  ...Object.entries(fated).map(
    ([number, [code, message]]) => [code, message, ({ to }: Wanted) => to === number] as const,
  ),
  [21620, 'Invalid media URL(s)', ({ mediaUrls }) => mediaUrls.some((one) => !URL.canParse(one))],
  [21211, "Invalid 'To' Phone Number", ({ to }) => phoneOf(to)?.e164 !== to],
  [21266, "'To' and 'From' number cannot be the same", ({ to, from }) => to === from],
]

/** What is to be sent, as strict as it is there. @throws Refusal */
export function wantedBy(form: Form): Wanted {
  const read = Create.safeParse(form)
  if (!read.success) throw new Refusal(20001, `Invalid parameter: ${read.error.issues[0]?.path.join('.') ?? ''}`)
  const { To: to, From, MessagingServiceSid, Body: text, StatusCallback: statusUrl = null, MediaUrl } = read.data
  const wanted = { to, from: MessagingServiceSid || From, text, statusUrl, mediaUrls: [MediaUrl].flat() }
  const found = mistakes.find(([, , isIt]) => isIt(wanted))
  if (found) throw new Refusal(found[0], found[1])
  return wanted
}

export const rfc2822 = (at: number) => new Date(at).toUTCString().replace('GMT', '+0000')

/** A message as Twilio's API shows it. */
export function shown({ id, to, from, text, status, errorCode, at, files = [] }: SimulatedText, accountSid: string) {
  const path = `/2010-04-01/Accounts/${accountSid}/Messages/${id}`
  const isService = from.startsWith('MG')
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: text,
    date_created: rfc2822(at),
    date_sent: status === 'queued' ? null : rfc2822(at),
    date_updated: rfc2822(at),
    direction: 'outbound-api',
    error_code: errorCode,
    error_message: null,
    from: isService ? null : from,
    messaging_service_sid: isService ? from : null,
    num_media: String(files.length),
    num_segments: String(segmentsOf(text)),
    price: null,
    price_unit: null,
    sid: id,
    status,
    subresource_uris: { media: `${path}/Media.json` },
    to,
    uri: `${path}.json`,
  }
}
