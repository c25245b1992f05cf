import type { Posted } from '../actors/letterbox/contract.ts'
import { derivedId, newId, newSecret } from '../kernel/id.ts'
import { conflict, Problem } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import {
  type Account,
  accountByEmail,
  accountFor,
  changePassword,
  markEmailProven,
} from '../store/settings/accounts.ts'
import { membershipsOf } from '../store/settings/members.ts'
import {
  keepRegistration,
  type Registration as Asked,
  registrationOf,
  registrationsSince,
  spendRegistration,
  tryRegistration,
} from '../store/settings/registrations.ts'
import type { Origin } from '../store/settings/sessions.ts'
import type { Auth, SignedIn } from './auth/auth.ts'
import { hashChosen } from './auth/own-account.ts'
import { verifyPassword } from './auth/passwords.ts'
import { hashOf } from './auth/tokens.ts'
import type { Workspaces } from './workspaces.ts'

const hourMs = 60 * 60_000
const goodHours = 24
/** Letters to one address in an hour; more are answered the same, and not sent. */
const lettersMax = 3
/** Of one place in the network, in an hour. */
const placeMax = 10

interface Parts {
  store: Store
  auth: Auth
  workspaces: Workspaces
  /** Whether strangers may open a business here. */
  isOpen: boolean
  /** Where people reach this server. */
  url: string
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted) => Promise<unknown>) | undefined
}

/** What somebody says who wants to open a business. */
export type Wanted = Pick<Asked, 'email' | 'name' | 'business' | 'timezone' | 'locale'> & { password: string }

/**
 * How a stranger becomes an owner. Nothing is made before the letter is answered with the password that was chosen: so
 * nobody can prepare an account for somebody else's address and wait for them to move in.
 */
export class Registration {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get isOpen() {
    return this.#parts.isOpen && this.#parts.post !== undefined
  }

  /**
   * The same answer, and the same work, whether the address has an account or not: its letter alone says it.
   * @throws Problem `sign_up_closed`, `mail_not_set_up`, `too_many_attempts`, `weak_password`
   */
  async register({ password, ...wanted }: Wanted, place: string) {
    const { store, now } = this.#parts
    const post = this.#door()
    if ((await registrationsSince(store, { place }, now() - hourMs)) >= placeMax)
      throw new Problem('limited', 'too_many_attempts', 'Too many were asked for from here: please try again later.', {
        retryAfterMs: hourMs,
      })
    const passwordHash = await hashChosen(password, wanted)
    const isEnough = (await registrationsSince(store, { email: wanted.email }, now() - hourMs)) >= lettersMax
    const isKnown = await this.#isKnown(await accountByEmail(store, wanted.email))
    const token = newSecret()
    const expiresAt = now() + goodHours * hourMs
    const tokenHash = hashOf(token)
    await keepRegistration(store, { ...wanted, passwordHash, isKnown, place, tokenHash, expiresAt }, now())
    if (isEnough) return
    const { url } = this.#parts
    const { name, business: workspace } = wanted
    const letter: Posted['letter'] = isKnown
      ? { about: 'have_account', link: `${url}/sign-in` }
      : { about: 'welcome', link: `${url}/welcome?token=${token}`, name, workspace, hours: goodHours }
    await post({ letterId: newId('let'), to: wanted.email, language: wanted.locale, letter, notAfter: expiresAt })
  }

  /** What a letter's link is about. @throws Problem `link_invalid` */
  async asked(token: string): Promise<Pick<Asked, 'name' | 'email' | 'business'>> {
    const found = await registrationOf(this.#parts.store, hashOf(token), this.#parts.now())
    if (!found) throw linkInvalid()
    const { name, email, business } = found
    return { name, email, business }
  }

  /**
   * Makes the account and the business, and signs in. After a crash in between it can be asked for again.
   * @throws Problem `link_invalid`, `bad_credentials`, after five wrong passwords for the right one, too
   */
  async confirm(token: string, password: string, from: Origin): Promise<SignedIn> {
    const { store, auth, now, workspaces } = this.#parts
    const asked = await tryRegistration(store, hashOf(token), now())
    if (!asked) throw linkInvalid()
    if (!(await verifyPassword(asked.passwordHash, password)))
      throw new Problem('unauthorized', 'bad_credentials', 'This is not the password that was chosen.')
    const accountId = await this.#account(asked)
    const { name, business, timezone, locale } = asked
    const { workspace, memberId } = await workspaces.found({
      id: derivedId('ws', asked.id),
      name: business,
      settings: { timezone, locale },
      owner: { accountId, name },
    })
    if (!(await spendRegistration(store, hashOf(token), now()))) throw linkInvalid()
    return auth.openFor(workspace.id, memberId, from)
  }

  #door() {
    const { isOpen, post } = this.#parts
    if (!isOpen)
      throw new Problem('forbidden', 'sign_up_closed', 'Only who is invited comes in here: ask for an invitation.')
    if (!post) throw conflict('mail_not_set_up', 'This installation sends no letters yet.')
    return post
  }

  /** Somebody who was invited and never came has an account that nobody has used: it is theirs to begin. */
  async #isKnown(account: Account | undefined): Promise<boolean> {
    const memberships = await membershipsOf(this.#parts.store, account?.id ?? 'nobody')
    return account !== undefined && (account.passwordHash !== null || memberships.length > 0)
  }

  async #account({ email, passwordHash }: Asked): Promise<string> {
    const { store, now } = this.#parts
    const account = await accountFor(store, email, now())
    // What this registration set before a crash is its own.
    if (account.passwordHash !== passwordHash) {
      if (await this.#isKnown(account)) throw linkInvalid()
      if (!(await changePassword(store, account.id, passwordHash, null))) throw linkInvalid()
    }
    await markEmailProven(store, account.id, now())
    return account.id
  }
}

const linkInvalid = () => new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
