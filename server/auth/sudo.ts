import type { Caller } from '../../kernel/caller.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import type { Auth } from './auth.ts'
import type { ByMail } from './by-mail.ts'
import { waysOf } from './door.ts'
import { ownAccount } from './own-account.ts'
import { verifyPassword } from './passwords.ts'
import type { SecondFactor, SecondProof } from './second-factor.ts'

/** For so long after they showed that it is them, somebody may change how they sign in. */
const sudoMs = 10 * 60_000

/** A code by mail is taken of those alone who have neither a password nor a second factor. */
export type Proof = SecondProof | { password: string } | { mailCode: string }

interface Parts {
  store: Store
  auth: Auth
  factor: SecondFactor
  byMail: ByMail
  now(): number
}

/** A screen that was left open is not its owner: what decides who gets in is changed by whoever proved who they are just now. */
export class Sudo {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Until when this sign-in may, epoch ms; null where it may not. */
  async until(caller: Caller): Promise<number | null> {
    const provenAt = await this.#parts.auth.provenAt(caller)
    if (provenAt === null || caller.actingId !== undefined) return null
    return provenAt + sudoMs > this.#parts.now() ? provenAt + sudoMs : null
  }

  /** @throws Problem `proof_required`, `not_yourself` */
  async require(caller: Caller) {
    if (caller.actingId !== undefined)
      throw new Problem('forbidden', 'not_yourself', 'Only the owner of an account changes how they sign in.')
    if ((await this.until(caller)) === null)
      throw new Problem('forbidden', 'proof_required', 'Please show once more that it is you.')
  }

  /** What somebody can show: their password, a second factor, or, where there is neither, a code by mail. */
  async ways(caller: Caller): Promise<('password' | 'totp' | 'passkey' | 'recovery' | 'mail')[]> {
    const account = await ownAccount(this.#parts.store, caller)
    const factors = await waysOf(this.#parts.store, account.id)
    const ways = [...(account.passwordHash === null ? [] : (['password'] as const)), ...factors]
    return ways.length === 0 ? ['mail'] : ways
  }

  /** @throws Problem `bad_credentials`, `factor_invalid`, `passkey_invalid`, `code_invalid`, `too_many_attempts` */
  async prove(caller: Caller, proof: Proof, from: Origin) {
    const { store, auth, factor, byMail } = this.#parts
    const account = await ownAccount(store, caller)
    if ('password' in proof) {
      const isRight = () => verifyPassword(account.passwordHash, proof.password)
      await auth.proven(account.email ?? account.id, isRight, 'This is not your password.')
    } else if ('mailCode' in proof) {
      const isOnlyWay = (await this.ways(caller)).includes('mail')
      await byMail.proves(isOnlyWay ? account : undefined, proof.mailCode)
    } else await factor.check(account.id, proof, from)
    await auth.prove(caller)
  }
}
