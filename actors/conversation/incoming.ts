import { kindRules } from '../../kernel/channel-kind.ts'
import { type Content, mediaKinds } from '../../kernel/content.ts'
import type { Change, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { user } from '../user/contract.ts'
import { followed, told } from './calls.ts'
import { conversation } from './contract.ts'
import { forwarded } from './joining.ts'
import type { Message } from './contract/message.ts'
import { relisted } from './listing.ts'
import { episodeRow, reacted } from './rows.ts'
import { heardMs, standing } from './rules.ts'
import { isRecent, remembered, ring, type State } from './state.ts'
import { changed, type ConversationChange, joined, lastOf } from './telling.ts'
import { understand } from './understand.ts'

const withdrawnMax = 20

const { event, insert, update, effect } = conversation
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

/** What the person says and does. */
export const incoming = {
  receive(state: State, input: Input<'receive'>, given: Given) {
    const elsewhere = forwarded(state, input)
    if (elsewhere) return elsewhere
    const call = state.calls.find(({ messageId }) => messageId === input.messageId)
    if (call && input.content.kind === 'call')
      return { ...told(state, call, input.content, given), reply: { n: state.messageCount, isNew: false } }
    // Repetitions are met at the door; this catches those that come while the first is still under way.
    if (isRecent(state.recentIn, input.messageId)) return { state, reply: { n: state.messageCount, isNew: false } }

    const { now } = given
    const n = state.messageCount + 1
    const episode = begun(state, given)
    const message = written(input, n, episode?.id ?? state.lastEpisodeId ?? given.id, given)
    const isHeard = isToTell(state, input, now)
    const after = heard(state, { ...input, message, isHeard, episode }, given)
    const { userId } = input
    const { name } = after
    const change = changed(state, after, given, message)
    const taken = {
      ...change,
      rows: [
        ...beginning(state, episode, given),
        insert('message', { ...message, ...standing('received', null), userId, providerId: input.providerId }),
      ],
      tells: [...change.tells, ...(isHeard ? [user.tell(userId).heard({ at: now, name })] : [])],
      effects: isElsewhere(input.content) ? [effect('fetchFile', input.messageId, file(input))] : [],
      reminders: { ...change.reminders, ...(after.snoozedUntil !== state.snoozedUntil && { wake: null }) },
    }
    const whole = joined(called(taken, input, given), (next) => understand(next, { input, before: state, given }))
    return { ...whole, reply: { n, isNew: true } } satisfies Change<
      typeof conversation,
      State,
      { n: number; isNew: boolean }
    >
  },

  edit(state: State, { messageId, content, at }: Input<'edit'>, given: Given) {
    return {
      ...relisted(state, messageId, content, given),
      rows: [update('message', messageId, { content, editedAt: at })],
      events: [event('message.edited', { messageId, content, editedAt: at })],
    }
  },

  /** The person took it back: we keep that there was something, not what it said. */
  withdraw(state: State, { messageId, at }: Input<'withdraw'>, given: Given) {
    const content: Content = { kind: 'unsupported', what: 'withdrawn' }
    const withdrawn = ring(state.withdrawn, messageId, withdrawnMax)
    return {
      ...relisted({ ...state, withdrawn }, messageId, content, given),
      rows: [update('message', messageId, { content, deletedAt: at })],
      events: [event('message.withdrawn', { messageId, content, deletedAt: at })],
    }
  },

  react(state: State, { messageId, emoji }: Input<'react'>) {
    return reacted(state, messageId, { person: emoji })
  },

  /** The file is with us now, or will never be; the content says which. */
  fileFetched(state: State, { messageId, content, forget }: Input<'fileFetched'>) {
    const effects = forget ? [effect('forgetRecording', messageId, forget)] : []
    if (state.withdrawn.includes(messageId)) return { state, effects }
    return {
      state,
      effects,
      rows: [update('message', messageId, { content })],
      events: [event('message.file_fetched', { messageId, content })],
    }
  },
}

/** A call is followed from its first ring, or from whatever of it was told first. */
function called(change: ConversationChange, input: Input<'receive'>, { now: at }: Given): ConversationChange {
  const { messageId, channelId, providerId: sid, content } = input
  if (content.kind !== 'call') return change
  const { kind: _, ...news } = content
  return followed(change, { messageId, channelId, sid, isOurs: false, at, ...news })
}

interface Heard extends Pick<
  Input<'receive'>,
  'userId' | 'name' | 'address' | 'channelId' | 'kind' | 'sentAt' | 'providerId'
> {
  message: Message
  isHeard: boolean
  episode: State['episode']
}

const beginning = (before: State, episode: State['episode'], given: Given) =>
  episode === null || episode === before.episode ? [] : [episodeRow(episode, given)]

/** What they write belongs to the present matter, or begins one: not for somebody who is blocked. */
function begun({ episode, lastEpisodeId, rules }: State, given: Given): State['episode'] {
  if (episode || (rules.terms.isBlocked && lastEpisodeId !== null)) return episode
  return { id: given.newId('eps'), openedAt: given.now }
}

function heard(state: State, { message, isHeard, episode, ...input }: Heard, { now }: Given): State {
  const { channelId } = input
  const { n } = message
  const { windowMs } = kindRules[input.kind ?? 'whatsapp']
  const isNew = episode !== null && state.episode === null
  // What somebody says who is blocked is kept, and nobody is called for it.
  const waits = state.rules.terms.isBlocked
    ? {}
    : {
        status: 'open' as const,
        snoozedUntil: null,
        unread: state.unread + 1,
        received: state.received + 1,
        waitingSince: isTaken(message.content) ? state.waitingSince : (state.waitingSince ?? now),
      }
  return {
    ...state,
    ...addressed(state, input, message.content.kind === 'call'),
    ...waits,
    episode,
    ...(isNew && { lastEpisodeId: episode.id, isAnswered: false }),
    windows: windowMs === null ? state.windows : opened(state, channelId, input.sentAt + windowMs),
    messageCount: n,
    lastMessageAt: now,
    recentIn: remembered(state.recentIn, message._id),
    lastIn: lastHeard(state, input, message),
    last: lastOf(message),
    heardAt: isHeard ? now : state.heardAt,
  }
}

/** Somebody of the business has taken the call: nobody waits. */
const isTaken = (content: Content) => content.kind === 'call' && content.status === 'completed'

/** A call opens no way to write by: what was written last stays what is answered. */
function lastHeard(
  { lastIn }: State,
  { channelId, providerId }: Pick<Heard, 'channelId' | 'providerId'>,
  message: Message,
) {
  const { n, content } = message
  if (content.kind === 'call' && lastIn !== null) return { ...lastIn, n }
  return { n, channelId, providerId, ...(isSilent(content) && { isSilent: true }) }
}

const isSilent = (content: Content) => content.kind === 'email' && content.isSilent === true

const opened = ({ windows }: State, channelId: string, until: number) => ({
  ...windows,
  [channelId]: Math.max(windows[channelId] ?? 0, until),
})

/** The conversation goes on over the channel on which the person wrote last. */
type Sender = Pick<Input<'receive'>, 'userId' | 'name' | 'address' | 'channelId' | 'kind'>
function addressed(state: State, { userId, name, address, channelId: by, kind }: Sender, isCall: boolean) {
  // Who calls once is not written to by SMS from then on.
  const channelId = isCall ? (state.channelId ?? by) : by
  const contact = kind === 'app' ? state.contact : shownAs(address) // In the app they are known by our own id.
  // An address that has not changed is not written, and not encrypted, again.
  const isSame = state.addresses[by] === address
  const addresses = isSame ? state.addresses : { ...state.addresses, [by]: address }
  // What a profile says is for who has no name here: people of the business call them otherwise for a reason.
  return { userId, name: state.name || name, contact, channelId, addresses }
}

const shownAs = (address: string) => (/^\d+$/.test(address) ? `+${address}` : address)

function written(input: Input<'receive'>, n: number, episodeId: string, { id, now }: Given): Message {
  const { messageId, userId, channelId, content, replyTo } = input
  return {
    _id: messageId,
    conversationId: id,
    n,
    direction: 'in',
    author: { kind: 'person', id: userId },
    episodeId,
    channelId,
    content,
    replyTo,
    status: 'received',
    error: null,
    reactions: { person: null, staff: null },
    at: now,
    editedAt: null,
    deletedAt: null,
  }
}

const file = ({ messageId, channelId, content }: Input<'receive'>) => ({ messageId, channelId, content })

/** That its provider has; what was brought to us by the app is here. */
const isElsewhere = (content: Content) =>
  (mediaKinds as readonly string[]).includes(content.kind) && !('fileId' in content && content.fileId !== undefined)

/** Whether their own actor must hear of it now: once a minute, and at once of what brings them back or names them. */
const isToTell = ({ heardAt, name, rules }: State, input: { name: string }, now: number) =>
  heardAt === null || now - heardAt >= heardMs || rules.terms.isArchived === true || (name === '' && input.name !== '')
