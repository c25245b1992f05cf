import type { Address, Identity } from '../../kernel/person.ts'
import { identitiesMax } from '../../kernel/person.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { user } from './contract.ts'
import { changed, type Known, own, type State } from './state.ts'
import { told } from './told.ts'

type Input<M extends keyof typeof user.messages> = InputOf<typeof user, M>
interface Found extends Address {
  claim: string
  label?: string | undefined
  isVerified: boolean
}

const { insert, update } = user
const isSame = (a: Address, b: Address) => a.kind === b.kind && a.value === b.value

/** By what a person is known, and reached. Addresses are kept as they came, and matched before they come here. */
export const identities = {
  meet(state: State, { identity, claim, name, timezone }: Input<'meet'>, given: Given) {
    if (state.aliasOf !== null) return { state, reply: { isNew: false, userId: state.aliasOf } }
    const isNew = state.createdAt === null
    const reply = { isNew, userId: given.id }
    if (state.identities.some((one) => isSame(one, identity))) return { state, reply }

    const createdAt = state.createdAt ?? given.now
    const source = isNew ? identity.kind : state.source
    const named = { ...state, createdAt, source, name: state.name || name, timezone: state.timezone ?? timezone }
    // From a message: nobody but its owner can have sent it. Of too many, the oldest is forgotten.
    const room = { ...named, identities: named.identities.slice(1 - identitiesMax) }
    const found = identified(room, { ...identity, claim, isVerified: true }, given)
    const line = isNew
      ? ({ kind: 'created', what: { source } } as const)
      : ({ kind: 'identity_added', what: { kind: identity.kind, address: identity.value } } as const)
    const said = changed(state, found.state, given, line)
    const { effects, tells } = told(state, said.state, given)
    // Of an address that they wrote from their conversation knows; who signs in to the app has not written yet.
    const rows = [...found.rows, ...said.rows]
    return { ...said, reply, rows, effects, ...(identity.kind === 'app' && { tells }) }
  },

  addIdentity(state: State, input: Input<'addIdentity'>, given: Given) {
    const before = own(state)
    const known = before.identities.find((one) => isSame(one, input))
    if (known) return { state, reply: changed(state, before, given).reply }
    const { state: after, rows } = identified(before, input, given)
    const what = { kind: input.kind, address: input.value, label: input.label }
    const said = changed(state, { ...after, rev: after.rev + 1 }, given, { kind: 'identity_added', what })
    return { ...said, rows: [...rows, ...said.rows], ...told(before, said.state, given) }
  },

  changeIdentity(state: State, { identityId, label, isPrimary, isVerified }: Input<'changeIdentity'>, given: Given) {
    const before = own(state)
    const one = named(before, identityId)
    const after = {
      ...one,
      label: label ?? one.label,
      isPrimary: isPrimary ?? one.isPrimary,
      ...(isVerified !== undefined && { verifiedAt: isVerified ? (one.verifiedAt ?? given.now) : null }),
    }
    const others = before.identities.map((other) => {
      if (other.id === identityId) return after
      return isPrimary && other.kind === one.kind ? { ...other, isPrimary: false } : other
    })
    const what = {
      address: one.value,
      ...(after.label !== one.label && { label: after.label }),
      ...(after.isPrimary !== one.isPrimary && { primary: true }),
      ...(after.verifiedAt !== one.verifiedAt && { verified: after.verifiedAt !== null }),
    }
    if (Object.keys(what).length === 1) return { state, reply: changed(state, before, given).reply }
    const whole = { ...before, identities: others, rev: before.rev + 1 }
    const said = changed(state, whole, given, { kind: 'identity_changed', what })
    return { ...said, ...told(before, said.state, given) }
  },

  removeIdentity(state: State, { identityId, claim }: Input<'removeIdentity'>, given: Given) {
    const before = own(state)
    const one = named(before, identityId)
    const left = before.identities.filter(({ id }) => id !== identityId)
    const next = left.find(({ kind }) => kind === one.kind)
    // Somebody keeps a primary address of a kind as long as they have one.
    const promoted = one.isPrimary
      ? left.map((other) => (other === next ? { ...other, isPrimary: true } : other))
      : left
    const whole = { ...before, identities: promoted, rev: before.rev + 1 }
    const said = changed(state, whole, given, {
      kind: 'identity_removed',
      what: { kind: one.kind, address: one.value },
    })
    return {
      ...said,
      rows: [update('identity', claim, { removedAt: given.now }), ...said.rows],
      ...told(before, said.state, given),
    }
  },
}

/** One address more, the first of its kind being the primary one. */
export function identified(state: Known, { kind, value, claim, label = '', isVerified }: Found, given: Given) {
  if (state.identities.some((one) => isSame(one, { kind, value }))) return { state, rows: [] }
  if (state.identities.length >= identitiesMax)
    throw conflict('too_many_identities', `A person has ${String(identitiesMax)} addresses at most.`)
  const identity: Identity = {
    kind,
    value,
    id: given.newId('idn'),
    label,
    verifiedAt: isVerified ? given.now : null,
    isPrimary: !state.identities.some((one) => one.kind === kind),
    since: given.now,
  }
  const row = { _id: claim, kind, value, userId: given.id, since: given.now, removedAt: null }
  return { state: { ...state, identities: [...state.identities, identity] }, rows: [insert('identity', row)] }
}

function named({ identities: all }: Known, identityId: string): Identity {
  const one = all.find(({ id }) => id === identityId)
  if (!one) throw missing('identity_missing', 'They have no such address.')
  return one
}
