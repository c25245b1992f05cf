import { signatureOf } from '../../providers/whatsapp/signature.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'

type Known = Pick<OpenChannel, 'id' | 'fields' | 'secrets'>

/** A channel as `careline demo --json` tells it. */
export interface ToldChannel {
  id: string
  phoneNumberId: string
  businessId: string
  appSecret: string
}

/** Meta at our webhook's door: posts what it is given, signed as Meta signs. */
export class Door {
  readonly #url: string
  readonly #channel: Known

  constructor(url: string, channel: Known) {
    this.#url = url
    this.#channel = channel
  }

  static ofDemo(url: string, { id, phoneNumberId, businessId, appSecret }: ToldChannel) {
    return new Door(url, { id, fields: { phoneNumberId, businessId }, secrets: { appSecret } })
  }

  async post(body: unknown, change: { signature?: string; path?: string } = {}) {
    const raw = typeof body === 'string' ? body : JSON.stringify(body)
    const signature = change.signature ?? signatureOf(raw, this.#channel.secrets['appSecret'] ?? '')
    const response = await fetch(`${this.#url}${change.path ?? `/webhooks/whatsapp/${this.#channel.id}`}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { 'x-hub-signature-256': signature }) },
      body: raw,
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  messages(from: { waId: string; name: string }, ...messages: object[]) {
    const contacts = [{ profile: { name: from.name }, wa_id: from.waId }]
    const list = messages.map((message) => ({
      from: from.waId,
      timestamp: String(Math.floor(Date.now() / 1_000)),
      ...message,
    }))
    return this.#value({ contacts, messages: list })
  }

  statuses(...statuses: object[]) {
    const timestamp = String(Math.floor(Date.now() / 1_000))
    return this.#value({ statuses: statuses.map((status) => ({ timestamp, recipient_id: '4915100', ...status })) })
  }

  #value(value: object) {
    const { phoneNumberId, businessId } = this.#channel.fields
    const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId }
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }
    return { object: 'whatsapp_business_account', entry: [{ id: businessId, changes: [change] }] }
  }
}

export const says = (id: string, body: string) => ({ id, type: 'text', text: { body } })
