import type { Caller } from '../../kernel/caller.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { type AccountPhone, keepPhone, phonesOf, removePhone } from '../../store/settings/phones.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { codeInvalid } from './by-phone.ts'
import type { Asked, PhoneCodes } from './codes.ts'
import { ownAccount } from './own-account.ts'
import { codesPaused, countryNotServed } from './pumping.ts'
import type { TellOwner } from './security-letters.ts'
import type { Sudo } from './sudo.ts'

const phonesMax = 5

interface Parts {
  store: Store
  codes: PhoneCodes
  sudo: Sudo
  tell: TellOwner
  now(): number
}

/** The numbers by which somebody can sign in: each is proven by a code before it counts. */
export class OwnPhones {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async list(caller: Caller): Promise<AccountPhone[]> {
    return phonesOf(this.#parts.store, (await ownAccount(this.#parts.store, caller)).id)
  }

  /**
   * A code goes to the number.
   * @throws Problem `proof_required`, `too_many_phones`, and as `PhoneCodes.ask`
   */
  async add(caller: Caller, asked: Asked): Promise<{ resendAt: number; expiresAt: number }> {
    const { store, sudo, codes } = this.#parts
    await sudo.require(caller)
    const { id: accountId } = await ownAccount(store, caller)
    if ((await phonesOf(store, accountId)).length >= phonesMax)
      throw conflict('too_many_phones', `An account has at most ${phonesMax} numbers.`)
    const whose = async () => ({ accountId, workspaceId: caller.workspaceId })
    const { why, ...onItsWay } = await codes.ask('own_number', asked, accountId, whose)
    if (why === 'country') throw countryNotServed()
    if (why === 'spent') throw codesPaused()
    return onItsWay
  }

  /** @throws Problem `code_invalid`, `too_many_attempts`, `phone_taken` */
  async verify(caller: Caller, proof: { phone: string; code: string }, place: string, from: Origin) {
    const { store, codes, tell, now } = this.#parts
    const { id: accountId } = await ownAccount(store, caller)
    const found = await codes.consume('own_number', proof, place, { accountId, workspaceId: caller.workspaceId })
    if (found?.accountId !== accountId) throw codeInvalid()
    // Told only to whoever holds the telephone.
    if (!(await keepPhone(store, accountId, found.number, now())))
      throw conflict('phone_taken', 'Another account signs in with this number.')
    await tell(accountId, 'phone_added', from)
    return phonesOf(store, accountId)
  }

  /** @throws Problem `proof_required`, `not_found` */
  async remove(caller: Caller, id: string, from: Origin) {
    const { store, sudo, tell } = this.#parts
    await sudo.require(caller)
    const { id: accountId } = await ownAccount(store, caller)
    if (!(await removePhone(store, accountId, id))) throw missing('not_found', 'There is no such number.')
    await tell(accountId, 'phone_removed', from)
  }
}
