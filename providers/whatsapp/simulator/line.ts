import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../kernel/clock.ts'
import type { Content } from '../../../kernel/content.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import * as envelope from './envelope.ts'
import type { ChatRow, Ledger, MessageRow, PersonRow } from './ledger.ts'
import type { SimulatedChannel } from './settings.ts'
import type { WebhookQueue } from './webhooks.ts'

/** Whatever the screens have to hear of. */
export type Change =
  | { type: 'message'; message: MessageRow }
  | { type: 'chat'; chat: ChatRow }
  | { type: 'person'; person: PersonRow }
  | { type: 'channel'; phoneNumberId: string }

export interface LineParts {
  ledger: Ledger
  queue: WebhookQueue
  clock: Clock
  tickMs: number
  channelOf(phoneNumberId: string): SimulatedChannel | undefined
  publish(change: Change): void
}

type Reported = Pick<MessageRow, 'id' | 'opaque' | 'content'> & { error?: MessageRow['error'] }

/** A message id in Meta's shape: who, which way, and twenty random hex digits. */
export function wamid(waId: string, isInbound: boolean): string {
  const unique = randomBytes(10).toString('hex').toUpperCase()
  const text = (words: string) => [...Buffer.from(words, 'latin1')]
  const way = isInbound ? 0x12 : 0x11
  const bytes = [0x1c, 0x18, waId.length, ...text(waId), 0x15, 2, 0, way, 0x18, unique.length, ...text(unique), 0]
  return `wamid.${Buffer.from(bytes).toString('base64')}`
}

export const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Between the people and Careline: every change is written down, shown to the screens, and told by webhook. */
export class Line {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly #parts: LineParts

  constructor(parts: LineParts) {
    this.ledger = parts.ledger
    this.clock = parts.clock
    this.#parts = parts
  }

  /** All of it or nothing; the webhooks leave when it is written. */
  change<Value>(make: () => Value): Value {
    const value = this.ledger.together(make)
    this.#parts.queue.pump()
    return value
  }

  channelOf(phoneNumberId: string): SimulatedChannel | undefined {
    return this.#parts.channelOf(phoneNumberId)
  }

  person(waId: string): PersonRow {
    const person = this.ledger.person(waId)
    if (person === undefined) throw missing('person_unknown', 'Nobody has this number on WhatsApp.')
    return person
  }

  /** Someone whose phone can send. */
  present(waId: string): PersonRow {
    const person = this.person(waId)
    if (!person.online) throw new Problem('conflict', 'offline', `${person.name}'s phone is offline.`)
    return person
  }

  inChat(channel: SimulatedChannel, person: PersonRow, id: string): MessageRow {
    const message = this.ledger.message(id)
    if (message?.phoneNumberId === channel.phoneNumberId && message.waId === person.waId) return message
    throw missing('message_unknown', 'This chat has no such message.')
  }

  blank(channel: SimulatedChannel, person: PersonRow, isInbound: boolean) {
    const [id, at] = [wamid(person.waId, isInbound), this.clock.now()]
    const unmarked = { shown: null, error: null, reactions: {}, isEdited: false, isDeleted: false, opaque: null }
    const place = { phoneNumberId: channel.phoneNumberId, waId: person.waId }
    return { id, ...place, at, status: 'sent' as const, replyTo: null, ...unmarked }
  }

  fileOf(content: Content): envelope.SentFile | undefined {
    return 'mime' in content ? this.ledger.media(content.mediaId ?? '') : undefined
  }

  savePerson(person: PersonRow): void {
    this.ledger.savePerson(person)
    this.#parts.publish({ type: 'person', person })
  }

  saveChat(chat: ChatRow): void {
    this.ledger.saveChat(chat)
    this.#parts.publish({ type: 'chat', chat })
  }

  addMessage(message: MessageRow): void {
    this.ledger.addMessage(message)
    this.#parts.publish({ type: 'message', message })
  }

  saveMessage(message: MessageRow): void {
    this.ledger.saveMessage(message)
    this.#parts.publish({ type: 'message', message })
  }

  /** `messageId`: the person's message that gets its second tick when this webhook is taken. */
  send(channel: SimulatedChannel, person: PersonRow, body: string, messageId: string | null, ticks = 0): void {
    const { queue, tickMs, publish } = this.#parts
    const { phoneNumberId } = channel
    const dueAt = this.clock.now() + ticks * tickMs
    queue.add(this.ledger.faults(phoneNumberId), { phoneNumberId, waId: person.waId, messageId, body, dueAt })
    publish({ type: 'channel', phoneNumberId })
  }

  /** About the business itself, not about a person. */
  tell(channel: SimulatedChannel, body: string, dueAt: number): void {
    const { phoneNumberId } = channel
    const news = { phoneNumberId, waId: 'account', messageId: null, body, dueAt }
    this.#parts.queue.add(this.ledger.faults(phoneNumberId), news)
    this.#parts.publish({ type: 'channel', phoneNumberId })
  }

  whisper(channel: SimulatedChannel, body: string): void {
    this.#parts.queue.whisper(channel.phoneNumberId, body)
  }

  report(
    channel: SimulatedChannel,
    person: PersonRow,
    message: Reported,
    status: MessageRow['status'],
    ticks = 0,
  ): void {
    const code = message.error?.code
    const told = { at: this.clock.now(), status, ...(code !== undefined && { code }) }
    this.send(channel, person, envelope.status(channel, person, message, told), null, ticks)
  }

  /** Through every tick up to this one. */
  advance(channel: SimulatedChannel, person: PersonRow, message: MessageRow, to: 'delivered' | 'read'): void {
    let ticks = 1
    if (message.status === 'sent') this.report(channel, person, message, 'delivered', ticks++)
    if (to === 'read') this.report(channel, person, message, 'read', ticks)
    this.saveMessage({ ...message, status: to })
  }
}
