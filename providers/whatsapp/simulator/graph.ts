import type { Answer, Asked } from './http.ts'
import { sameText } from './http.ts'
import type { Ledger, MessageRow, PersonRow } from './ledger.ts'
import { digestOf } from './line.ts'
import { Refusal } from './meta-errors.ts'
import type { Phone } from './phone.ts'
import type { MessageRequest, ReadRequest } from './request.ts'
import { contentOf, messageRequest } from './request.ts'
import type { Faults, SimulatedChannel } from './settings.ts'
import type { TemplateBook } from './templates.ts'
import { Uploads } from './uploads.ts'

export interface GraphParts {
  ledger: Ledger
  phone: Phone
  templates: TemplateBook
  channels(): readonly SimulatedChannel[]
  /** A fault was used up. */
  faultsChanged(phoneNumberId: string): void
  isFull(): boolean
}

const megabyte = 1_048_576
// Meta, "Supported media types": what may be uploaded, and how large.
const accepted: readonly [mime: RegExp, max: number][] = [
  [/^image\/(jpeg|png)$/, 5 * megabyte],
  [/^image\/webp$/, 500 * 1_024],
  [/^audio\/(aac|amr|mpeg|mp4|ogg)$/, 16 * megabyte],
  [/^video\/(mp4|3gpp)$/, 16 * megabyte],
  [
    /^(text\/plain|application\/(pdf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument\..+))$/,
    100 * megabyte,
  ],
]

type Counted = 'refuse' | 'failLater' | 'dropAnswer' | 'rejectTemplates'

/** Meta's Graph API, as far as the adapter uses it, as strict as it is there. */
export class Graph {
  readonly #parts: GraphParts

  constructor(parts: GraphParts) {
    this.#parts = parts
  }

  /** `path` without the version: `{phone_number_id}/messages`, `{media_id}` … */
  async answer(path: string, asked: Asked): Promise<Answer> {
    const [first = '', second] = path.split('/')
    const { ledger, templates } = this.#parts
    if (Uploads.isIts(first, second)) {
      const channel = this.#ofToken(asked.token)
      return this.#withFaults(channel, () => templates.uploads.answer(channel, first, asked))
    }
    const template = second === undefined ? ledger.template(first) : undefined
    if (template !== undefined || second === 'message_templates') {
      const channel = this.#ofAccount(template?.businessId ?? first, asked.token)
      return this.#withFaults(channel, (faults) => this.#aboutTemplates(channel, faults, asked, template?.id))
    }
    const media = second === undefined || second === 'file' ? ledger.media(first) : undefined
    const channel = this.#channel(media?.phoneNumberId ?? first, asked.token)
    return this.#withFaults(channel, (faults) => this.#carryOut(channel, faults, second ?? '', asked, media?.id))
  }

  async #withFaults(channel: SimulatedChannel, work: (faults: Faults) => Promise<Answer>): Promise<Answer> {
    const faults = this.#parts.ledger.faults(channel.phoneNumberId)
    if (faults.down) return { kind: 'reset' }
    const answer = await work(faults).catch(refused)
    return faults.latencyMs > 0 ? { ...answer, delayMs: faults.latencyMs } : answer
  }

  /** Any of those that the token is good for. */
  #ofToken(token: string | undefined): SimulatedChannel {
    const [channel] = this.#parts.channels().filter((one) => isOf(one, token))
    return channel ?? this.#channel('', token)
  }

  /** The channel of this number id, if the token is its own; a wrong token learns nothing about ids. */
  #channel(phoneNumberId: string, token: string | undefined): SimulatedChannel {
    const channels = this.#parts.channels()
    const owned = channels.filter((channel) => isOf(channel, token))
    if (owned.length === 0) throw new Refusal(190, 'The access token could not be decrypted or has expired.')
    const channel = owned.find((each) => each.phoneNumberId === phoneNumberId)
    if (channel !== undefined) return channel
    const details = `Object with ID '${phoneNumberId.slice(0, 64)}' does not exist, or lacks permissions.`
    throw new Refusal(100, details, 33)
  }

  /** A number of this business account, if the token is its own. */
  #ofAccount(businessId: string, token: string | undefined): SimulatedChannel {
    const one = this.#parts.channels().find((each) => each.businessId === businessId && isOf(each, token))
    return one ?? this.#channel(businessId, token)
  }

  async #aboutTemplates(channel: SimulatedChannel, faults: Faults, asked: Asked, id?: string): Promise<Answer> {
    if (faults.unavailable) throw new Refusal(131016, 'The simulator was told to be unavailable.')
    return this.#parts.templates.answer(channel, id, asked)
  }

  /** One of the rejections of templates that were asked for is over. */
  readonly rejected = (channel: SimulatedChannel): void =>
    this.#use(channel, this.#parts.ledger.faults(channel.phoneNumberId), 'rejectTemplates')

  async #carryOut(
    channel: SimulatedChannel,
    faults: Faults,
    what: string,
    asked: Asked,
    mediaId?: string,
  ): Promise<Answer> {
    if (faults.unavailable) throw new Refusal(131016, 'The simulator was told to be unavailable.')
    if (mediaId !== undefined && asked.method === 'GET') return this.#media(asked, what, mediaId)
    if (asked.method === 'GET' && what === '') return this.#number(channel)
    if (asked.method === 'POST' && what === 'media') return this.#upload(channel, asked)
    if (asked.method === 'POST' && what === 'messages') return this.#messages(channel, faults, asked)
    throw new Refusal(100, `Unsupported ${asked.method ?? ''} request.`, 33)
  }

  /** Meta, "Get a phone number". */
  #number({ phoneNumberId: id, phoneNumber: display_phone_number, name: verified_name }: SimulatedChannel): Answer {
    const body = { id, display_phone_number, verified_name, quality_rating: 'GREEN' }
    return { kind: 'json', status: 200, body }
  }

  #media(asked: Asked, what: string, id: string): Answer {
    const media = this.#parts.ledger.media(id)
    if (media === undefined) throw new Refusal(100, `Object with ID '${id}' does not exist.`, 33)
    if (what === 'file') return { kind: 'bytes', bytes: media.bytes, mime: media.mime }
    const { mime: mime_type, sha256, bytes } = media
    const described = { url: `${asked.origin}/media/${id}/file`, mime_type, sha256, file_size: bytes.length, id }
    return { kind: 'json', status: 200, body: { ...described, messaging_product: 'whatsapp' } }
  }

  async #upload({ phoneNumberId }: SimulatedChannel, asked: Asked): Promise<Answer> {
    const form = await asked.form()
    const file = form?.get('file')
    if (form?.get('messaging_product') !== 'whatsapp')
      throw new Refusal(100, 'The parameter messaging_product is required.')
    if (!(file instanceof Blob)) throw new Refusal(100, 'The parameter file is required.')
    const declared = form.get('type')
    const mime = typeof declared === 'string' && declared !== '' ? declared : file.type
    const [, max] = accepted.find(([pattern]) => pattern.test(mime.split(';')[0] ?? '')) ?? []
    if (max === undefined)
      throw new Refusal(100, `Param file must be a file of a supported type, not ${mime.slice(0, 100)}.`)
    if (file.size > max) throw new Refusal(131053, `The file is larger than ${max} bytes.`)
    const bytes = new Uint8Array(await file.arrayBuffer())
    const fileName = 'name' in file && typeof file.name === 'string' ? file.name.slice(0, 255) : null
    const id = this.#parts.ledger.addMedia({ phoneNumberId, mime, sha256: digestOf(bytes), fileName, bytes })
    return { kind: 'json', status: 200, body: { id } }
  }

  async #messages(channel: SimulatedChannel, faults: Faults, asked: Asked): Promise<Answer> {
    const request = messageRequest(await asked.json())
    if (!('type' in request)) return this.#read(channel, request)
    if (faults.refuse !== null) {
      this.#use(channel, faults, 'refuse')
      throw new Refusal(faults.refuse.code, 'The simulator was told to refuse this.')
    }
    if (this.#parts.isFull()) throw new Refusal(131016, 'Too many webhooks wait to be taken.')
    const body = this.#send(channel, faults, request)
    if (faults.dropAnswer === null) return { kind: 'json', status: 200, body }
    this.#use(channel, faults, 'dropAnswer')
    return { kind: 'reset' }
  }

  #read({ phoneNumberId }: SimulatedChannel, { message_id, typing_indicator }: ReadRequest): Answer {
    const message = this.#parts.ledger.message(message_id)
    if (message?.phoneNumberId !== phoneNumberId || message.by !== 'person')
      throw new Refusal(131009, 'message_id names no message that was received.')
    this.#parts.phone.seen(message, typing_indicator !== undefined)
    return { kind: 'json', status: 200, body: { success: true } }
  }

  #send(channel: SimulatedChannel, faults: Faults, request: MessageRequest): unknown {
    const person = this.#recipient(channel, request)
    const id =
      request.type === 'reaction' ? this.#react(channel, person, request) : this.#say(channel, person, faults, request)
    const contact = request.to === undefined ? { user_id: person.userId } : { wa_id: person.waId }
    return {
      messaging_product: 'whatsapp',
      contacts: [{ input: request.to ?? request.recipient, ...contact }],
      messages: [{ id, ...(request.type === 'template' && { message_status: 'accepted' }) }],
    }
  }

  /** `to` wins over `recipient`; `+` and spaces are forgiven, as at Meta. */
  #recipient(channel: SimulatedChannel, { to, recipient, type }: MessageRequest): PersonRow {
    const { ledger, phone } = this.#parts
    const number = to?.replace(/[+ ()-]/g, '')
    if (number !== undefined && !/^\d{5,20}$/.test(number)) throw new Refusal(131009, 'Parameter to is not a number.')
    if (number === channel.phoneNumber.replace(/^\+/, ''))
      throw new Refusal(131021, 'Sender and recipient are the same.')
    const person = number === undefined ? ledger.personByUserId(recipient ?? '') : ledger.person(number)
    if (person === undefined) throw new Refusal(131026, 'Message undeliverable: nobody has this number on WhatsApp.')
    const isOpen = phone.windowEndsAt(ledger.chat(channel.phoneNumberId, person.waId)) !== null
    if (isOpen || type === 'template') return person
    const details =
      'Message failed to send because more than 24 hours have passed since the customer last replied to this number.'
    throw new Refusal(131047, details)
  }

  #react(channel: SimulatedChannel, person: PersonRow, request: Extract<MessageRequest, { type: 'reaction' }>): string {
    const { message_id, emoji } = request.reaction
    const target = this.#parts.ledger.message(message_id)
    if (target?.phoneNumberId !== channel.phoneNumberId || target.waId !== person.waId)
      throw new Refusal(131009, 'reaction.message_id names no message of this chat.')
    const opaque = request.biz_opaque_callback_data ?? null
    return this.#parts.phone.receivesReaction(channel, person, { target, emoji, opaque })
  }

  #say(
    channel: SimulatedChannel,
    person: PersonRow,
    faults: Faults,
    request: Exclude<MessageRequest, { type: 'reaction' }>,
  ): string {
    const sent: Pick<MessageRow, 'content' | 'shown' | 'replyTo' | 'opaque'> = {
      content: contentOf(request, (id) => this.#uploaded(channel, id)),
      shown:
        request.type === 'template'
          ? this.#parts.templates.rendered(channel, request.template, (id) => this.#uploaded(channel, id))
          : null,
      replyTo: request.context?.message_id ?? null,
      opaque: request.biz_opaque_callback_data ?? null,
    }
    const { failLater } = faults
    if (failLater !== null) this.#use(channel, faults, 'failLater')
    return this.#parts.phone.receives(channel, person, sent, failLater?.code).id
  }

  #uploaded({ phoneNumberId }: SimulatedChannel, id: string): { mime: string; size: number } {
    const media = this.#parts.ledger.media(id)
    if (media?.phoneNumberId !== phoneNumberId) throw new Refusal(131009, `Media ${id.slice(0, 64)} does not exist.`)
    return { mime: media.mime, size: media.bytes.length }
  }

  /** One of those times is over. */
  #use({ phoneNumberId }: SimulatedChannel, faults: Faults, fault: Counted): void {
    const times = faults[fault]?.times ?? null
    if (times === null) return
    const left = times > 1 ? { ...faults[fault], times: times - 1 } : null
    const { ledger } = this.#parts
    ledger.saveFaults(phoneNumberId, { ...ledger.faults(phoneNumberId), [fault]: left })
    this.#parts.faultsChanged(phoneNumberId)
  }
}

const isOf = (channel: SimulatedChannel, token: string | undefined) =>
  token !== undefined && sameText(channel.token, token)

function refused(thrown: unknown): Answer {
  if (thrown instanceof Refusal) return { kind: 'json', status: thrown.status, body: thrown.body }
  throw thrown
}
