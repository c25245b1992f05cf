import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import type { conversation } from './contract.ts'
import { reach } from './reach.ts'
import type { State } from './state.ts'

/** A thread that the business begins. */
export const opening = {
  open(state: State, { userId, name, identities }: InputOf<typeof conversation, 'open'>, { settings }: Given) {
    if (state.userId !== null) return { state }
    const contact = reach({ ...state, identities }, undefined, settings)?.to ?? ''
    return { state: { ...state, userId, name, identities, contact } }
  },
}
