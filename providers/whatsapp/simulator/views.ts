import type { Content } from '../../../kernel/content.ts'
import type { ChatRow, Ledger, MessageRow, PersonRow } from './ledger.ts'
import type { Change } from './line.ts'
import type { Phone } from './phone.ts'
import type { Faults, SimulatedChannel } from './settings.ts'
import { bounds } from './settings.ts'
import { buttonsOf } from './templates.ts'
import type { WebhookQueue } from './webhooks.ts'

export interface MessageView {
  id: string
  waId: string
  channelId: string
  phoneNumberId: string
  by: 'person' | 'business'
  at: number
  content: Content
  shown?: string
  /** The quick replies of a template. */
  buttons?: string[]
  replyTo?: string
  status: 'sent' | 'delivered' | 'read' | 'failed'
  error?: { code: number; title: string }
  reactions: { person?: string; business?: string }
  edited?: true
  deleted?: true
}
export interface ChatView {
  waId: string
  channelId: string
  phoneNumberId: string
  open: boolean
  unread: number
  windowEndsAt: number | null
  typingUntil: number | null
  messages: MessageView[]
}
export interface PersonView extends PersonRow {
  chats: ChatView[]
}
export interface ChannelView {
  channelId: string
  phoneNumberId: string
  name: string
  phoneNumber: string
  faults: Faults
  webhooks: { pending: number; held: number; lastStatus: number | null }
}

export interface ViewParts {
  ledger: Ledger
  phone: Phone
  queue: WebhookQueue
  channels(): readonly SimulatedChannel[]
}

/** What the screens are told, as ../README.md has it. Never a token or a secret. */
export class Views {
  readonly lastStatus = new Map<string, number>()
  readonly #parts: ViewParts

  constructor(parts: ViewParts) {
    this.#parts = parts
  }

  #channelOf(phoneNumberId: string): SimulatedChannel | undefined {
    return this.#parts.channels().find((channel) => channel.phoneNumberId === phoneNumberId)
  }

  message(row: MessageRow): MessageView {
    const { isEdited, isDeleted, opaque: _, shown, replyTo, error, ...rest } = row
    const channel = this.#channelOf(row.phoneNumberId)
    const buttons = channel && buttonsOf(this.#parts.ledger, channel, row.content)
    return {
      ...rest,
      channelId: channel?.channelId ?? '',
      ...(buttons !== undefined && { buttons }),
      ...(shown !== null && { shown }),
      ...(replyTo !== null && { replyTo }),
      ...(error !== null && { error }),
      ...(isEdited && { edited: true as const }),
      ...(isDeleted && { deleted: true as const }),
    }
  }

  #bareChat(row: ChatRow): Omit<ChatView, 'messages'> {
    const { lastInAt: _, ...rest } = row
    const channelId = this.#channelOf(row.phoneNumberId)?.channelId ?? ''
    return { ...rest, channelId, windowEndsAt: this.#parts.phone.windowEndsAt(row) }
  }

  chat(row: ChatRow): ChatView {
    const rows = this.#parts.ledger.messages(row.phoneNumberId, row.waId, bounds.messagesShown)
    return { ...this.#bareChat(row), messages: rows.map((message) => this.message(message)) }
  }

  person(row: PersonRow): PersonView {
    return { ...row, chats: this.#parts.ledger.chatsOf(row.waId).map((chat) => this.chat(chat)) }
  }

  channel({ channelId, phoneNumberId, name, phoneNumber }: SimulatedChannel): ChannelView {
    const faults = this.#parts.ledger.faults(phoneNumberId)
    const pending = this.#parts.queue.waitingFor(phoneNumberId)
    const held = faults.webhooksPaused ? pending : 0
    const lastStatus = this.lastStatus.get(phoneNumberId) ?? null
    return { channelId, phoneNumberId, name, phoneNumber, faults, webhooks: { pending, held, lastStatus } }
  }

  change(change: Change): object | undefined {
    switch (change.type) {
      case 'message':
        return { type: 'message', message: this.message(change.message) }
      case 'chat':
        return { type: 'chat', chat: this.#bareChat(change.chat) }
      case 'person':
        return { type: 'person', person: change.person }
      case 'channel': {
        const channel = this.#channelOf(change.phoneNumberId)
        return channel && { type: 'channel', channel: this.channel(channel) }
      }
    }
  }
}
