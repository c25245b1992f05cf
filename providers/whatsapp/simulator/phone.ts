import type { Content } from '../../../kernel/content.ts'
import { Problem } from '../../../kernel/problem.ts'
import * as envelope from './envelope.ts'
import type { ChatRow, MessageRow, PersonRow } from './ledger.ts'
import type { Line } from './line.ts'
import { digestOf } from './line.ts'
import { titleOf } from './meta-errors.ts'
import type { SimulatedChannel } from './settings.ts'
import { bounds } from './settings.ts'

const windowMs = 24 * 60 * 60_000
const typingMs = 25_000

/** The people's phones: who is there, what is on the screen, and the ticks on what Careline sent. */
export class Phone {
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  add({ waId, name, hidesNumber = false }: { waId: string; name: string; hidesNumber?: boolean }): PersonRow {
    const { ledger } = this.#line
    const known = ledger.person(waId)
    if (known === undefined && ledger.countPeople() >= bounds.people)
      throw new Problem('conflict', 'too_many_people', `The simulator has room for ${bounds.people} people.`)
    const userId = known?.userId ?? `US.${BigInt(`0x${digestOf(Buffer.from(waId)).slice(0, 14)}`)}`
    const person = { waId, userId, name, online: known?.online ?? true, hidesNumber }
    this.#line.savePerson(person)
    return person
  }

  setOnline(waId: string, online: boolean): PersonRow {
    const person = { ...this.#line.person(waId), online }
    return this.#line.change(() => {
      this.#line.savePerson(person)
      if (online) for (const chat of this.#line.ledger.chatsOf(waId)) this.#catchUp(person, chat)
      return person
    })
  }

  open(channel: SimulatedChannel, waId: string): ChatRow {
    const person = this.#line.person(waId)
    const chat = { ...this.#line.ledger.chat(channel.phoneNumberId, waId), open: true, unread: 0 }
    return this.#line.change(() => {
      this.#line.saveChat(chat)
      if (person.online) this.#catchUp(person, chat)
      return chat
    })
  }

  close(channel: SimulatedChannel, waId: string): ChatRow {
    this.#line.person(waId)
    const chat = { ...this.#line.ledger.chat(channel.phoneNumberId, waId), open: false }
    this.#line.saveChat(chat)
    return chat
  }

  types(channel: SimulatedChannel, waId: string, on: boolean): void {
    const person = this.#line.present(waId)
    this.#line.whisper(channel, envelope.typing(channel, person, this.#line.clock.now(), on))
  }

  /** Until when the business may write freely: 24 hours from the person's last words. */
  windowEndsAt({ lastInAt }: ChatRow): number | null {
    return lastInAt !== null && this.#line.clock.now() - lastInAt < windowMs ? lastInAt + windowMs : null
  }

  /** A message of the business; with `failCode` it is accepted, and fails by webhook. */
  receives(
    channel: SimulatedChannel,
    person: PersonRow,
    sent: Pick<MessageRow, 'content' | 'shown' | 'replyTo' | 'opaque'>,
    failCode?: number,
  ): MessageRow {
    const line = this.#line
    const error = failCode === undefined ? null : { code: failCode, title: titleOf(failCode) }
    const status = error === null ? 'sent' : 'failed'
    const message: MessageRow = { ...line.blank(channel, person, false), ...sent, by: 'business', status, error }
    return line.change(() => {
      line.addMessage(message)
      line.report(channel, person, message, status)
      if (error !== null) return message
      const chat = line.ledger.chat(channel.phoneNumberId, person.waId)
      line.saveChat({ ...chat, typingUntil: null, unread: chat.open ? 0 : chat.unread + 1 })
      if (person.online) line.advance(channel, person, message, chat.open ? 'read' : 'delivered')
      return message
    })
  }

  /** A reaction is no line of its own; Meta gives it an id and ticks all the same. An empty emoji takes it back. */
  receivesReaction(
    channel: SimulatedChannel,
    person: PersonRow,
    { target, emoji, opaque }: { target: MessageRow; emoji: string; opaque: string | null },
  ): string {
    const line = this.#line
    const { business: _, ...others } = target.reactions
    const { id } = line.blank(channel, person, false)
    const content: Content = { kind: 'reaction', to: target.id, emoji }
    return line.change(() => {
      line.saveMessage({ ...target, reactions: { ...others, ...(emoji !== '' && { business: emoji }) } })
      line.report(channel, person, { id, opaque, content }, 'sent')
      if (person.online) line.report(channel, person, { id, opaque, content }, 'delivered', 1)
      return id
    })
  }

  /** Blue ticks on the person's messages up to this one; maybe "typing". */
  seen({ phoneNumberId, waId, at }: MessageRow, isTyping: boolean): void {
    const line = this.#line
    line.change(() => {
      for (const each of line.ledger.messages(phoneNumberId, waId, bounds.messagesKept))
        if (each.by === 'person' && each.status !== 'read' && each.at <= at)
          line.saveMessage({ ...each, status: 'read' })
      if (isTyping)
        line.saveChat({ ...line.ledger.chat(phoneNumberId, waId), typingUntil: line.clock.now() + typingMs })
    })
  }

  /** The webhook about a person's message was taken: the second tick. */
  delivered(messageId: string): void {
    const message = this.#line.ledger.message(messageId)
    if (message?.by === 'person' && message.status === 'sent')
      this.#line.saveMessage({ ...message, status: 'delivered' })
  }

  /** What came while the phone was offline is received now, and read if it is on the screen. */
  #catchUp(person: PersonRow, chat: ChatRow): void {
    const channel = this.#line.channelOf(chat.phoneNumberId)
    if (channel === undefined) return
    for (const message of this.#line.ledger.messages(chat.phoneNumberId, chat.waId, bounds.messagesKept)) {
      const waits = message.status === 'sent' || (message.status === 'delivered' && chat.open)
      if (message.by === 'business' && waits)
        this.#line.advance(channel, person, message, chat.open ? 'read' : 'delivered')
    }
  }
}
