import type { Content } from '../../kernel/content.ts'
import { advances } from '../../kernel/delivery.ts'
import { conflict, invalid } from '../../kernel/problem.ts'
import type { Change, Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import type { Message } from './contract/message.ts'
import { ownContent, ownOf } from './contract/person.ts'
import { incoming } from './incoming.ts'
import { kindOf } from './reach.ts'
import { standing } from './rules.ts'
import type { State } from './state.ts'
import type { ConversationChange } from './telling.ts'

type AnyChange = Change<typeof conversation, State, unknown>
type Event = NonNullable<AnyChange['events']>[number]

const { event } = conversation

/** Whether the person uses the app: only then somebody reads the stream of their own. */
const usesApp = ({ identities }: State) => identities.some(({ kind }) => kind === 'app')

/** What of an event of the staff's stream the person is told, in their own words. */
function ownEvent({ type, data }: Event): Event[] {
  switch (type as keyof typeof conversation.events) {
    case 'message.created': {
      const message = ownOf((data as { message: Message }).message)
      return message ? [event('own.message_created', { message })] : []
    }
    case 'message.status_changed': {
      const { messageId, status } = data as { messageId: string; status: Message['status'] }
      return [event('own.message_changed', { messageId, status })]
    }
    case 'message.rerouted': {
      const { messageId, channelId, status } = data as {
        messageId: string
        channelId: string
        status: Message['status']
      }
      return [event('own.message_changed', { messageId, channelId, status })]
    }
    case 'message.edited':
    case 'message.withdrawn':
    case 'message.file_fetched':
    case 'message.call_changed': {
      const { content, ...change } = data as { messageId: string; content: Content }
      return [event('own.message_changed', { ...change, content: ownContent(content) })]
    }
    case 'message.reacted':
      return [event('own.message_changed', data as { messageId: string })]
    default:
      return []
  }
}

type Handlers = Record<string, (state: State, input: never, given: never) => AnyChange>

/** What a person does in the app besides writing. */
export const own = {
  write(state: State, { content, replyTo }: { content: Content; replyTo?: string | undefined }, given: Given) {
    const { settings, by, now } = given
    const channel = (settings.channels ?? []).find(({ kind, isActive }) => kind === 'app' && isActive)
    if (!channel) throw conflict('app_not_connected', 'This business has no app.')
    if (!carried.includes(content.kind)) throw invalid('not_carried', 'The app does not carry this.')
    const messageId = given.newId('msg')
    const from = { userId: by.id, address: by.id, name: '', channelId: channel.id, kind: 'app' as const }
    const said = { ...from, messageId, providerId: messageId, content, replyTo: replyTo ?? null, sentAt: now }
    const { reply, ...change } = incoming.receive(state, said, given)
    return { ...change, reply: { messageId, n: reply.n } }
  },

  ownView(state: State) {
    return { state, reply: { unseen: state.unread } }
  },

  /** What went to the app is read; what went elsewhere its provider tells. */
  seenByPerson(state: State, { upTo }: { upTo: number }, { settings }: Pick<Given, 'settings'>): ConversationChange {
    const isSeen = ({ n = 0, channelId, status }: State['outgoing'][number]) =>
      n > 0 &&
      n <= upTo &&
      kindOf(state, channelId ?? '', settings) === 'app' &&
      advances({ status, error: null }, read)
    const seen = state.outgoing.filter(isSeen)
    if (seen.length === 0) return { state }
    return {
      state: { ...state, outgoing: state.outgoing.map((one) => (isSeen(one) ? { ...one, ...read } : one)) },
      rows: seen.map(({ id }) => conversation.update('message', id, standing('read', null))),
      events: seen.map(({ id: messageId }) => event('message.status_changed', { messageId, ...read })),
    }
  },
}
const carried: readonly string[] = ['text', 'image', 'video', 'audio', 'voice', 'document', 'location', 'answer']
const read = { status: 'read' as const, error: null }

/** The same handlers, that tell the person as well. */
export function telling<All>(handlers: All): All {
  const all = handlers as Handlers
  const telling = Object.entries(all).map(([name, handle]) => [
    name,
    (state: State, input: never, given: never) => {
      const change = handle(state, input, given)
      if (!change.events?.length || !usesApp(change.state)) return change
      const { unread: unseen } = change.state
      const seen = unseen === state.unread ? [] : [event('own.seen', { unseen })]
      return { ...change, events: [...change.events, ...change.events.flatMap(ownEvent), ...seen] }
    },
  ])
  // Here the types end: each handler keeps its own, and nothing but events is added to what it answers.
  return Object.fromEntries(telling) as All
}
