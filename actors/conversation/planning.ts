import { conflict, invalid } from '../../kernel/problem.ts'
import type { Given } from '../runtime/change.ts'
import { unsent } from './activity.ts'
import { conversation } from './contract.ts'
import { type Scheduled, scheduledDaysMax, scheduledMax } from './contract/later.ts'
import type { Message } from './contract/message.ts'
import { standing } from './rules.ts'
import type { Utterance } from './speaking.ts'
import type { State } from './state.ts'
import { type ConversationChange, known } from './telling.ts'

const { event, insert, remind, update } = conversation
const dayMs = 24 * 60 * 60_000

const keyOf = (messageId: string) => `send/${messageId}`
export const wakeFor = (messageId: string, at: number) => ({ [keyOf(messageId)]: remind('sendDue', at, { messageId }) })
const noWakeFor = (messageId: string) => ({ [keyOf(messageId)]: null })

/** @throws Problem `invalid_time` */
export function demandFuture(sendAt: number, { now }: Given) {
  if (sendAt > now && sendAt <= now + scheduledDaysMax * dayMs) return
  const message = `It must be in the future, and within ${String(scheduledDaysMax)} days.`
  throw invalid('invalid_time', message, [{ path: 'sendAt', message }])
}

/** It waits for its hour: in no thread yet, with a row of its own. @throws Problem `too_many_scheduled` */
export function planned(
  state: State,
  utterance: Utterance,
  { sendAt, unlessAnswered, waitsFor }: Pick<Scheduled, 'sendAt' | 'unlessAnswered' | 'waitsFor'>,
  given: Given,
) {
  const { userId } = known(state)
  if (state.scheduled.length >= scheduledMax)
    throw conflict('too_many_scheduled', `A conversation keeps ${String(scheduledMax)} messages for later at most.`)
  const { messageId, content, channelId = null, replyTo, class: purpose, about = null, author } = utterance
  const by = { kind: author.kind === 'staff' ? ('staff' as const) : ('automation' as const), id: author.id }
  const waits = { sendAt, unlessAnswered, waitsFor, createdAt: given.now }
  const one: Scheduled = { messageId, content, channelId, replyTo, class: purpose, about, by, ...waits }
  const message: Message = {
    ...unsent,
    _id: messageId,
    conversationId: given.id,
    n: 0,
    direction: 'out',
    author,
    episodeId: state.episode?.id ?? state.lastEpisodeId ?? given.id,
    channelId,
    content,
    replyTo,
    status: 'scheduled',
    at: given.now,
    class: purpose,
    sendAt,
  }
  const row = insert('message', { ...message, ...standing('scheduled', null), userId, providerId: null })
  return { ...listed(state, [...state.scheduled, one]), rows: [row], reminders: wakeFor(messageId, sendAt) }
}

/** It does not wait any more; the row says what became of it where it was not sent. */
export function unplanned(state: State, messageId: string, isCancelled: boolean) {
  return {
    ...listed(
      state,
      state.scheduled.filter((one) => one.messageId !== messageId),
    ),
    rows: isCancelled ? [update('message', messageId, standing('cancelled', null))] : [],
    reminders: noWakeFor(messageId),
  } satisfies ConversationChange
}

export function listed(state: State, all: readonly Scheduled[]) {
  const scheduled = all.toSorted((a, b) => a.sendAt - b.sendAt || (a.messageId < b.messageId ? -1 : 1))
  return { state: { ...state, scheduled }, events: [event('conversation.scheduled_changed', { scheduled })] }
}

/** @throws Problem `not_scheduled` */
export function plannedOne(state: State, messageId: string): Scheduled {
  const one = known(state).scheduled.find((waiting) => waiting.messageId === messageId)
  if (!one) throw conflict('not_scheduled', 'This message does not wait to be sent: it went, or was cancelled.')
  return one
}
