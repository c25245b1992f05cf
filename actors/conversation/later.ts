import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { lived } from './activity.ts'
import { answeredRow, silenced, tookOver } from './attending.ts'
import { conversation } from './contract.ts'
import type { Scheduled } from './contract/later.ts'
import { utteranceOf } from './outgoing.ts'
import { demandFuture, listed, planned, plannedOne, unplanned, wakeFor } from './planning.ts'
import { said, unsaid, type Utterance, weigh, withoutDraft } from './speaking.ts'
import type { State } from './state.ts'
import { type ConversationChange, joined, known } from './telling.ts'

type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>
const { update } = conversation

/** What is said at its hour. The guards look at it then, for who may be told what at night changes until morning. */
export const later = {
  schedule(state: State, { sendAt, unlessAnswered = false, ...words }: Input<'schedule'>, given: Given) {
    known(state)
    demandFuture(sendAt, given)
    const utterance = utteranceOf(words, given.newId('msg'), given)
    const change = planned(state, utterance, { sendAt, unlessAnswered, waitsFor: null }, given)
    return { ...change, reply: { messageId: utterance.messageId, sendAt } }
  },

  reschedule(state: State, { messageId, content, sendAt }: Input<'reschedule'>, given: Given) {
    const before = plannedOne(state, messageId)
    if (sendAt !== undefined) demandFuture(sendAt, given)
    const after: Scheduled = {
      ...before,
      content: content ?? before.content,
      sendAt: sendAt ?? before.sendAt,
      // Whoever chooses the hour has chosen it.
      waitsFor: sendAt === undefined ? before.waitsFor : null,
    }
    return {
      ...listed(
        state,
        state.scheduled.map((one) => (one === before ? after : one)),
      ),
      reply: { messageId, sendAt: after.sendAt },
      rows: [update('message', messageId, { content: after.content, sendAt: after.sendAt })],
      reminders: wakeFor(messageId, after.sendAt),
    }
  },

  cancelScheduled(state: State, { messageId }: Input<'cancelScheduled'>) {
    plannedOne(state, messageId)
    return { ...unplanned(state, messageId, true), reply: { messageId } }
  },

  sendDue(state: State, { messageId }: Input<'sendDue'>, given: Given): ConversationChange {
    const one = state.scheduled.find((waiting) => waiting.messageId === messageId)
    // It was cancelled or put off, and this reminder is of before.
    if (!one || one.sendAt > given.now) return { state }
    return due(state, one, given)
  },
}

function due(state: State, one: Scheduled, given: Given): ConversationChange {
  const { by, messageId } = one
  const utterance = planOf(one)
  const verdict = weigh(state, utterance, given)
  if (verdict.is === 'deferred') return { ...putOff(state, one, verdict), decisions: [verdict.decision] }

  const without = unplanned(state, messageId, false)
  if (verdict.is === 'refused') {
    const { code, message: title } = verdict.problem
    const error = { code, title: title.slice(0, 500), providerCode: null, retryable: true }
    return joined(without, (after) => ({
      ...unsaid(after, utterance, error, given),
      decisions: [verdict.decision],
    }))
  }
  return joined(without, (before) => {
    const allowed = { ...before, rules: verdict.rules }
    if (by.kind !== 'staff') return said(before, allowed, verdict.utterance, verdict.way, given)
    const change = said(before, answered(allowed, one, given), verdict.utterance, verdict.way, given)
    const decisions = [silenced(change.state, { by: { ...given.by, id: by.id } })]
    const whole = withoutDraft({ ...change, decisions }, given)
    return { ...whole, rows: [...(whole.rows ?? []), ...answeredRow(before, change.state, given)] }
  })
}

/** Whoever planned it has not read what came in since: that waits on. */
function answered(state: State, { createdAt }: Scheduled, { now, settings }: Given): State {
  const { waitingSince } = state
  const isAnswer = waitingSince !== null && waitingSince <= createdAt
  return { ...tookOver(state, now, settings.pauseHours), waitingSince: isAnswer ? null : waitingSince }
}

function putOff(state: State, one: Scheduled, { until, code }: { until: number; code: string }) {
  const after = { ...one, sendAt: until, waitsFor: code }
  const all = state.scheduled.map((waiting) => (waiting === one ? after : waiting))
  return {
    ...listed(state, all),
    rows: [update('message', one.messageId, { sendAt: until })],
    reminders: wakeFor(one.messageId, until),
  }
}

const planOf = ({
  messageId,
  content,
  channelId,
  replyTo,
  class: purpose,
  about,
  by,
  sendAt,
}: Scheduled): Utterance => ({
  messageId,
  content,
  channelId: channelId ?? undefined,
  replyTo,
  class: purpose,
  about: about ?? undefined,
  author: by,
  sendAt,
})

/** The person wrote: what was to go only if they did not, goes no more. */
export function withoutOvertaken(change: ConversationChange, given: Given): ConversationChange {
  const overtaken = change.state.scheduled.filter(({ unlessAnswered }) => unlessAnswered)
  return overtaken.reduce(
    (before, { messageId }) =>
      joined(before, (state) =>
        joined(unplanned(state, messageId, true), (after) => ({
          ...lived(after, after, { what: 'schedule_cancelled', value: messageId }, given),
          decisions: [{ rule: 'unless_answered@1', outcome: 'cancelled', facts: { messageId } }],
        })),
      ),
    change,
  )
}
