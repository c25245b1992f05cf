import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Caller } from '../../kernel/caller.ts'
import { newId } from '../../kernel/id.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Account } from '../../store/settings/accounts.ts'
import {
  confirmTotp,
  factorsOf,
  forgetFactors,
  giveRecovery,
  keepPendingTotp,
  removeTotp,
  renewRecovery,
} from '../../store/settings/factors.ts'
import { memberById } from '../../store/settings/members.ts'
import { type Passkey, passkeysOf, removePasskey, renamePasskey } from '../../store/settings/passkeys.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import type { Auth } from './auth.ts'
import { waysOf } from './door.ts'
import { ownAccount } from './own-account.ts'
import type { Passkeys } from './passkeys.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import { factorInvalid, type SecondFactor } from './second-factor.ts'
import type { TellOwner } from './security-letters.ts'
import type { Sudo } from './sudo.ts'
import { newTotpSecret, totpUri } from './totp.ts'

/** From the picture to the first code of the app. */
const pendingMs = 10 * 60_000

interface Parts {
  store: Store
  auth: Auth
  factor: SecondFactor
  passkeys: Passkeys
  sudo: Sudo
  tell: TellOwner
  now(): number
}

/** What somebody sets up of their own to sign in with, beside a password. */
export class OwnFactors {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async overview(caller: Caller) {
    const { store, sudo } = this.#parts
    const account = await ownAccount(store, caller)
    const [{ totp, recoveryCodes }, passkeys, provenUntil, ways] = await Promise.all([
      factorsOf(store, account.id),
      passkeysOf(store, account.id),
      sudo.until(caller),
      sudo.ways(caller),
    ])
    return {
      totp: totp ? { addedAt: totp.addedAt } : null,
      recoveryCodes: recoveryCodes ?? null,
      passkeys,
      hasPassword: account.passwordHash !== null,
      provenUntil,
      ways,
    }
  }

  /** An app's secret, which is not the account's before the app has answered. @throws Problem `proof_required`, `totp_exists` */
  async beginTotp(caller: Caller) {
    const { store, factor, now } = this.#parts
    const account = await this.#proven(caller)
    if ((await factorsOf(store, account.id)).totp) throw totpExists()
    const secret = newTotpSecret()
    const sealed = await factor.seal(account.id, secret)
    await keepPendingTotp(store, account.id, { id: newId('top'), sealed, expiresAt: now() + pendingMs })
    return { secret, uri: totpUri(secret, account.email ?? account.id) }
  }

  /**
   * The app shows this code: from now on it is asked. Every other sign-in ends.
   * @throws Problem `factor_invalid`, `totp_exists`, `too_many_attempts`
   */
  async confirmTotp(caller: Caller, code: string, from: Origin) {
    const { store, factor, now } = this.#parts
    const account = await ownAccount(store, caller)
    const { pending, totp } = await factorsOf(store, account.id)
    if (totp) throw totpExists()
    if (!pending || pending.expiresAt <= now()) throw factorInvalid()
    const step = await factor.stepOfNew(account.id, pending.sealed, code)
    if (!(await confirmTotp(store, account.id, pending, step, now()))) throw factorInvalid()
    return this.#added(caller, account, 'app_added', from)
  }

  /** @throws Problem `proof_required`, `not_found` */
  async removeTotp(caller: Caller, from: Origin) {
    const { store } = this.#parts
    const account = await this.#proven(caller)
    if (!(await removeTotp(store, account.id))) throw missing('not_found', 'There is no authenticator app.')
    await this.#removed(account, 'app_removed', from)
  }

  /** Ten new codes, shown once; those before are void. @throws Problem `proof_required`, `no_second_factor` */
  async renewCodes(caller: Caller, from: Origin): Promise<string[]> {
    const { store, tell } = this.#parts
    const account = await this.#proven(caller)
    if ((await waysOf(store, account.id)).length === 0)
      throw conflict('no_second_factor', 'There is nothing yet that these codes would stand in for.')
    const codes = newRecoveryCodes()
    await renewRecovery(store, account.id, hashesOf(account, codes))
    await tell(account.id, 'recovery_codes_renewed', from)
    return codes
  }

  /** What to ask an authenticator of theirs, to show that it is them. @throws Problem `passkeys_not_here` */
  async askProof(caller: Caller) {
    const { id } = await ownAccount(this.#parts.store, caller)
    return this.#parts.passkeys.ask(id)
  }

  /** What to ask a new authenticator. @throws Problem `proof_required`, `passkeys_not_here`, `too_many_passkeys` */
  async askPasskey(caller: Caller) {
    const account = await this.#proven(caller)
    const member = await memberById(this.#parts.store, caller.workspaceId, caller.id)
    return this.#parts.passkeys.askNew(account, member?.name ?? 'Careline')
  }

  /** @throws Problem `passkey_invalid`, `passkey_known` */
  async addPasskey(caller: Caller, response: RegistrationResponseJSON, name: string, from: Origin) {
    const account = await ownAccount(this.#parts.store, caller)
    const passkey = await this.#parts.passkeys.add(account.id, response, name)
    return { passkey, ...(await this.#added(caller, account, 'passkey_added', from)) }
  }

  /** @throws Problem `not_found` */
  async renamePasskey(caller: Caller, id: string, name: string) {
    const { store } = this.#parts
    const account = await ownAccount(store, caller)
    if (!(await renamePasskey(store, account.id, id, name))) throw noSuchPasskey()
  }

  /** @throws Problem `proof_required`, `not_found` */
  async removePasskey(caller: Caller, id: string, from: Origin) {
    const { store } = this.#parts
    const account = await ownAccount(store, caller)
    if (!(await this.#mine(account, id))) throw noSuchPasskey()
    await this.#parts.sudo.require(caller)
    if (!(await removePasskey(store, account.id, id))) throw noSuchPasskey()
    await this.#removed(account, 'passkey_removed', from)
  }

  async #mine({ id: accountId }: Account, id: string): Promise<Passkey | undefined> {
    return (await passkeysOf(this.#parts.store, accountId)).find((one) => one.id === id)
  }

  async #proven(caller: Caller): Promise<Account> {
    await this.#parts.sudo.require(caller)
    return ownAccount(this.#parts.store, caller)
  }

  /** The codes are shown with the first factor, and never again. Sign-ins that were asked for less end. */
  async #added(caller: Caller, account: Account, what: 'app_added' | 'passkey_added', from: Origin) {
    const { store, auth, tell } = this.#parts
    const codes = newRecoveryCodes()
    const isFirst = await giveRecovery(store, account.id, hashesOf(account, codes))
    await auth.prove(caller)
    await auth.revokeAll(account.id, what, caller.sessionId)
    await tell(account.id, what, from)
    return { recoveryCodes: isFirst ? codes : null }
  }

  async #removed({ id }: Account, what: 'app_removed' | 'passkey_removed', from: Origin) {
    const { store, tell } = this.#parts
    if ((await waysOf(store, id)).length === 0) await forgetFactors(store, id)
    await tell(id, what, from)
  }
}

const hashesOf = ({ id }: Account, codes: readonly string[]) => codes.map((code) => recoveryHash(id, code))
const totpExists = () => conflict('totp_exists', 'There is an authenticator app already: remove it first.')
const noSuchPasskey = () => missing('not_found', 'There is no such passkey.')
