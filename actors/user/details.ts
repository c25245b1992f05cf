import { conversationIdOf } from '../../kernel/id.ts'
import { birthOf, type Fields, fieldsMax } from '../../kernel/person.ts'
import { conflict, invalid, Problem } from '../../kernel/problem.ts'
import { conversation } from '../conversation/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { type Activity, type ProfileChange, user } from './contract.ts'
import { activity, changed, fading, type Known, labelled, own, present, raised, type State } from './state.ts'
import { back, seen } from './holding.ts'
import { identified } from './identities.ts'
import { told } from './told.ts'

type Input<M extends keyof typeof user.messages> = InputOf<typeof user, M>
type What = Activity['what']
/** What is known of a person, and how that changes. */
export const details = {
  enter(state: State, { change, private: hidden, identities, tags }: Input<'enter'>, given: Given) {
    if (state.createdAt !== null) throw conflict('person_exists', 'There is such a person already.')
    const { state: detailed } = applied({ ...state, createdAt: given.now }, change)
    const whole = { ...detailed, tags: labelled([], tags ?? [], []) }
    const confided = hidden ? { ...whole, private: confide(whole, hidden).after } : whole
    const known = identities.reduce<{ state: Known; rows: ReturnType<typeof identified>['rows'] }>(
      ({ state: so, rows }, one) => {
        const { state: after, rows: more } = identified(so, { ...one, isVerified: false }, given)
        return { state: after, rows: [...rows, ...more] }
      },
      { state: confided, rows: [] },
    )
    const said = changed(state, known.state, given, { kind: 'created', what: { source: known.state.source } })
    return { ...said, rows: [...known.rows, ...said.rows], ...told(state, said.state, given) }
  },

  heard(state: State, input: Input<'heard'>, given: Given) {
    if (state.createdAt === null || state.erasedAt !== null) return { state }
    if (state.aliasOf !== null) return { state, tells: [user.tell(state.aliasOf).heard(input)] }
    const { at, name } = input
    const after = back({ ...seen(present(state), at), name: state.name || name })
    const line = state.archivedAt === null ? undefined : ({ kind: 'unarchived', what: { wrote: true } } as const)
    const { state: counted, events, rows } = changed(state, after, given, line)
    // Whoever was entered under a name before they wrote is shown under it.
    const renamed =
      after.name === name ? [] : [conversation.tell(conversationIdOf(given.id)).renamed({ name: after.name })]
    const tells = line ? [...renamed, ...told(state, { ...counted, name: state.name }, given).tells] : renamed
    return { state: counted, events, rows, tells, reminders: fading(after.lastSeenAt, given) }
  },

  update(state: State, { rev, ...change }: Input<'update'>, given: Given) {
    const before = own(state)
    refuseStale(rev, before.rev)
    const { state: after, what } = applied(before, change)
    if (Object.keys(what).length === 0) return { state, reply: changed(state, before, given).reply }
    const isStage = after.stage !== before.stage && Object.keys(what).length === 2
    const said = changed(state, raised(after), given, { kind: isStage ? 'stage_changed' : 'changed', what })
    return { ...said, ...told(before, said.state, given) }
  },

  updatePrivate(state: State, { rev, ...change }: Input<'updatePrivate'>, given: Given) {
    const before = own(state)
    refuseStale(rev, before.privateRev)
    const { after, fields } = confide(before, change)
    if (fields.length === 0) return { state, reply: before.private }
    // The timeline says that it changed, and by whom; what it says stays where few can read it.
    const what = { fields: fields.join(', ').slice(0, 500) }
    const whole = { ...before, private: after, privateRev: before.privateRev + 1 }
    return { ...changed(state, whole, given, { kind: 'private_changed', what }), reply: after }
  },

  tag(state: State, { add, remove }: Input<'tag'>, given: Given) {
    const before = own(state)
    const tags = labelled(before.tags, add, remove)
    const what = {
      ...listed(
        'added',
        tags.filter((tag) => !before.tags.includes(tag)),
      ),
      ...listed(
        'removed',
        before.tags.filter((tag) => !tags.includes(tag)),
      ),
    }
    if (Object.keys(what).length === 0) return { state, reply: changed(state, before, given).reply }
    return changed(state, raised({ ...before, tags }), given, { kind: 'tagged', what })
  },

  block(state: State, { reason }: Input<'block'>, given: Given) {
    const before = own(state)
    if (before.isBlocked) return { state, reply: changed(state, before, given).reply }
    const hidden = { ...before.private, blockReason: reason }
    const after = raised({ ...before, isBlocked: true, blockedAt: given.now, private: hidden })
    const said = changed(state, after, given, { kind: 'blocked', what: { reason } })
    return { ...said, ...told(before, said.state, given) }
  },

  unblock(state: State, _: unknown, given: Given) {
    const before = own(state)
    if (!before.isBlocked) return { state, reply: changed(state, before, given).reply }
    const hidden = { ...before.private, blockReason: '' }
    const after = raised({ ...before, isBlocked: false, blockedAt: null, private: hidden })
    const said = changed(state, after, given, { kind: 'unblocked', what: {} })
    return { ...said, ...told(before, said.state, given) }
  },

  giveReferralCode(state: State, { code }: Input<'giveReferralCode'>, given: Given) {
    const before = own(state)
    if (before.referralCode !== null) return { state, reply: { code: before.referralCode } }
    return { ...changed(state, raised({ ...before, referralCode: code }), given), reply: { code } }
  },

  redeemReferral(state: State, { referrerId, code }: Input<'redeemReferral'>, given: Given) {
    const before = own(state)
    if (before.referrerId === referrerId) return { state, reply: changed(state, before, given).reply }
    if (before.referrerId !== null) throw conflict('already_referred', 'They came by somebody else already.')
    if (given.id === referrerId) throw conflict('own_code', 'Nobody can refer themselves.')
    const said = changed(state, raised({ ...before, referrerId }), given, { kind: 'referral', what: { code } })
    return { ...said, tells: [user.tell(referrerId).referred({ userId: given.id })] }
  },

  referred(state: State, { userId }: Input<'referred'>, given: Given) {
    return { state, ...activity('referral', { brought: userId }, given) }
  },

  happened(state: State, { kind, what, at }: Input<'happened'>, given: Given) {
    if (state.createdAt === null) return { state }
    if (state.aliasOf !== null) return { state, tells: [user.tell(state.aliasOf).happened({ kind, what, at })] }
    return { state, ...activity(kind, what, given, at) }
  },

  rated(state: State, { stars }: Input<'rated'>, given: Given) {
    if (state.createdAt === null) return { state }
    if (state.aliasOf !== null) return { state, tells: [user.tell(state.aliasOf).rated({ stars })] }
    const { counters } = state
    const after = { ...counters, ratings: counters.ratings + 1, ratingSum: counters.ratingSum + stars }
    const said = changed(state, { ...present(state), counters: after }, given, { kind: 'rating', what: { stars } })
    return { state: said.state, rows: said.rows, events: said.events }
  },

  fade(state: State, _: unknown, given: Given) {
    if (state.createdAt === null || state.aliasOf !== null || state.erasedAt !== null) return { state }
    const { state: after, events } = changed(state, present(state), given)
    return { state: after, events, reminders: fading(state.lastSeenAt, given) }
  },
}

function refuseStale(seen: number | undefined, is: number) {
  if (seen !== undefined && seen !== is)
    throw new Problem('stale', 'stale_revision', 'Somebody changed this meanwhile: read it again.')
}

const listed = (name: string, items: string[]): What =>
  items.length === 0 ? {} : { [name]: items.join(', ').slice(0, 500) }

/** The change applied, and what of it is new: each field as it is, and as it was. */
function applied<S extends Known>(before: S, { birthday, custom, ...plain }: ProfileChange) {
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
  const after = {
    ...before,
    ...given,
    ...(birthday !== undefined && { birth: birthday === null ? null : (birthOf(birthday) ?? null) }),
    ...(custom && { custom: withFields(before.custom, custom) }),
  }
  const named = [...Object.keys(given), ...(birthday === undefined ? [] : ['birth'])] as (keyof Known)[]
  const what = Object.assign({}, ...named.map((name) => difference(name, before[name], after[name]))) as What
  const fields = Object.keys(custom ?? {}).map((key) => difference(key, before.custom[key], after.custom[key]))
  return { state: after, what: Object.assign(what, ...fields) as What }
}

function difference(name: string, was: unknown, is: unknown): What {
  const [before, after] = [said(was), said(is)]
  return before === after ? {} : { [name]: after, [`${name}_was`]: before }
}

const said = (value: unknown) => {
  if (value === null || value === undefined || value === '') return null
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500)
}

/** Null takes a field away; what is not named stays. */
export function withFields(before: Fields, change: Record<string, Fields[string] | null>): Fields {
  const after = { ...before }
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete after[key]
    else after[key] = value
  }
  if (Object.keys(after).length > fieldsMax)
    throw invalid('too_many_fields', `A person has ${String(fieldsMax)} fields of a kind at most.`)
  return after
}

function confide(state: Known, change: Omit<Input<'updatePrivate'>, 'rev'>) {
  const { gender, address, ...records } = change
  const before = state.private
  const after = { ...before, ...(gender !== undefined && { gender }), ...(address !== undefined && { address }) }
  for (const [name, fields] of Object.entries(records) as [keyof typeof records, typeof records.custom][])
    if (fields) after[name] = withFields(before[name], fields)
  const fields = (Object.keys(after) as (keyof typeof after)[]).filter(
    (name) => said(after[name]) !== said(before[name]),
  )
  return { after, fields }
}
