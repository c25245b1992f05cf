import { complianceReply, languageOf } from '../../kernel/compliance-replies.ts'
import type { Content } from '../../kernel/content.ts'
import { type Compliance, complianceOf, type Language, triggerOf } from '../../kernel/keywords.ts'
import type { Decision, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { user } from '../user/contract.ts'
import { conversation } from './contract.ts'
import { answeredByMachine, isStopped, machineAnswer } from './guards.ts'
import { withoutOvertaken } from './later.ts'
import { answerTo, closed } from './question.ts'
import { answeredRating } from './rating.ts'
import { kindOf, reach } from './reach.ts'
import { said, type Utterance } from './speaking.ts'
import type { State } from './state.ts'
import { changed, type ConversationChange, joined, known } from './telling.ts'

type Received = InputOf<typeof conversation, 'receive'>
const { event } = conversation

interface Heard {
  input: Received
  /** As it was before the message came. */
  before: State
  given: Given
}
/** What it makes of a message; the later ones do not look at what one of them has understood. */
type Step = (state: State, heard: Heard) => ConversationChange | undefined

/**
 * The order of what a message can mean: the law's own words, an answer to what was asked, a word that starts something;
 * and whatever it means, that somebody wrote at all. Assignment hears of every conversation that waits (`placing.ts`).
 */
const meanings: readonly Step[] = [compliance, question, rating, triggerWord]

/** What follows from what a person wrote, once it is taken. */
export function understand(state: State, heard: Heard): ConversationChange {
  for (const step of meanings) {
    const change = step(state, heard)
    if (change) return joined(change, (next) => stopOnReply(next, heard))
  }
  return stopOnReply(state, heard)
}

/** What was said in words, tapped or typed. */
const wordsOf = (content: Content) => {
  if (content.kind === 'text') return content.text
  // Who did not prove to be the sender says nothing that counts.
  if (content.kind === 'email') return content.trust === 'failed' ? '' : content.text
  return content.kind === 'answer' ? content.title : ''
}

const understoodAs = (step: string, outcome: string, facts: Decision['facts']): Decision => ({
  rule: `understand.${step}@1`,
  outcome,
  facts,
})

function compliance(state: State, { input, before, given }: Heard): ConversationChange | undefined {
  const kind = kindOf(state, input.channelId, given.settings) ?? 'whatsapp'
  const isOut = isStopped(state.rules, kind)
  const found = ofProvider(input, state, given) ?? complianceOf(wordsOf(input.content), kind, isOut)
  if (!found) return undefined
  const { word, language } = found
  const n = state.messageCount
  const { messageId, address } = input
  const rules = word === 'help' ? state.rules : { ...state.rules, word: { n, kind, isStop: word === 'stop' } }
  const text = wordsOf(input.content).slice(0, 200)
  const told = { n, channel: kind, messageId, text, address }
  const heard: ConversationChange = {
    state: { ...state, rules },
    events: [event('word.heard', { messageId, word, language })],
    tells: word === 'help' ? [] : [user.tell(input.userId).heardWord({ ...told, word })],
    decisions: [understoodAs('compliance', word, { messageId, channel: kind, language })],
  }
  // Once: whoever says STOP again has been told. Where the provider answers by itself, it has.
  const isToBeAnswered = !isAnswered(state, input) && !(word === 'stop' && isOut)
  const answered = isToBeAnswered ? joined(heard, (next) => answer(next, input, found, given)) : heard
  // HELP asks for a person; the others ask for nothing more.
  return word === 'help' ? answered : joined(answered, (next) => unasked(next, before, given))
}

/** By the provider, or by nobody: a machine wrote it, or somebody to whom nothing goes. */
const isAnswered = ({ rules }: State, { optOut, content }: Received) =>
  optOut !== undefined || rules.terms.isBlocked || (content.kind === 'email' && content.isSilent === true)

/** The provider has recognised it, and answered: it is what it says, in whatever words. */
function ofProvider({ optOut }: Received, { rules }: State, { settings }: Given) {
  const language = languageOf(rules.terms.locale, settings.locale)
  return optOut && { word: optOut, language }
}

function answer(
  state: State,
  { channelId }: Received,
  { word, language }: { word: Compliance; language: Language },
  given: Given,
): ConversationChange {
  const way = reach(state, channelId, given.settings)
  if (!way) return { state }
  const utterance: Utterance = {
    messageId: given.newId('msg'),
    content: { kind: 'text', text: complianceReply(word, language, given.settings.contact.help) },
    channelId,
    replyTo: null,
    class: 'conversational',
    about: undefined,
    author: { kind: 'automation', id: 'compliance' },
  }
  const { channelId: id, kind } = way
  const isLoop = word !== 'stop' && machineAnswer(state, { kind, isOfMachine: true, class: 'conversational' }, given)
  if (isLoop) {
    const facts = { messageId: utterance.messageId, channelId: id, channel: kind, ...isLoop.facts }
    return { state, decisions: [{ rule: 'guard.machine_answer@1', outcome: 'refused', facts }] }
  }
  // No other guard: the law wants this one answer, and the person has written a moment ago.
  const rules = kind === 'email' ? answeredByMachine(state.rules, given.now) : state.rules
  return said(state, { ...state, rules }, utterance, way, given)
}

/** A machine has dealt with it: nobody waits for a person because of it, and nobody has it to read. */
function unasked(state: State, before: State, given: Given): ConversationChange {
  const { waitingSince, unread, received } = before
  if (state.waitingSince === waitingSince && state.unread === unread) return { state }
  return changed(state, { ...known(state), waitingSince, unread, received }, given)
}

function question(state: State, { input, before, given }: Heard): ConversationChange | undefined {
  const { messageId, content } = input
  const picked = answerTo(state, content, given.now)
  if (!picked) return undefined
  const asked = state.question
  if (picked === 'stale' || !asked) {
    const tapped = content.kind === 'answer' ? content.id : ''
    const facts = { messageId, tapped, pending: asked?.questionId ?? null }
    // It answers what is over, not what was asked since: staff have it like any other message.
    return { state, decisions: [understoodAs('question', 'not_pending', facts)] }
  }
  const { questionId } = asked
  const change = closed(state, asked, { outcome: 'answered', choiceId: picked.choiceId, messageId })
  const facts = { messageId, questionId, choice: picked.choiceId, for: asked.for.kind, ref: asked.for.ref }
  const decided = { ...change, decisions: [understoodAs('question', 'answered', facts)] }
  return joined(decided, (next) => unasked(next, before, given))
}

function rating(state: State, { input, given }: Heard): ConversationChange | undefined {
  const change = answeredRating({ state }, input.content, given)
  return change.state === state ? undefined : change
}

/** `skip`, `done`, `help` within a few words: whoever waits for it hears it, and staff have the message all the same. */
function triggerWord(state: State, { input: { messageId, content } }: Heard): ConversationChange | undefined {
  const found = triggerOf(wordsOf(content))
  if (!found) return undefined
  const decisions = [understoodAs('trigger_word', found.word, { messageId, language: found.language })]
  return { state, events: [event('word.heard', { messageId, ...found })], decisions }
}

/** What was to go unless they wrote does not go. */
const stopOnReply = (state: State, { given }: Heard): ConversationChange => withoutOvertaken({ state }, given)
