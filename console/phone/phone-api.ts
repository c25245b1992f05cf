import type { Content } from '../../kernel/content.ts'

// The phone API of the WhatsApp simulator: providers/whatsapp/README.md describes it. Times are epoch ms.

export interface Faults {
  refuse: { code: number; times: number | null } | null
  down: boolean
  unavailable: boolean
  latencyMs: number
  dropAnswer: { times: number | null } | null
  failLater: { code: number; times: number | null } | null
  rejectTemplates: { reason: string; times: number | null } | null
  webhooksTwice: boolean
  webhooksShuffled: number
  webhooksPaused: boolean
}

export interface Channel {
  channelId: string
  phoneNumberId: string
  name: string
  phoneNumber: string
  faults: Faults
  webhooks: { pending: number; held: number; lastStatus: number | null }
}

export interface PhoneMessage {
  id: string
  waId: string
  channelId: string
  by: 'person' | 'business'
  at: number
  content: Content
  /** A template's words, as the person reads them. */
  shown?: string
  replyTo?: string
  status: 'sent' | 'delivered' | 'read' | 'failed'
  error?: { code: number; title: string }
  reactions: { person?: string; business?: string }
  edited?: true
  deleted?: true
}

export interface Chat {
  waId: string
  channelId: string
  open: boolean
  unread: number
  windowEndsAt: number | null
  typingUntil: number | null
  messages: PhoneMessage[]
}

export interface Person {
  waId: string
  name: string
  online: boolean
  hidesNumber: boolean
  chats: Chat[]
}

export interface Snapshot {
  at: number
  channels: Channel[]
  people: Person[]
}

export type Act =
  | { kind: 'text'; text: string }
  | { kind: 'image' | 'voice' | 'document'; sample: 'image' | 'voice' | 'document'; caption?: string }
  | { kind: 'image' | 'video' | 'audio' | 'document'; base64: string; mime: string; fileName: string }
  | { kind: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { kind: 'contacts'; contacts: { name: string; phones: string[] }[] }
  | { kind: 'answer'; to: string; id: string }
  | { kind: 'reaction'; to: string; emoji: string | null }
  | { kind: 'edit'; to: string; text: string }
  | { kind: 'delete'; to: string }
  | { kind: 'unsupported'; what?: string }

export type PhoneEvent =
  | { type: 'message'; message: PhoneMessage }
  | { type: 'chat'; chat: Omit<Chat, 'messages'> }
  | { type: 'person'; person: Omit<Person, 'chats'> }
  | { type: 'channel'; channel: Channel }

/** Which chat on whose phone. */
export interface Place {
  waId: string
  channelId: string
}

const base = '/simulator/whatsapp/phone'
const slot = 'careline.phone.key'

/** The key of the phone: from the address, which then forgets it, and from there for as long as this tab lives. */
export function phoneKey(): string | null {
  const address = new URL(location.href)
  const given = address.searchParams.get('key')
  if (given !== null) {
    keepPhoneKey(given)
    address.searchParams.delete('key')
    history.replaceState(history.state, '', address)
  }
  return sessionStorage.getItem(slot)
}

export const keepPhoneKey = (key: string) => sessionStorage.setItem(slot, key.trim())

/** What the simulator refused, in its own words. `status` is 0 where nobody answered. */
export class PhoneError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const isRefusal = (body: unknown): body is { error: { message: string } } =>
  typeof body === 'object' && body !== null && 'error' in body

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { 'x-phone-key': phoneKey() ?? '', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((cause: unknown) => {
    throw new PhoneError(0, cause instanceof TypeError ? 'The simulator does not answer.' : String(cause))
  })
  const text = await answer.text()
  const said: unknown = text.startsWith('{') ? JSON.parse(text) : {}
  if (answer.ok) return said
  throw new PhoneError(answer.status, isRefusal(said) ? said.error.message : `The simulator said ${answer.status}.`)
}

export const phone = {
  snapshot: () => call('GET', '') as Promise<Snapshot>,
  add: (person: { name: string; waId: string; hidesNumber?: boolean }) =>
    call('POST', '/people', person) as Promise<{ person: Person }>,
  act: (place: Place, act: Act, replyTo?: string) =>
    call('POST', '/messages', { ...place, act, ...(replyTo ? { replyTo } : {}) }) as Promise<{ message: PhoneMessage }>,
  open: (place: Place) => call('POST', '/open', place),
  close: (place: Place) => call('POST', '/close', place),
  online: (waId: string, online: boolean) => call('POST', '/online', { waId, online }),
  typing: (place: Place, on: boolean) => call('POST', '/typing', { ...place, on }),
  faults: (channelId: string, faults: Partial<Faults>) => call('PUT', '/faults', { channelId, faults }),
  clearFaults: (channelId: string) => call('POST', '/faults/clear', { channelId }),
}

/** A letter of simulated mail; `at` is epoch ms. */
export interface SimulatedLetter {
  id: string
  to: string
  from: string
  subject: string
  text: string
  at: number
}

/** The latest first. */
export const letters = async () => (await kept<{ letters: SimulatedLetter[] }>('mail/letters')).letters

/** A text of simulated SMS; `at` is epoch ms. */
export interface SimulatedText {
  id: string
  to: string
  text: string
  status: 'queued' | 'sent' | 'delivered' | 'undelivered' | 'received'
  /** It is a call, and its file is what was recorded. */
  call?: { status: string; parent: string | null; seconds?: number | null; hears?: string[] }
  /** Twilio's, where it was not delivered. */
  errorCode: number | null
  at: number
  /** Missing where it is from a business to a person. */
  direction?: 'in' | 'out'
  from: string
  /** As data URLs. */
  files?: string[]
}

/** A number of a business that texts can be written to. */
export interface SimulatedLine {
  channelId: string
  name: string
  number: string
}

/** The texts, the latest first, and who can be written to. */
export const texts = () => kept<{ texts: SimulatedText[]; lines: SimulatedLine[] }>('texts')

/** Somebody writes a text; `status` is what the business's channel answered, 0 where nobody is there. */
export const writeText = (text: { from: string; to: string; text: string; files?: string[] }) =>
  kept<{ id: string; status: number }>('texts/messages', text)

/** Somebody calls, and says this after the tone where there is one; `hears` is what the number said to them. */
export const callNumber = (call: { from: string; to: string; says?: string }) =>
  kept<{ id: string; status: number; hears: string[]; left: boolean }>('texts/calls', call)

/** What is kept under a path; with a body it is said there. */
export async function kept<T>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> {
  const headers = { authorization: `Bearer ${phoneKey() ?? ''}` }
  const answer = await fetch(`/simulator/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new PhoneError(answer.status, `The simulator said ${answer.status}.`)
  return (await answer.json()) as T
}

export const mediaAddress = (mediaId: string) =>
  `${base}/media/${encodeURIComponent(mediaId)}?key=${encodeURIComponent(phoneKey() ?? '')}`

export const eventsAddress = () => `${base}/events?key=${encodeURIComponent(phoneKey() ?? '')}`

/** What stands on the lock screen of a simulated telephone. */
export interface PushNotice {
  tag: string
  title: string
  body: string
  badge: number
}

const devices = 'push/devices'
export const pushes = {
  /** A telephone with the app of a business on it; `address` is what the app tells the business. */
  register: (business: string) => kept<{ token: string; address: string }>(devices, { business, service: 'fcm' }),
  notices: async (token: string) => (await kept<{ notices: PushNotice[] }>(`${devices}/${token}/notices`)).notices,
  clear: (token: string) => kept(`${devices}/${token}/notices`, undefined, 'DELETE'),
}
