import { z } from 'zod'
import { backoffMs } from '../../kernel/backoff.ts'
import { busy } from '../../kernel/problem.ts'
import { actor } from '../runtime/change.ts'
import { letterbox, Posted } from './contract.ts'

const count = z.int().nonnegative()

export const LetterboxState = z.object({
  /** By id: those that have not been taken by the provider. */
  waiting: z.record(z.string().max(128), Posted.extend({ tries: count })),
  sent: count,
  failed: count,
  /** Counted so that it takes as long as the others. */
  toNobody: count,
  /** Why the last one failed, in the provider's words. */
  why: z.string().max(500).nullable(),
})
type State = z.infer<typeof LetterboxState>

const waitingMax = 200
const { effect, remind } = letterbox

const mail = ({ notAfter: _, tries, ...posted }: State['waiting'][string]) =>
  effect('mail', `${posted.letterId}/${tries}`, posted)

export const letterboxActor = actor(letterbox, {
  state: LetterboxState,
  initial: { waiting: {}, sent: 0, failed: 0, toNobody: 0, why: null },

  on: {
    post(state, posted) {
      // Before anything else: a full box must not tell whose addresses are somebody's.
      if (Object.keys(state.waiting).length >= waitingMax)
        throw busy('letterbox_full', 'Too many letters wait to be sent.', 10_000)
      if (posted.letter.about === 'nobody') return { state: { ...state, toNobody: state.toNobody + 1 } }
      const waiting = { ...posted, tries: 0 }
      return {
        state: { ...state, waiting: { ...state.waiting, [posted.letterId]: waiting } },
        effects: [mail(waiting)],
      }
    },

    sent(state, { letterId, outcome, why, retryAfterMs }, given) {
      const { [letterId]: letter, ...waiting } = state.waiting
      if (!letter) return { state }
      if (outcome === 'accepted') return { state: { ...state, waiting, sent: state.sent + 1, why: null } }
      const tries = letter.tries + 1
      const at = given.now + Math.max(retryAfterMs ?? 0, backoffMs(Math.min(tries, 6), given.random()))
      if (outcome === 'never' || at > letter.notAfter) {
        return { state: { ...state, waiting, failed: state.failed + 1, why } }
      }
      return {
        state: { ...state, waiting: { ...waiting, [letterId]: { ...letter, tries } }, why },
        reminders: { [`again/${letterId}`]: remind('again', at, { letterId }) },
      }
    },

    again(state, { letterId }) {
      const letter = state.waiting[letterId]
      return letter ? { state, effects: [mail(letter)] } : { state }
    },

    view(state) {
      const { waiting, sent, failed, why } = state
      return { state, reply: { waiting: Object.keys(waiting).length, sent, failed, why } }
    },
  },
})
