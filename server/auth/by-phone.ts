import { Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { membershipsOf } from '../../store/settings/members.ts'
import { accountOfNumber } from '../../store/settings/phones.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import type { Auth, SignedIn } from './auth.ts'
import type { Asked, PhoneCodes, Whose } from './codes.ts'

const nobody = 'nobody'

interface Parts {
  store: Store
  auth: Auth
  codes: PhoneCodes
}

/** Signs in by a one-time code to a number that its account has proven to be its own. */
export class ByPhone {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  ways() {
    return this.#parts.codes.ways()
  }

  /** The same answer, after the same work, for every number. @throws Problem as `PhoneCodes.ask` */
  async ask(asked: Asked): Promise<{ resendAt: number; expiresAt: number }> {
    const { why: _, ...onItsWay } = await this.#parts.codes.ask('otp', asked, null, ({ e164 }) => this.#whose(e164))
    return onItsWay
  }

  /** @throws Problem `code_invalid`, after five wrong ones for the right one, too; `too_many_attempts`, `second_factor_required` */
  async useCode(proof: { phone: string; code: string }, place: string, from: Origin): Promise<SignedIn> {
    const { store, auth, codes } = this.#parts
    const found = await codes.consume('otp', proof, place)
    const [member] = found ? await membershipsOf(store, found.accountId) : []
    if (!member) throw codeInvalid()
    return auth.openFor(member.workspaceId, member.id, from)
  }

  /** Reads the same of a number that is nobody's. */
  async #whose(number: string): Promise<Whose> {
    const { store } = this.#parts
    const accountId = await accountOfNumber(store, number)
    const [member] = await membershipsOf(store, accountId ?? nobody)
    if (accountId === undefined || !member) return { accountId: null, workspaceId: null }
    return { accountId, workspaceId: member.workspaceId }
  }
}

export const codeInvalid = () =>
  new Problem('unauthorized', 'code_invalid', 'This code is not right, was used already, or is too old.')
