import { z } from 'zod'
import { backoffMs } from '../../kernel/backoff.ts'
import { instant } from '../../kernel/marks.ts'
import { busy } from '../../kernel/problem.ts'
import { actor, type Change, type Given } from '../runtime/change.ts'
import { type Going, type Handed, messenger, Text } from './contract.ts'

const count = z.int().nonnegative()

/** `going`: handed to a provider. `waiting`: for its next try. `taken`: the provider has it. `unknown`: it may have it. */
const Underway = Text.extend({
  at: z.enum(['going', 'waiting', 'taken', 'unknown']),
  /** Which of its ways it goes now, and how often that one was tried. */
  way: count,
  tries: count,
  since: instant(),
})
type Underway = z.infer<typeof Underway>

export const MessengerState = z.object({
  /** By id: those of which it is not known yet that they have arrived, or never will. */
  underway: z.record(z.string().max(128), Underway),
  sent: count,
  delivered: count,
  failed: count,
  /** Counted so that it takes as long as the others. */
  toNobody: count,
  why: z.string().max(500).nullable(),
})
type State = z.infer<typeof MessengerState>
type MessengerChange = Change<typeof messenger, State>

const underwayMax = 300
const triesMax = 3
/** A text that was taken is in the provider's list by then. */
const askAfterMs = 10_000

const { effect, remind } = messenger

export const messengerActor = actor(messenger, {
  state: MessengerState,
  initial: { underway: {}, sent: 0, delivered: 0, failed: 0, toNobody: 0, why: null },

  on: {
    text(state, text, given) {
      // Before anything else: a full queue must not tell whose numbers are somebody's.
      if (Object.keys(state.underway).length >= underwayMax)
        throw busy('messenger_full', 'Too many texts wait to be sent.', 10_000)
      if (text.words.about === 'nobody') return { state: { ...state, toNobody: state.toNobody + 1 } }
      const change = gone(state, { ...text, at: 'going', way: 0, tries: 0, since: given.now })
      const over = remind('over', text.notAfter, { textId: text.textId })
      return { ...change, reminders: { [`over/${text.textId}`]: over } }
    },

    handed(state, handed, given) {
      const text = state.underway[handed.textId]
      const isLate = !text || (text.at !== 'going' && text.at !== 'unknown') || wayOf(text) !== handed.way
      if (isLate) return { state }
      if (handed.outcome === 'accepted') return { state: put({ ...state, sent: state.sent + 1 }, text, 'taken') }
      if (handed.outcome === 'unknown') return unknown(state, text, given)
      return handed.outcome === 'retry' ? again(state, text, handed, given) : elseway(state, text, handed.why, given)
    },

    again(state, { textId }, given) {
      const text = state.underway[textId]
      return text?.at === 'waiting' ? gone(state, { ...text, at: 'going', since: given.now }) : { state }
    },

    ask(state, { textId }) {
      const text = state.underway[textId]
      if (text?.at !== 'unknown') return { state }
      return { state, effects: [effect('find', `${keyOf(text)}/find`, goingOf(text))] }
    },

    over(state, { textId }) {
      const text = state.underway[textId]
      if (!text) return { state }
      // That it was taken is known; whether it has arrived, not every carrier says.
      const isKnown = text.at === 'taken'
      const why = isKnown ? state.why : 'It could not be sent in time.'
      return { state: { ...without(state, textId), why, failed: state.failed + (isKnown ? 0 : 1) } }
    },

    told(state, { textId, status, why }, given) {
      const text = state.underway[textId]
      if (!text) return { state }
      if (status === 'failed') return elseway(state, text, why, given)
      const sent = state.sent + (text.at === 'taken' ? 0 : 1)
      if (status === 'sent') return { state: put({ ...state, sent }, text, 'taken') }
      const delivered = state.delivered + 1
      return ended({ ...without(state, textId), sent, delivered, why: null }, textId)
    },

    view(state) {
      const { underway, sent, delivered, failed, why } = state
      const waiting = Object.values(underway).filter(({ at }) => at !== 'taken').length
      return { state, reply: { waiting, sent, delivered, failed, why } }
    },
  },
})

const wayOf = ({ ways, way }: Underway) => ways[way] ?? 'sms'
const keyOf = ({ textId, way, tries }: Underway) => `${textId}/${way}/${tries}`

function goingOf(text: Underway): Going {
  const { ways: _, way: __, at: ___, tries: ____, ...going } = text
  return { ...going, way: wayOf(text) }
}

const put = (state: State, text: Underway, at: Underway['at']): State => ({
  ...state,
  underway: { ...state.underway, [text.textId]: { ...text, at } },
})

function without(state: State, textId: string): State {
  const { [textId]: _, ...underway } = state.underway
  return { ...state, underway }
}

const ended = (state: State, textId: string): MessengerChange => ({
  state,
  reminders: { [`over/${textId}`]: null, [`again/${textId}`]: null, [`ask/${textId}`]: null },
})

const gone = (state: State, text: Underway): MessengerChange => ({
  state: put(state, text, 'going'),
  effects: [effect('send', keyOf(text), goingOf(text))],
})

/** Asked for once; what then is still unknown stays so until the provider tells, or it is of no use. */
function unknown(state: State, text: Underway, { now }: Given): MessengerChange {
  if (text.at === 'unknown') return { state }
  const at = now + askAfterMs
  const ask = remind('ask', at, { textId: text.textId })
  return { state: put(state, text, 'unknown'), reminders: { [`ask/${text.textId}`]: ask } }
}

function again(state: State, text: Underway, { why, retryAfterMs }: Handed, given: Given): MessengerChange {
  const tries = text.tries + 1
  const at = given.now + Math.max(retryAfterMs ?? 0, backoffMs(tries, given.random()))
  if (tries >= triesMax || at > text.notAfter) return elseway(state, text, why, given)
  const reminders = { [`again/${text.textId}`]: remind('again', at, { textId: text.textId }) }
  return { state: put({ ...state, why }, { ...text, tries }, 'waiting'), reminders }
}

/** By its next way, where there is one: somebody waits for it. */
function elseway(state: State, text: Underway, why: string | null, given: Given): MessengerChange {
  const way = text.way + 1
  if (way < text.ways.length && given.now < text.notAfter)
    return gone({ ...state, why }, { ...text, way, tries: 0, since: given.now })
  return ended({ ...without(state, text.textId), failed: state.failed + 1, why }, text.textId)
}
