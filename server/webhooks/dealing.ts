import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { ChannelKind } from '../../kernel/channel-kind.ts'
import { conversationIdOf, derivedId } from '../../kernel/id.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Correspondent, ReceivedItem as Item, ReceivedOf as ItemOf } from '../../providers/received.ts'
import type { ProviderError } from '../../providers/sender.ts'
import type { MessageRow } from '../../store/queries/messages.ts'
import type { Received } from '../../store/webhook-events.ts'
import { failureOf, fromOpaque } from './opaque.ts'
import type { People } from './people.ts'
import { changeOf, Statuses } from './statuses.ts'

interface Parts {
  people: People
  workspaceFor(workspaceId: string, channelId: string): Workspace
  /** Of which kind a channel is. */
  kindOf(workspaceId: string, channelId: string): ChannelKind
  messageByProviderId(workspaceId: string, channelId: string, providerId: string): Promise<MessageRow | undefined>
  /** A person types: shown to those who look at the conversation, kept nowhere. */
  typing(workspaceId: string, conversationId: string, userId: string, on: boolean): void
  /** WhatsApp tells what became of a template. */
  templateTold(workspaceId: string, told: Omit<ItemOf<'template'>, 'kind' | 'eventKey' | 'raw'>): Promise<void>
  /** WhatsApp tells what became of a text of the platform. */
  textTold(textId: string, status: 'sent' | 'delivered' | 'failed', why: string | null): Promise<void>
  /** What the time of this workspace was when it was `at` in the world. */
  timeIn(workspaceId: string, at: number): number
}

/** Where it came in, and how often a sweep took it up. Without an id it is kept nowhere. */
export type Event = Pick<Received, 'workspaceId' | 'channelId' | 'attempts'> & { _id?: string }

interface Place {
  workspaceId: string
  channelId: string
  workspace: Workspace
}

/** What each thing that a provider tells means for the people and conversations here. */
export class Dealing {
  readonly #parts: Parts
  readonly #statuses = new Statuses()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** What was handed over and not yet answered; nothing where all is done. @throws Problem */
  deal({ workspaceId, channelId, attempts }: Event, item: Item): Promise<{ done: Promise<unknown> } | undefined> {
    const place = { workspaceId, channelId, workspace: this.#parts.workspaceFor(workspaceId, channelId) }
    switch (item.kind) {
      case 'message':
        if (item.content.kind === 'reaction') return after(this.#reaction(item, place))
        return this.#message(item, place, attempts > 0)
      case 'status':
        return this.#status(item, place)
      case 'call':
        return this.#call(item, place, attempts > 0)
      case 'call_status':
        return after(this.#callStatus(item, place))
      case 'edited':
      case 'deleted':
        return after(this.#changed(item, place))
      case 'typing':
        return after(this.#typing(item, place))
      case 'template':
        return after(this.#parts.templateTold(workspaceId, item))
      default:
        // An echo of our own words, an account's news: kept, and nothing more.
        return Promise.resolve(undefined)
    }
  }

  async #message(
    { from, providerId, content, replyTo, at, optOut }: ItemOf<'message'>,
    place: Place,
    isSwept: boolean,
  ) {
    const userId = await this.#parts.people.whoIs(place.workspace, from)
    if (!userId) return undefined
    const { channelId } = place
    if (isSwept && (await this.#isKept(place, userId, providerId))) return undefined
    const answers = replyTo ? await this.#messageOf(place, replyTo) : null
    const done = place.workspace.at(conversation, conversationIdOf(userId)).receive({
      messageId: messageIdOf(channelId, providerId),
      providerId,
      channelId,
      kind: this.#parts.kindOf(place.workspaceId, channelId),
      userId,
      address: addressOf(from),
      name: from.name ?? '',
      content,
      replyTo: answers,
      sentAt: this.#parts.timeIn(place.workspaceId, at),
      ...(optOut && { optOut }),
    })
    return { done }
  }

  /** It is a message of its own, whatever is told of it first; what is told of it besides changes it. */
  async #call({ call, ...item }: ItemOf<'call'>, place: Place, isSwept: boolean) {
    const { from, providerId } = item
    const userId = isSwept ? await this.#parts.people.whoIs(place.workspace, from) : undefined
    if (userId && (await this.#isKept(place, userId, providerId))) {
      const messageId = messageIdOf(place.channelId, providerId)
      return { done: place.workspace.at(conversation, conversationIdOf(userId)).callChanged({ messageId, ...call }) }
    }
    return this.#message({ ...item, kind: 'message', content: { kind: 'call', ...call } }, place, false)
  }

  async #callStatus({ opaque, providerId, leg, call }: ItemOf<'call_status'>, place: Place) {
    const ours = fromOpaque(opaque)
    if (!ours) return
    const sid = leg === 'staff' ? { sid: providerId } : {}
    const it = place.workspace.at(conversation, ours.conversationId)
    await it.callChanged({ messageId: ours.messageId, ...call, ...sid })
  }

  /**
   * Whether a message that is taken up again was dealt with before its process died. The conversation is asked first: it
   * writes the rows that a crash left out, and knows itself only the latest of what came in.
   */
  async #isKept(place: Place, userId: string, providerId: string) {
    try {
      await place.workspace.at(conversation, conversationIdOf(userId)).view()
    } catch (error) {
      if (error instanceof Problem && error.kind === 'missing') return false
      throw error
    }
    return (await this.#refOf(place, providerId)) !== undefined
  }

  async #reaction({ from, content }: ItemOf<'message'>, place: Place) {
    const userId = await this.#parts.people.whoIs(place.workspace, from)
    if (!userId || content.kind !== 'reaction') return
    const messageId = await this.#messageOf(place, content.to)
    await place.workspace.at(conversation, conversationIdOf(userId)).react({ messageId, emoji: content.emoji })
  }

  async #changed(item: ItemOf<'edited'> | ItemOf<'deleted'>, place: Place) {
    const userId = item.by === 'person' ? await this.#parts.people.whoIs(place.workspace, item.from) : undefined
    if (!userId) return
    const it = place.workspace.at(conversation, conversationIdOf(userId))
    const messageId = messageIdOf(place.channelId, item.providerId)
    if (item.kind === 'edited') await it.edit({ messageId, content: item.content, at: item.at })
    else await it.withdraw({ messageId, at: item.at })
  }

  async #status(item: ItemOf<'status'>, place: Place) {
    const { opaque, providerId, status, error } = item
    if (opaque?.startsWith('txt_')) return after(this.#textStatus(opaque, status, error))
    const ours = fromOpaque(opaque) ?? (await this.#refOf(place, providerId))
    if (!ours) return undefined // Sent by another tool through the same number.
    const change = changeOf(item, ours.messageId, place.channelId)
    return { done: this.#statuses.tell(place.workspace, ours.conversationId, change) }
  }

  #textStatus(textId: string, status: ItemOf<'status'>['status'], error: ProviderError | undefined) {
    const told = status === 'read' ? 'delivered' : status
    return this.#parts.textTold(textId, told, status === 'failed' ? failureOf(error).title : null)
  }

  async #typing({ from, on }: ItemOf<'typing'>, place: Place) {
    const userId = await this.#parts.people.whoIs(place.workspace, from)
    if (userId) this.#parts.typing(place.workspaceId, conversationIdOf(userId), userId, on)
  }

  /** Theirs derive from the provider's id; ours are looked up by it. */
  async #messageOf(place: Place, providerId: string) {
    return (await this.#refOf(place, providerId))?.messageId ?? messageIdOf(place.channelId, providerId)
  }

  async #refOf({ workspaceId, channelId }: Place, providerId: string) {
    const found = await this.#parts.messageByProviderId(workspaceId, channelId, providerId)
    return found && { conversationId: found.conversationId, messageId: found._id }
  }
}

const after = async (work: Promise<void>) => {
  await work
  return undefined
}

/** A message that comes again under the provider's id is the same message: its row is written once. */
const messageIdOf = (channelId: string, providerId: string) => derivedId('msg', channelId, providerId)

export const addressOf = ({ waId, userId, phone, email, app }: Correspondent) =>
  waId ?? userId ?? phone ?? email ?? app ?? ''
