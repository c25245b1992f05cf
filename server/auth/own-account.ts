import type { Caller } from '../../kernel/caller.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { type Account, accountsById, changePassword, normalEmail } from '../../store/settings/accounts.ts'
import { memberById, membershipsOf } from '../../store/settings/members.ts'
import { type Origin, type SignIn, signInsOf } from '../../store/settings/sessions.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import type { Auth, SignedIn } from './auth.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { refused } from './tokens.ts'

/** NIST SP 800-63B asks for length instead of kinds of characters, and for at least 8; here it is the only factor. */
export const passwordMin = 10

interface Parts {
  store: Store
  auth: Auth
  now(): number
}

/** What somebody who is signed in does with their own account, whichever workspace they are in. */
export class OwnAccount {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Where they are signed in, the latest first, at most 200. */
  async signIns(caller: Caller): Promise<SignIn[]> {
    const { store, now } = this.#parts
    return signInsOf(store, await this.#idOf(caller), now())
  }

  /** Ends one of their own sign-ins; its sockets are cut. @throws Problem `not_found` */
  async end(caller: Caller, id: string) {
    const own = await this.signIns(caller)
    if (!own.some((one) => one.id === id)) throw missing('not_found', 'There is no such sign-in.')
    await this.#parts.auth.revoke(id, 'ended_by_owner')
  }

  /** Ends all of them but, where it is kept, this one. */
  async endAll(caller: Caller, { keepsThis }: { keepsThis: boolean }) {
    const kept = keepsThis ? caller.sessionId : undefined
    await this.#parts.auth.revokeAll(await this.#idOf(caller), 'ended_by_owner', kept)
  }

  /**
   * A new password; every other sign-in ends, because the old one may be known to somebody else.
   * @throws Problem `bad_credentials`, `too_many_attempts`, `weak_password`, `try_again`
   */
  async changePassword(caller: Caller, { current, password }: { current: string; password: string }) {
    const { store, auth } = this.#parts
    const account = await ownAccount(store, caller)
    const isRight = () => verifyPassword(account.passwordHash, current)
    await auth.proven(account.email ?? account.id, isRight, 'This is not the current password.')
    const hashed = await hashChosen(password, account)
    if (!(await changePassword(store, account.id, hashed, account.passwordHash)))
      throw new Problem('unauthorized', 'bad_credentials', 'The password was changed elsewhere at the same moment.')
    await this.endAll(caller, { keepsThis: true })
  }

  /** The workspaces that they work for. */
  async workspaces(caller: Caller) {
    const { store } = this.#parts
    const memberships = await membershipsOf(store, await this.#idOf(caller))
    const found = await Promise.all(memberships.map(({ workspaceId }) => workspaceById(store, workspaceId)))
    return memberships.flatMap(({ role, workspaceId }, nth) => {
      const workspace = found[nth]
      return workspace ? [{ workspace, role, isHere: workspaceId === caller.workspaceId }] : []
    })
  }

  /** Goes on in another of their workspaces; the sign-in to this one ends. @throws Problem `not_found` */
  async switchTo(caller: Caller, workspaceId: string, from: Origin): Promise<SignedIn> {
    const { store, auth } = this.#parts
    const memberships = await membershipsOf(store, await this.#idOf(caller))
    const there = memberships.find((one) => one.workspaceId === workspaceId)
    if (!there) throw missing('not_found', 'There is no such workspace.')
    return auth.goOn(caller, workspaceId, there.id, from)
  }

  #idOf(caller: Caller): Promise<string> {
    return accountIdOf(this.#parts.store, caller)
  }
}

async function accountIdOf(store: Store, { workspaceId, id }: Caller): Promise<string> {
  const member = await memberById(store, workspaceId, id)
  if (!member) throw refused()
  return member.accountId
}

/** The account of whoever is signed in. @throws Problem `unauthorized` when they are gone */
export async function ownAccount(store: Store, caller: Caller): Promise<Account> {
  const id = await accountIdOf(store, caller)
  const account = (await accountsById(store, [id])).get(id)
  if (!account) throw refused()
  return account
}

/** @throws Problem `weak_password` for one that whoever knows the person would guess first */
export function hashChosen(password: string, { email }: Pick<Account, 'email'>): Promise<string> {
  const plain = password.normalize('NFKC').toLowerCase()
  const [local = ''] = normalEmail(email ?? '').split('@')
  const isOwnName = email !== null && (plain === normalEmail(email) || (local.length > 3 && plain.includes(local)))
  if (isOwnName || new Set(plain).size < 5) {
    const message = 'This password is easy to guess: please take another one.'
    throw invalid('weak_password', message, [{ path: 'password', message }])
  }
  return hashPassword(password)
}
