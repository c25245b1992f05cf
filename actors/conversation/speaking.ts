import type { Purpose } from '../../kernel/consent.ts'
import type { Outgoing } from '../../kernel/content.ts'
import { missing } from '../../kernel/problem.ts'
import { spelledOut, templateFor } from '../../kernel/template-known.ts'
import { channel } from '../channel/contract.ts'
import type { Change, Given } from '../runtime/change.ts'
import { lived, unsent } from './activity.ts'
import { conversation } from './contract.ts'
import type { Failure, Message } from './contract/message.ts'
import { guard, type Verdict } from './guards.ts'
import { reach, type Way } from './reach.ts'
import { otherWay } from './fallback.ts'
import { episodeRow, reacted } from './rows.ts'
import { sendForMs, standing } from './rules.ts'
import { ring, type State } from './state.ts'
import { changed, joined, known, lastOf } from './telling.ts'

const outgoingMax = 16
const { event, insert, update } = conversation
export const pending = { status: 'pending' as const, error: null }

/** Something that the business is about to say. */
export interface Utterance {
  messageId: string
  content: Outgoing
  channelId: string | undefined
  replyTo: string | null
  class: Purpose
  about: string | undefined
  author: Message['author']
  /** The hour for which it was planned. */
  sendAt?: number | undefined
  /** It is about a matter that is over, and begins none. */
  isAfterwards?: boolean
}

/** `utterance` is what goes: of a template, with the words that the person reads. */
type Weighed =
  (Extract<Verdict, { is: 'passed' }> & { way: Way; utterance: Utterance }) | Exclude<Verdict, { is: 'passed' }>

/** By which way it would go, and whether it may. */
export function weigh(state: State, utterance: Utterance, given: Given): Weighed {
  known(state)
  const { messageId, about } = utterance
  const way = reach(state, utterance.channelId, given.settings, utterance.content.kind)
  if (!way) return nowhere(messageId)
  const { channelId, kind } = way
  const spelled = templateSpelled(utterance, channelId, given)
  const { content, class: purpose } = spelled
  const isOfMachine = isByMachine(utterance)
  const leaving = { messageId, channelId, kind, to: way.to, class: purpose, content, about, isOfMachine }
  const verdict = guard(state, { ...leaving, windowExpiresAt: state.windows[channelId] }, given)
  if (verdict.is === 'passed') return { ...verdict, way, utterance: spelled }
  const isClosed = verdict.is === 'refused' && verdict.problem.code === 'wa_window_closed'
  // Whoever chose the way is told that it is closed; otherwise the next one is taken.
  const other =
    isClosed && utterance.channelId === undefined && otherWay(state, { channelId, content: content.kind }, given)
  return other ? weigh(state, { ...utterance, channelId: other.channelId }, given) : verdict
}

/** A question about a matter that is over answers nothing. */
const isByMachine = ({ author, isAfterwards }: Utterance) => author.kind === 'automation' && isAfterwards !== true

/** A template says what its provider has approved; one that advertises is marketing, whoever sends it. */
function templateSpelled(utterance: Utterance, channelId: string, { settings }: Given): Utterance {
  const { content } = utterance
  if (content.kind !== 'template') return utterance
  const { shown: _, ...bare } = content
  const known = templateFor(settings, channelId, content)
  if (known === undefined || known === 'unknown') return { ...utterance, content: bare }
  const isMarketing = known.category === 'marketing'
  return { ...utterance, content: spelledOut(known, bare), ...(isMarketing && { class: 'marketing' as const }) }
}

function nowhere(messageId: string): Weighed {
  const problem = missing('address_missing', 'We know no address of this person on that channel.')
  return { is: 'refused', problem, decision: { rule: 'guard.address@1', outcome: 'refused', facts: { messageId } } }
}

type Said = Change<typeof conversation, State>

/** It is in the thread, and on its way. `after`: what its being said changes besides. */
export function said(before: State, after: State, utterance: Utterance, way: Way, given: Given): Said {
  const { content } = utterance
  const parcel = handed(utterance, way, given)
  if (content.kind === 'reaction') {
    const change = reacted(after, content.to, { staff: content.emoji })
    return { ...change, tells: [parcel] }
  }
  const { message, state, rows } = written(after, utterance, way.channelId, given)
  const about = { n: message.n, channelId: way.channelId, content: content.kind, class: utterance.class }
  const outgoing = ring(state.outgoing, { id: message._id, ...pending, ...about }, outgoingMax)
  const change = changed(before, { ...state, outgoing, last: lastOf(message) }, given, message)
  return { ...change, rows, tells: [...change.tells, parcel] }
}

/** It could not go, and the thread says why; whoever may can try again. */
export function unsaid(state: State, utterance: Utterance, error: Failure, given: Given): Said {
  const {
    message,
    state: after,
    rows,
  } = written(state, utterance, utterance.channelId ?? state.channelId, given, error)
  const { _id: id, n, channelId } = message
  const about = { n, content: utterance.content.kind, class: utterance.class, ...(channelId !== null && { channelId }) }
  const outgoing = ring(after.outgoing, { id, status: 'failed' as const, error, ...about }, outgoingMax)
  const last = { ...lastOf(message), hasFailed: true }
  return { ...changed(state, { ...after, outgoing, last }, given, message), rows }
}

/** To which matter it belongs: the present one, a new one, or none where it is about one that is over. */
function matterOf({ episode, lastEpisodeId, status }: State, { isAfterwards }: Utterance, given: Given) {
  if (isAfterwards === true && episode === null && lastEpisodeId !== null) return { begun: null, isReopened: false }
  return { begun: episode ?? { id: given.newId('eps'), openedAt: given.now }, isReopened: status === 'resolved' }
}

function written(
  state: State,
  utterance: Utterance,
  channelId: string | null,
  given: Given,
  error: Failure | null = null,
) {
  const { userId } = known(state)
  const { begun, isReopened } = matterOf(state, utterance, given)
  const isNew = begun !== null && begun !== state.episode
  const episodeId = begun?.id ?? state.lastEpisodeId ?? given.id
  const message = messageOf(utterance, { n: state.messageCount + 1, episodeId, channelId, error }, given)
  const { _id, ...rest } = { ...message, ...standing(message.status, error), userId, providerId: null }
  return {
    message,
    state: {
      ...state,
      episode: begun,
      ...(isNew && { lastEpisodeId: begun.id }),
      status: isReopened ? ('open' as const) : state.status,
      messageCount: message.n,
      lastMessageAt: given.now,
    },
    rows: [
      ...(isNew ? [episodeRow(begun, given)] : []),
      // What was planned has its row already.
      message.sendAt === undefined ? insert('message', { _id, ...rest }) : update('message', _id, rest),
    ],
  }
}

type Place = Pick<Message, 'n' | 'episodeId' | 'channelId' | 'error'>

const messageOf = (utterance: Utterance, { error, ...place }: Place, { id, now }: Given): Message => {
  const { messageId, content, author, replyTo, sendAt, class: purpose } = utterance
  return {
    ...unsent,
    ...place,
    _id: messageId,
    conversationId: id,
    direction: 'out',
    author,
    content,
    replyTo,
    ...(error ? { status: 'failed' as const, error } : pending),
    at: now,
    ...(purpose !== 'conversational' && { class: purpose }),
    ...(sendAt !== undefined && { sendAt }),
  }
}

const priorities = {
  conversational: 'staff',
  transactional: 'transactional',
  operational: 'transactional',
  marketing: 'bulk',
} as const

/** Hands the words to the channel on which the person is reached. */
export function handed(utterance: Utterance, { channelId, to }: Way, { id, now }: Given) {
  const { messageId, content, replyTo, class: purpose } = utterance
  const parcel = { messageId, conversationId: id, to, content, replyTo, priority: priorities[purpose] }
  return channel.tell(channelId).enqueue({ ...parcel, notAfter: now + sendForMs })
}

interface Unsaid {
  messageId: string
  text: string
  why: string
}

/** What a machine wanted to say and must not any more, for staff to see. */
export function heldBack(state: State, { why, ...rest }: Unsaid, given: Given) {
  return lived(state, state, { what: 'held_back', value: why, ...rest }, given)
}

/** People of the business spoke: what a machine had prepared before is not sent any more, and shown. */
export function withoutDraft(change: Said, given: Given): Said {
  const { draft } = change.state
  if (!draft) return change
  return joined(change, (state) => {
    const { by, sawRev, text } = draft
    const messageId = given.newId('msg')
    const held = heldBack({ ...state, draft: null }, { messageId, text, why: 'staff_wrote' }, given)
    return {
      ...held,
      events: [...held.events, event('conversation.draft_changed', { draft: null })],
      decisions: [{ rule: 'held_back@1', outcome: 'held', facts: { messageId, why: 'staff_wrote', by, sawRev } }],
    }
  })
}
