import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { kindRules } from '../../kernel/channel-kind.ts'
import type { conversation } from './contract.ts'
import { isStopped } from './guards.ts'
import { reach, waysOf } from './reach.ts'
import type { State } from './state.ts'
import { known } from './telling.ts'

/** By which channels the person is reached. */
export const reaching = {
  identities(state: State, { identities }: InputOf<typeof conversation, 'identities'>) {
    return { state: { ...state, identities } }
  },

  ways(state: State, _: unknown, { now, settings }: Given) {
    known(state)
    const usual = reach(state, undefined, settings)?.channelId
    const items = waysOf(state, settings).map(({ channelId, kind, to: address }) => {
      const hasWindow = kindRules[kind].windowMs !== null
      const windowExpiresAt = hasWindow ? (state.windows[channelId] ?? 0) : null
      const isClosed = windowExpiresAt !== null && windowExpiresAt <= now
      const stopped = isStopped(state.rules, kind) ? ('stopped' as const) : null
      const whyNot = isClosed ? ('window_closed' as const) : stopped
      return { channelId, kind, address, isUsual: channelId === usual, windowExpiresAt, whyNot }
    })
    return { state, reply: { items } }
  },
}
