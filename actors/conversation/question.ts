import { kindRules } from '../../kernel/channel-kind.ts'
import { languageOf } from '../../kernel/compliance-replies.ts'
import type { Content, Outgoing } from '../../kernel/content.ts'
import { pickOf } from '../../kernel/keywords.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { conversation } from './contract.ts'
import type { Question } from './contract/understanding.ts'
import { reach } from './reach.ts'
import { said, type Utterance, weigh } from './speaking.ts'
import type { State } from './state.ts'
import { type ConversationChange, joined, known } from './telling.ts'

type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>
type Outcome = 'answered' | 'expired' | 'replaced' | 'withdrawn'

const { event, remind } = conversation
const buttonsMax = 3
const buttonTitleMax = 20
const daysMax = 60
const dayMs = 24 * 60 * 60_000

/** A question with choices, one at a time: what is asked, and what becomes of it. */
export const asking = {
  ask(state: State, input: Input<'ask'>, given: Given) {
    known(state)
    const { expiresAt } = input
    if (expiresAt <= given.now || expiresAt > given.now + daysMax * dayMs)
      throw invalid('invalid_time', `An answer counts for ${String(daysMax)} days at most, and not in the past.`)
    const questionId = given.newId('qst')
    const utterance = asked(state, questionId, input, given)
    const verdict = weigh(state, utterance, given)
    if (verdict.is !== 'passed') {
      const why = verdict.is === 'refused' ? verdict.problem.code : verdict.code
      // A question that would be put at another hour is another question: who asks decides whether it is.
      const decisions = [{ ...verdict.decision, outcome: 'refused' }]
      const closed = { questionId, for: input.for, outcome: 'not_asked' as const, choiceId: null, messageId: null }
      const reply = { questionId, isAsked: false, why }
      return { state, reply, decisions, events: [event('question.closed', closed)] }
    }
    const { messageId } = utterance
    const question: Question = {
      questionId,
      for: input.for,
      choices: input.choices,
      messageId,
      askedAt: given.now,
      expiresAt,
    }
    const change = joined(replaced(state), (before) => {
      const after = { ...before, rules: verdict.rules, question }
      const spoken = said(before, after, utterance, verdict.way, given)
      return { ...spoken, events: [...(spoken.events ?? []), event('question.asked', { question })] }
    })
    const reminders = { ...change.reminders, question: remind('questionDue', expiresAt, { questionId }) }
    return { ...change, reply: { questionId, isAsked: true, why: null }, reminders }
  },

  withdrawQuestion(state: State, { questionId }: Input<'withdrawQuestion'>) {
    const { question } = known(state)
    if (question?.questionId !== questionId) return { state, reply: { isWithdrawn: false } }
    return { ...closed(state, question, { outcome: 'withdrawn' }), reply: { isWithdrawn: true } }
  },

  questionDue(state: State, { questionId }: Input<'questionDue'>): ConversationChange {
    const { question } = state
    return question?.questionId === questionId ? closed(state, question, { outcome: 'expired' }) : { state }
  },
}

/** What the person picked, where this answers the question that waits. `stale`: a button of another question. */
export function answerTo(
  { question }: Pick<State, 'question'>,
  content: Content,
  now: number,
): { choiceId: string } | 'stale' | undefined {
  if (content.kind === 'answer') {
    const tapped = /^(qst_\w+):([\w.-]+)$/.exec(content.id)
    if (!tapped) return undefined
    const isAsked = question !== null && question.questionId === tapped[1] && now < question.expiresAt
    const choice = isAsked ? question.choices.find(({ id }) => id === tapped[2]) : undefined
    return choice ? { choiceId: choice.id } : 'stale'
  }
  if (content.kind !== 'text' || question === null || now >= question.expiresAt) return undefined
  const choice = pickOf(content.text, question.choices)
  return choice && { choiceId: choice.id }
}

/** It is over, and whoever asked hears how. */
export function closed(
  state: State,
  { questionId, for: by }: Question,
  {
    outcome,
    choiceId = null,
    messageId = null,
  }: { outcome: Outcome; choiceId?: string | null; messageId?: string | null },
): ConversationChange & { events: NonNullable<ConversationChange['events']> } {
  return {
    state: { ...state, question: null },
    events: [event('question.closed', { questionId, for: by, outcome, choiceId, messageId })],
    reminders: { question: null },
  }
}

const replaced = (state: State): ConversationChange =>
  state.question ? closed(state, state.question, { outcome: 'replaced' }) : { state }

function asked(state: State, questionId: string, input: Input<'ask'>, given: Given): Utterance {
  const { text, choices, channelId, class: purpose } = input
  const { kind } = reach(state, channelId, given.settings) ?? { kind: 'sms' as const }
  const { carries } = kindRules[kind]
  const idOf = (choice: string) => `${questionId}:${choice}`
  const isShort = choices.length <= buttonsMax && choices.every(({ title }) => title.length <= buttonTitleMax)
  const language = languageOf(state.rules.terms.locale, given.settings.locale)
  return {
    messageId: given.newId('msg'),
    content: asContent(
      { text, carries, isShort, chooses: chooses[language] },
      choices.map(({ id, title }) => ({ id: idOf(id), title })),
    ),
    channelId,
    replyTo: null,
    class: purpose,
    about: undefined,
    author: { kind: 'automation', id: input.for.kind },
  }
}

interface Look {
  text: string
  carries: readonly string[]
  isShort: boolean
  chooses: string
}

/** As buttons or a list where the channel has them, otherwise with numbers to answer by. */
function asContent({ text, carries, isShort, chooses }: Look, choices: { id: string; title: string }[]): Outgoing {
  if (isShort && carries.includes('buttons')) return { kind: 'buttons', text, buttons: choices }
  if (carries.includes('list')) return { kind: 'list', text, button: chooses, rows: choices }
  const numbered = choices.map(({ title }, nth) => `${String(nth + 1)}. ${title}`)
  return { kind: 'text', text: [text, ...numbered].join('\n') }
}

const chooses = {
  en: 'Choose',
  de: 'Auswählen',
  es: 'Elegir',
  fr: 'Choisir',
  pt: 'Escolher',
  it: 'Scegli',
  nl: 'Kiezen',
  hi: 'चुनें',
  ar: 'اختر',
} as const
