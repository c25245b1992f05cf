import { isoOf } from '../../kernel/clock.ts'
import { untilResolved } from '../../kernel/pause.ts'
import type { Decision, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { lived } from './activity.ts'
import { conversation } from './contract.ts'
import { planned } from './planning.ts'
import { heldBack, said, type Utterance, weigh } from './speaking.ts'
import type { State } from './state.ts'
import { known } from './telling.ts'

type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>
const { event } = conversation
const hourMs = 60 * 60_000

/** Machines that speak, and what keeps them from it. */
export const machines = {
  pauseAutomation(state: State, { hours }: Input<'pauseAutomation'>, given: Given) {
    known(state)
    const until = hours === undefined ? untilResolved : given.now + Math.round(hours * hourMs)
    const reply = { automationPausedUntil: until }
    if (until === state.automationPausedUntil) return { state, reply }
    const what = { what: 'automation_paused' as const, until: isoOf(until) }
    return {
      ...lived(state, { ...state, automationPausedUntil: until }, what, given),
      reply,
      decisions: [{ rule: 'automation_paused@1', outcome: 'paused', facts: { by: given.by.id, until } } as Decision],
    }
  },

  resumeAutomation(state: State, _: Input<'resumeAutomation'>, given: Given) {
    const reply = { automationPausedUntil: null }
    if (known(state).automationPausedUntil === null) return { state, reply }
    return {
      ...lived(state, { ...state, automationPausedUntil: null }, { what: 'automation_resumed' }, given),
      reply,
      decisions: [{ rule: 'automation_resumed@1', outcome: 'resumed', facts: { by: given.by.id } } as Decision],
    }
  },

  setAiMode(state: State, { aiMode }: Input<'setAiMode'>, given: Given) {
    if (aiMode === known(state).aiMode) return { state, reply: { aiMode } }
    const change = lived(state, { ...state, aiMode }, { what: 'ai_mode', value: aiMode }, given)
    return { ...change, reply: { aiMode } }
  },

  propose(state: State, { text, sawRev }: Input<'propose'>, given: Given) {
    known(state)
    if (state.aiMode === 'off') return held(state, text, 'ai_off', sawRev, given)
    if (sawRev !== state.humanRev) return held(state, text, 'staff_wrote', sawRev, given)
    if (state.aiMode === 'draft') return drafted(state, text, sawRev, given)
    if (isPaused(state, given)) return held(state, text, 'paused', sawRev, given)
    const utterance = utteranceOf({ content: { kind: 'text', text }, class: 'conversational' }, given)
    return spoken(state, utterance, { rule: 'ai_answer@1', text }, given)
  },

  say(state: State, { sawRev, rule, ...words }: Input<'say'>, given: Given) {
    known(state)
    const text = 'text' in words.content ? words.content.text : ''
    const isAnswer = words.class === 'conversational'
    if (isAnswer && sawRev !== undefined && sawRev !== state.humanRev)
      return held(state, text, 'staff_wrote', sawRev, given)
    if (isAnswer && isPaused(state, given)) return held(state, text, 'paused', sawRev ?? null, given)
    return spoken(state, utteranceOf(words, given), { rule: rule as Decision['rule'], text }, given)
  },

  settleDraft(state: State, { draftId, isUsed }: Input<'settleDraft'>, given: Given) {
    const { draft } = known(state)
    // Somebody else had it, or staff wrote: what is wanted is so already.
    if (draft?.draftId !== draftId) return { state, reply: { draftId } }
    return {
      state: { ...state, draft: null },
      reply: { draftId },
      events: [event('conversation.draft_changed', { draft: null })],
      decisions: [
        { rule: 'draft@1', outcome: isUsed ? 'used' : 'dropped', facts: { by: given.by.id, draftId } } as Decision,
      ],
    }
  },
}

const isPaused = ({ automationPausedUntil: until }: State, { now }: Given) => until !== null && until > now

function utteranceOf(
  { content, channelId, class: purpose, about }: Omit<Input<'say'>, 'sawRev' | 'rule'>,
  given: Given,
): Utterance {
  const author = { kind: 'automation' as const, id: given.by.id }
  return { messageId: given.newId('msg'), content, channelId, replyTo: null, class: purpose, about, author }
}

/** It does not go: the thread shows what it would have been, and why. */
function held(state: State, text: string, why: string, sawRev: number | null, given: Given) {
  const messageId = given.newId('msg')
  return {
    ...heldBack(state, { messageId, text, why }, given),
    reply: { outcome: 'held' as const, messageId: null, why },
    decisions: [
      {
        rule: 'held_back@1',
        outcome: 'held',
        facts: { messageId, why, by: given.by.id, sawRev, humanRev: state.humanRev },
      } as Decision,
    ],
  }
}

function drafted(state: State, text: string, sawRev: number, given: Given) {
  const draft = { draftId: given.newId('drf'), text, sawRev, by: given.by.id, at: given.now }
  return {
    state: { ...state, draft },
    reply: { outcome: 'drafted' as const, messageId: null, why: null },
    events: [event('conversation.draft_changed', { draft })],
  }
}

function spoken(
  state: State,
  utterance: Utterance,
  { rule, text }: { rule: Decision['rule']; text: string },
  given: Given,
) {
  const { messageId } = utterance
  const verdict = weigh(state, utterance, given)
  if (verdict.is === 'deferred') {
    const { until: sendAt, code } = verdict
    const change = planned(state, utterance, { sendAt, unlessAnswered: false, waitsFor: code }, given)
    return {
      ...change,
      reply: { outcome: 'scheduled' as const, messageId, why: code },
      decisions: [verdict.decision],
    }
  }
  if (verdict.is === 'refused') {
    const why = verdict.problem.code.slice(0, 64)
    const change = heldBack(state, { messageId, text, why }, given)
    return { ...change, reply: { outcome: 'held' as const, messageId: null, why }, decisions: [verdict.decision] }
  }
  const change = said(state, { ...state, rules: verdict.rules }, verdict.utterance, verdict.way, given)
  return {
    ...change,
    reply: { outcome: 'sent' as const, messageId, why: null },
    decisions: [{ rule, outcome: 'sent', facts: { messageId, by: given.by.id } } as Decision],
  }
}
