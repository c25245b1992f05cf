import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { actor, type Given } from '../runtime/change.ts'
import { attention, Call, callsMax } from './contract.ts'

export const AttentionState = z.object({ calls: z.array(Call), letteredAt: instant().nullable() })
type State = z.infer<typeof AttentionState>

const { effect, event, remind } = attention
/** Whoever has not looked for so long gets a letter, and not more than one an hour. */
const awayMs = 5 * 60_000
const lettersEveryMs = 60 * 60_000

const shown = ({ calls }: State) => ({ calls, unseen: calls.filter(({ seenAt }) => seenAt === null).length })

export const attentionActor = actor(attention, {
  state: AttentionState,
  initial: { calls: [], letteredAt: null },

  on: {
    called(state, call, given) {
      const one = { ...call, callId: given.newId('cal'), seenAt: null }
      const after = { ...state, calls: [one, ...state.calls].slice(0, callsMax) }
      return {
        state: after,
        events: [event('attention.changed', shown(after))],
        // What people ask for by the law has a letter of its own.
        ...(!call.why.startsWith('privacy_') && {
          reminders: { letter: remind('letterDue', letterAt(state, given), {}) },
        }),
      }
    },

    look(state, { conversationId }, { now }) {
      const isMeant = (call: Call) =>
        call.seenAt === null && (conversationId === undefined || call.conversationId === conversationId)
      if (!state.calls.some(isMeant)) return { state, reply: { unseen: shown(state).unseen } }
      const calls = state.calls.map((call) => (isMeant(call) ? { ...call, seenAt: now } : call))
      const after = { ...state, calls }
      const { unseen } = shown(after)
      return {
        state: after,
        reply: { unseen },
        events: [event('attention.changed', shown(after))],
        ...(unseen === 0 && { reminders: { letter: null } }),
      }
    },

    letterDue(state, _, { now }) {
      const unseen = state.calls.filter(({ seenAt, why }) => seenAt === null && !why.startsWith('privacy_'))
      const [latest] = unseen
      if (!latest) return { state }
      const about = { calls: unseen.length, conversationId: latest.conversationId }
      return { state: { ...state, letteredAt: now }, effects: [effect('letter', `${now}`, about)] }
    },

    lettered(state) {
      return { state }
    },

    view(state) {
      return { state, reply: shown(state) }
    },
  },
})

const letterAt = ({ letteredAt }: State, { now }: Given) =>
  Math.max(now + awayMs, letteredAt === null ? 0 : letteredAt + lettersEveryMs)
