import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { user } from './contract.ts'
import { changed, fading, type Known, own, raised, type State } from './state.ts'
import { told } from './told.ts'

type Input<M extends keyof typeof user.messages> = InputOf<typeof user, M>
const dayMs = 24 * 60 * 60_000

/** Who is put aside, who is left alone, and who was there without a word. */
export const holding = {
  restrict(state: State, { isRestricted, reason }: Input<'restrict'>, given: Given) {
    const before = own(state)
    if (before.isRestricted === isRestricted) return { state, reply: changed(state, before, given).reply }
    const kind = isRestricted ? 'restricted' : 'unrestricted'
    const said = changed(state, raised({ ...before, isRestricted }), given, { kind, what: reason ? { reason } : {} })
    return { ...said, ...told(before, said.state, given) }
  },

  archive(state: State, _: unknown, given: Given) {
    const before = own(state)
    if (before.archivedAt !== null) return { state, reply: changed(state, before, given).reply }
    const after = raised({ ...before, archivedAt: given.now })
    const said = changed(state, after, given, { kind: 'archived', what: {} })
    return { ...said, ...told(before, said.state, given) }
  },

  unarchive(state: State, _: unknown, given: Given) {
    const before = own(state)
    if (before.archivedAt === null) return { state, reply: changed(state, before, given).reply }
    const said = changed(state, raised(back(before)), given, { kind: 'unarchived', what: {} })
    return { ...said, ...told(before, said.state, given) }
  },

  engaged(state: State, { type, what, at }: Input<'engaged'>, given: Given) {
    const before = own(state)
    const after = back(seen(before, Math.min(at, given.now)))
    const said = changed(state, after, given, { kind: 'engagement', what: { type, ...what } })
    return { ...said, ...told(before, said.state, given), reminders: fading(after.lastSeenAt, given) }
  },
}

/** Heard of at this time, ms UTC: of a day it counts once. */
export function seen<S extends Known>(state: S, at: number): S & { lastSeenAt: number } {
  const lastSeenAt = Math.max(at, state.lastSeenAt ?? 0)
  const isNewDay = Math.floor(lastSeenAt / dayMs) !== Math.floor((state.lastSeenAt ?? 0) / dayMs)
  const counters = isNewDay ? { ...state.counters, activeDays: state.counters.activeDays + 1 } : state.counters
  return { ...state, lastSeenAt, counters }
}

/** In the lists again. */
export const back = <S extends Known>(state: S): S =>
  state.archivedAt === null ? state : { ...state, archivedAt: null }
