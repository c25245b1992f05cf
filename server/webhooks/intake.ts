import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { ChannelKind } from '../../kernel/channel-kind.ts'
import { conversationIdOf, derivedId } from '../../kernel/id.ts'
import { busy, Problem } from '../../kernel/problem.ts'
import type { Correspondent, ReceivedItem as Item, ReceivedOf as ItemOf } from '../../providers/received.ts'
import type { ProviderError } from '../../providers/sender.ts'
import type { MessageRow } from '../../store/queries/messages.ts'
import type { Channel } from '../../store/settings/channels.ts'
import type { Received, WebhookEvents } from '../../store/webhook-events.ts'
import type { Log } from '../ports.ts'
import { failureOf, fromOpaque } from './opaque.ts'
import type { People } from './people.ts'

/** Above this we let the provider come again rather than pile up what is not yet dealt with. */
const underWayMax = 2_000
/** Messages that were handed over and not yet answered. */
const unansweredMax = 128

/** Makes an item again of what was kept of it. */
export type Parser = (raw: string, now: number) => Item

interface Parts {
  /** By provider. */
  parsers: Readonly<Record<string, Parser>>
  events: WebhookEvents
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
  now(): number
  /** What the time of this workspace was when it was `at` in the world. */
  timeIn(workspaceId: string, at: number): number
  log: Log
}

interface Place {
  workspaceId: string
  channelId: string
  workspace: Workspace
}

/** What providers tell us: kept first, answered, then dealt with, in order per person. */
export class Intake {
  readonly #parts: Parts
  readonly #lanes = new Map<string, Promise<void>>()
  readonly #answers = new Set<Promise<void>>()
  /** Events that were taken up here and not yet dealt with: however long that lasts, no sweep takes them up beside it. */
  readonly #taken = new Set<string>()
  #underWay = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when all that is new is durable. @throws Problem `busy` when too much waits */
  async accept(channel: Pick<Channel, 'id' | 'workspaceId' | 'provider'>, items: readonly Item[]) {
    if (this.#underWay + items.length > underWayMax)
      throw busy('intake_full', 'Too much is waiting here at the moment.', 2_000)
    const { id: channelId, workspaceId, provider } = channel
    const kept = items.filter((item) => item.kind !== 'typing')
    for (const item of items)
      if (item.kind === 'typing')
        this.#inLane(
          item,
          channelId,
          () => this.#typing(item, this.#place(workspaceId, channelId)),
          (error) => this.#failed(item, channelId, error),
        )
    const raws = kept.map(({ eventKey, raw }) => ({ workspaceId, channelId, provider, eventKey, raw }))
    const received = await this.#parts.events.keep(raws, this.#parts.now())
    const byKey = new Map(kept.map((item) => [item.eventKey, item]))
    for (const event of received) {
      const item = byKey.get(event.eventKey)
      if (item) this.#take(event, item)
    }
  }

  /** Takes up what a crash or a fault left lying. Answers how many. */
  async sweep(limit: number) {
    const { events, now, log } = this.#parts
    const take = (event: Received) => {
      if (!this.#taken.has(event._id)) this.#take(event, this.#itemOf(event))
    }
    return events.overdue({ now: now(), limit }, take, ({ _id, channelId }, error) =>
      log.error('webhook not read', { eventId: _id, channelId, error }),
    )
  }

  #itemOf({ provider, raw }: Received): Item {
    const parse = this.#parts.parsers[provider]
    if (!parse) throw new Error(`Nothing reads what ${provider} tells.`)
    return parse(raw as string, this.#parts.now())
  }

  /** Resolves when all that was accepted is dealt with. */
  async settled() {
    while (this.#lanes.size > 0 || this.#answers.size > 0)
      await Promise.all([...this.#lanes.values(), ...this.#answers])
    await this.#parts.events.drained()
  }

  #take(event: Received, item: Item) {
    this.#taken.add(event._id)
    const failed = (error: unknown) => {
      this.#taken.delete(event._id)
      this.#failed(item, event.channelId, error)
    }
    this.#inLane(
      item,
      event.channelId,
      async () => {
        const answer = await this.#process(event, item)
        if (answer) await this.#answered(event, answer.done, failed)
        else this.#settle(event)
      },
      failed,
    )
  }

  #settle({ _id }: Received) {
    this.#taken.delete(_id)
    this.#parts.events.settle(_id)
  }

  /**
   * The next message of this person need not wait for the answer to the last: a mailbox keeps the order in which it was
   * given, and what waits in it is written together. Past the bound it does wait, so that no mailbox fills up.
   */
  async #answered(event: Received, done: Promise<unknown>, failed: (error: unknown) => void) {
    this.#underWay++
    const answered = done
      .then(() => this.#settle(event))
      .catch(failed)
      .finally(() => {
        this.#underWay--
        this.#answers.delete(answered)
      })
    this.#answers.add(answered)
    if (this.#answers.size > unansweredMax) await answered
  }

  /** One at a time per person, so that what they say keeps its order; a fault leaves the event to the sweep. */
  #inLane(item: Item, channelId: string, work: () => Promise<void>, failed: (error: unknown) => void) {
    const lane = `${channelId}/${addressOf(whoOf(item))}`
    this.#underWay++
    const before = this.#lanes.get(lane)
    const mine = (before ? before.then(work) : work()).catch(failed).finally(() => {
      this.#underWay--
      if (this.#lanes.get(lane) === mine) this.#lanes.delete(lane)
    })
    this.#lanes.set(lane, mine)
  }

  /** Left to the sweep. */
  #failed(item: Item, channelId: string, error: unknown) {
    const level = error instanceof Problem && !error.retryable ? 'warn' : 'error'
    this.#parts.log[level]('webhook not dealt with', { eventKind: item.kind, channelId, error })
  }

  #place(workspaceId: string, channelId: string): Place {
    return { workspaceId, channelId, workspace: this.#parts.workspaceFor(workspaceId, channelId) }
  }

  /** What was handed over and not yet answered; nothing where all is done. */
  #process(
    { workspaceId, channelId, attempts }: Received,
    item: Item,
  ): Promise<{ done: Promise<unknown> } | undefined> {
    const place = this.#place(workspaceId, channelId)
    switch (item.kind) {
      case 'message':
        if (item.content.kind === 'reaction') return after(this.#reaction(item, place))
        return this.#message(item, place, attempts > 0)
      case 'status':
        return after(this.#status(item, place))
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

  async #status({ opaque, providerId, status, error }: ItemOf<'status'>, place: Place) {
    if (opaque?.startsWith('txt_')) return this.#textStatus(opaque, status, error)
    const ours = fromOpaque(opaque) ?? (await this.#refOf(place, providerId))
    if (!ours) return // Sent by another tool through the same number.
    const failure = status === 'failed' ? failureOf(error) : null
    const change = { messageId: ours.messageId, status, error: failure, providerId, channelId: place.channelId }
    await place.workspace.at(conversation, ours.conversationId).statusChanged(change)
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

const addressOf = ({ waId, userId, phone, email, app }: Correspondent) => waId ?? userId ?? phone ?? email ?? app ?? ''

/** Whose order it must keep. */
function whoOf(item: Item): Correspondent {
  if ('from' in item) return item.from
  return 'recipient' in item && item.recipient ? item.recipient : {}
}
