import { conversationIdOf } from '../../kernel/id.ts'
import { birthOf } from '../../kernel/person.ts'
import { conflict } from '../../kernel/problem.ts'
import { conversation } from '../conversation/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { forgotten } from './consents.ts'
import { user, type Whole } from './contract.ts'
import { joinedOf, partedOf } from './joining.ts'
import { told } from './told.ts'
import {
  activity,
  changed,
  emptyPrivate,
  initial,
  type Known,
  own,
  partedMax,
  present,
  profileOf,
  type State,
} from './state.ts'

type Input<M extends keyof typeof user.messages> = InputOf<typeof user, M>

const { event, insert, update } = user
/** For so long a merge can be undone. */
export const undoMs = 7 * 24 * 60 * 60_000
/** Who waited for a merge that did not come waits no more. */
const expectedMs = 60_000

/**
 * Two records of one human being become one. The winner says that it waits; then the loser gives itself over, keeping
 * all that it was, and speaks no more. So of two who take each other in at once neither can, and to part them again is
 * to let the loser speak.
 */
export const merging = {
  expectMerge(state: State, { mergeId, loserId }: Input<'expectMerge'>, given: Given) {
    const before = own(state)
    const others = waiting(before, given.now).filter((one) => one.mergeId !== mergeId)
    const expecting = [...others, { mergeId, loserId, at: given.now }].slice(-20)
    return { state: { ...before, expecting }, reply: wholeOf(before, given) }
  },

  giveUpMerge(state: State, { mergeId }: Input<'giveUpMerge'>) {
    return { state: { ...state, expecting: state.expecting.filter((one) => one.mergeId !== mergeId) } }
  },

  mergeInto(state: State, { mergeId, winnerId, choices }: Input<'mergeInto'>, given: Given) {
    if (state.aliasOf === winnerId) return { state, reply: { mergeId } }
    const before = own(state)
    if (winnerId === given.id) throw conflict('same_person', 'Nobody is merged with themselves.')
    if (waiting(before, given.now).length > 0)
      throw conflict('merge_under_way', 'Somebody is being merged with this person at this moment.')
    const after = { ...before, aliasOf: winnerId, rev: before.rev + 1 }
    const { state: so, rows, events } = changed(state, after, given, { kind: 'merged', what: { into: winnerId } })
    const loserId = given.id
    return {
      state: so,
      reply: { mergeId },
      rows,
      events,
      tells: [
        user.tell(winnerId).absorb({ mergeId, loserId, loser: wholeOf(before, given), choices }),
        conversation.tell(conversationIdOf(loserId)).joinInto({ userId: winnerId, name: before.name }),
      ],
    }
  },

  givenOver(state: State, { winnerId }: Input<'givenOver'>, given: Given) {
    if (state.aliasOf !== winnerId) throw conflict('not_merged', 'These two are not merged.')
    return { state, reply: wholeOf(present(state), given) }
  },

  /** Both the loser and whoever merges bring it: the first of them is taken in, and neither after it was undone. */
  absorb(state: State, { mergeId, loserId, loser, choices }: Input<'absorb'>, given: Given) {
    if (state.joined.some((one) => one.mergeId === mergeId) || state.parted.includes(mergeId)) return { state }
    const before = present(state)
    const whole = wholeOf(before, given)
    const after = joinedOf(whole, loser, choices)
    const expecting = before.expecting.filter((one) => one.mergeId !== mergeId)
    const joined = [...before.joined, { mergeId, userId: loserId }].slice(-50)
    const taken = { ...withWhole(before, after), expecting, joined, rev: before.rev + 1 }
    const what = { who: loser.profile.name, userId: loserId, mergeId }
    const said = changed(state, taken, given, { kind: 'merged', what })
    const row = { _id: mergeId, winnerId: given.id, loserId, before: whole, after, by: given.by.id }
    const times = { at: given.now, undoUntil: given.now + undoMs, undoneAt: null }
    return {
      state: said.state,
      rows: [insert('merge', { ...row, ...times }), ...said.rows],
      events: said.events,
      ...told(before, said.state, given),
    }
  },

  separate(state: State, { mergeId, loserId, before: was, after: merged }: Input<'separate'>, given: Given) {
    const before = own(state)
    if (before.joined.at(-1)?.mergeId !== mergeId)
      throw before.joined.some((one) => one.mergeId === mergeId)
        ? conflict('merged_since', 'Somebody else was merged with them since: that has to be undone first.')
        : conflict('not_merged', 'These two are not merged.')
    const parted = partedOf(was, merged, wholeOf(before, given))
    const joined = before.joined.slice(0, -1)
    const undone = [...before.parted, mergeId].slice(-partedMax)
    const alone = { ...withWhole(before, parted), joined, parted: undone, rev: before.rev + 1 }
    const said = changed(state, alone, given, { kind: 'unmerged', what: { userId: loserId, mergeId } })
    return {
      ...said,
      rows: [update('merge', mergeId, { undoneAt: given.now }), ...said.rows],
      tells: [
        ...told(before, said.state, given).tells,
        user.tell(loserId).restore({ mergeId, winnerId: given.id }),
        conversation.tell(conversationIdOf(given.id)).letGo({ from: conversationIdOf(loserId) }),
      ],
    }
  },

  restore(state: State, { mergeId, winnerId }: Input<'restore'>, given: Given) {
    if (state.aliasOf !== winnerId) return { state }
    const line = { kind: 'unmerged', what: { from: winnerId, mergeId } } as const
    const after = { ...present(state), aliasOf: null, rev: state.rev + 1 }
    const { state: so, rows, events } = changed(state, after, given, line)
    return { state: so, rows, events }
  },

  /** What history keeps of them is redacted by whoever asked for this; here only that they were erased stays. */
  erase(state: State, _: unknown, given: Given) {
    const before = present(state)
    if (before.erasedAt !== null) return { state, reply: { erasedAt: before.erasedAt } }
    const { createdAt, aliasOf, joined, rev } = before
    const erased = { ...initial, createdAt, aliasOf, joined, rev: rev + 1, erasedAt: given.now }
    const whole: Known = { ...erased, private: emptyPrivate, privateRev: before.privateRev + 1 }
    const { effects } = forgotten(before, given)
    const said = activity('erased', {}, given)
    return {
      state: whole,
      reply: { erasedAt: given.now },
      rows: said.rows,
      events: [
        event('user.changed', profileOf(whole, given)),
        event('user.me_changed', { name: '', timezone: null, locale: null }),
        ...said.events,
      ],
      tells: [conversation.tell(conversationIdOf(given.id)).erasePerson({})],
      effects,
      reminders: { fade: null },
    }
  },
}

const waiting = ({ expecting }: State, now: number) => expecting.filter(({ at }) => now - at < expectedMs)

const wholeOf = (state: Known, given: Given): Whole => ({
  profile: profileOf(state, given),
  private: state.private,
  counters: state.counters,
  consents: state.consents,
})

function withWhole(state: Known, { profile, private: hidden, counters, consents }: Whole): Known {
  const { userId: _, engagement: __, birthday, rev: ___, privateRev: ____, aliasOf: _____, ...fields } = profile
  const birth = birthday === null ? null : (birthOf(birthday) ?? null)
  return { ...state, ...fields, birth, private: hidden, counters, consents, privateRev: state.privateRev + 1 }
}
