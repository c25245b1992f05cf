import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { factorsOf, spendRecovery, spendStep } from '../../store/settings/factors.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { spendTicket, ticketOf, tryTicket } from '../../store/settings/tickets.ts'
import { platform } from '../../store/vault-keys.ts'
import type { Vault } from '../../store/vault.ts'
import type { JointMemory } from '../joint-memory.ts'
import { Attempts } from './attempts.ts'
import type { Passkeys } from './passkeys.ts'
import { recoveryHash } from './recovery-codes.ts'
import type { TellOwner } from './security-letters.ts'
import { hashOf } from './tokens.ts'
import { stepOf } from './totp.ts'

/** One of the ways to show that it is you, beside a password or a letter. */
export type SecondProof = { code: string } | { recoveryCode: string } | { passkey: AuthenticationResponseJSON }

const triesMax = 5

interface Parts {
  store: Store
  vault: Vault
  passkeys: Passkeys
  now(): number
  /** Where the processes of a service count failed attempts together. */
  joint: JointMemory | undefined
  tell: TellOwner
}

/** Whether a second factor is right. */
export class SecondFactor {
  readonly #parts: Parts
  readonly #attempts: Attempts

  constructor(parts: Parts) {
    this.#parts = parts
    this.#attempts = new Attempts(parts.now, parts.joint)
  }

  /** What to ask an authenticator of whoever has this token. @throws Problem `challenge_invalid`, `passkeys_not_here` */
  async askPasskey(token: string) {
    const { store, now, passkeys } = this.#parts
    const ticket = await ticketOf(store, 'second_factor', hashOf(token), now())
    if (!ticket) throw challengeInvalid()
    return passkeys.ask(ticket.accountId)
  }

  /**
   * Whoever has shown both factors. The token stands for the first; it is good once and for five tries.
   * @throws Problem `challenge_invalid`, `factor_invalid`, `too_many_attempts`
   */
  async pass(token: string, proof: SecondProof, from: Origin): Promise<{ workspaceId: string; memberId: string }> {
    const { store, now } = this.#parts
    const ticket = await tryTicket(store, 'second_factor', hashOf(token), triesMax, now())
    if (!ticket || ticket.accountId === null) throw challengeInvalid()
    await this.check(ticket.accountId, proof, from)
    const spent = await spendTicket(store, 'second_factor', hashOf(token), now())
    const { workspaceId, memberId } = spent?.about ?? {}
    if (workspaceId === undefined || memberId === undefined) throw challengeInvalid()
    return { workspaceId, memberId }
  }

  /**
   * Resolves when this is a factor of this account, and spends it: codes are good once.
   * @throws Problem `factor_invalid` whatever is wrong with it, `too_many_attempts`
   */
  async check(accountId: string, proof: SecondProof, from: Origin) {
    // Nobody guesses a signature, so its owner is not made to wait for somebody else's guesses at codes.
    if ('passkey' in proof) {
      await this.#parts.passkeys.answered(proof.passkey, accountId)
      return
    }
    await this.#attempts.count(guessesAt(accountId), async () => {
      const isRight =
        'code' in proof
          ? await this.#isCode(accountId, proof.code)
          : await this.#isRecoveryCode(accountId, proof.recoveryCode, from)
      if (!isRight) throw factorInvalid()
    })
  }

  /** The step that a code of a new app belongs to; tries are counted. @throws Problem `factor_invalid`, `too_many_attempts` */
  async stepOfNew(accountId: string, sealed: Uint8Array, code: string): Promise<number> {
    return this.#attempts.count(guessesAt(accountId), async () => {
      const step = stepOf(await this.unseal(accountId, sealed), code, this.#parts.now())
      if (step === undefined) throw factorInvalid()
      return step
    })
  }

  async seal(accountId: string, secret: string): Promise<Uint8Array> {
    const { vault } = this.#parts
    await vault.ready(platform)
    return vault.seal(platform, placeOf(accountId), secret)
  }

  async unseal(accountId: string, sealed: Uint8Array): Promise<string> {
    const { vault } = this.#parts
    await vault.ready(platform)
    return vault.open(platform, placeOf(accountId), sealed)
  }

  async #isCode(accountId: string, code: string) {
    const { store, now } = this.#parts
    const { totp } = await factorsOf(store, accountId)
    const step = totp && stepOf(await this.unseal(accountId, totp.sealed), code, now())
    return step !== undefined && spendStep(store, accountId, step)
  }

  async #isRecoveryCode(accountId: string, code: string, from: Origin) {
    const { store, tell } = this.#parts
    if (!(await spendRecovery(store, accountId, recoveryHash(accountId, code)))) return false
    await tell(accountId, 'recovery_code_used', from)
    return true
  }
}

const guessesAt = (accountId: string) => `factor:${accountId}`
/** As the change of keys finds it again: see `contextsOf` of the sealed fields. */
const placeOf = (accountId: string) => `account_factors/${accountId}/sealed`

const challengeInvalid = () =>
  new Problem('unauthorized', 'challenge_invalid', 'This took too long, or too many tries: please sign in again.')
export const factorInvalid = () =>
  new Problem('unauthorized', 'factor_invalid', 'This is not right, or was used already.')
