import { isoOf } from '../../kernel/clock.ts'
import { conflict } from '../../kernel/problem.ts'
import { type Change, type Given, Refused } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { authorOf } from './activity.ts'
import { answeredRow, attended, isProgram, silenced } from './attending.ts'
import { conversation } from './contract.ts'
import { planned } from './planning.ts'
import { standing } from './rules.ts'
import { handed, pending, said, type Utterance, weigh, withoutDraft } from './speaking.ts'
import type { State } from './state.ts'
import { known, touch } from './telling.ts'

const { event, update } = conversation
type Said = Change<typeof conversation, State, { messageId: string; n: number }>
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

/** What the business says. */
export const outgoing = {
  send(state: State, input: Input<'send'>, given: Given): Said {
    const utterance = utteranceOf(input, given.newId('msg'), given)
    const verdict = weigh(state, utterance, given)
    if (verdict.is === 'refused') throw new Refused(verdict.problem, [verdict.decision])
    if (verdict.is === 'deferred') {
      const { until: sendAt, code } = verdict
      const change = planned(state, utterance, { sendAt, unlessAnswered: false, waitsFor: code }, given)
      return { ...change, reply: { messageId: utterance.messageId, n: 0 }, decisions: [verdict.decision] }
    }
    const allowed = { ...state, rules: verdict.rules }
    const isHuman = !isProgram(given) && utterance.content.kind !== 'reaction'
    const after = isHuman ? attended(allowed, given) : allowed
    const change = said(state, after, verdict.utterance, verdict.way, given)
    const reply = { messageId: utterance.messageId, n: change.state.messageCount }
    if (!isHuman) return { ...change, reply, decisions: [] }
    const whole = withoutDraft({ ...change, decisions: [silenced(change.state, given)] }, given)
    return { ...whole, reply, rows: [...(whole.rows ?? []), ...answeredRow(state, change.state, given)] }
  },

  retry(state: State, { messageId, content, replyTo }: Input<'retry'>, given: Given) {
    const failed = state.outgoing.find(({ id }) => id === messageId)
    if (failed?.status !== 'failed') throw conflict('not_failed', 'Only a message that failed can be sent again.')

    const { tried: _, ...before } = failed
    const utterance = utteranceOf({ content, ...asBefore(before, replyTo, given) }, messageId, given)
    const verdict = weigh(state, utterance, given)
    if (verdict.is === 'refused') throw new Refused(verdict.problem, [verdict.decision])
    if (verdict.is === 'deferred') throw new Refused(conflict(verdict.code, later(verdict)), [verdict.decision])
    const { channelId } = verdict.way
    const outgoing = state.outgoing.map((one) => (one === failed ? { ...before, ...pending, channelId } : one))
    const last = state.last?.messageId === messageId ? { ...state.last, hasFailed: false } : state.last
    const after = { ...known(state), outgoing, last }
    return {
      state: after,
      reply: { messageId, n: state.messageCount },
      rows: [update('message', messageId, { ...standing('pending', null), channelId })],
      events: [event('message.status_changed', { messageId, ...pending })],
      tells: [
        ...(last === state.last ? [] : touch(state, after, given)),
        handed(verdict.utterance, verdict.way, given),
      ],
    } satisfies Said
  },
}

/** By the way that was chosen, unless it is closed since, and for the purpose that it had: trying again allows nothing more. */
function asBefore(
  { channelId, class: purpose }: Omit<State['outgoing'][number], 'tried'>,
  replyTo: string | null,
  { settings }: Given,
) {
  const isClosed = settings.channels?.some(({ id, isActive }) => id === channelId && !isActive) ?? false
  return {
    ...(replyTo !== null && { replyTo }),
    ...(channelId !== undefined && !isClosed && { channelId }),
    ...(purpose && { class: purpose }),
  }
}

const later = ({ until }: { until: number }) => `It must not go before ${isoOf(until)}.`

export function utteranceOf(input: Input<'send'>, messageId: string, given: Given): Utterance {
  const { content, channelId, replyTo = null, class: purpose = 'conversational', about } = input
  return { messageId, content, channelId, replyTo, class: purpose, about, author: authorOf(given) }
}
