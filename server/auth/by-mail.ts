import { newId, newSecret } from '../../kernel/id.ts'
import { conflict, Problem } from '../../kernel/problem.ts'
import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Store } from '../../store/connection.ts'
import {
  type Account,
  accountByEmail,
  accountsById,
  changePassword,
  markEmailProven,
  normalEmail,
} from '../../store/settings/accounts.ts'
import {
  accountOfToken,
  type ChallengeKind,
  challengesSince,
  consumeCode,
  consumeToken,
  keepChallenge,
} from '../../store/settings/challenges.ts'
import { membershipsOf } from '../../store/settings/members.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import type { Auth, SignedIn } from './auth.ts'
import { hashChosen } from './own-account.ts'
import { freshCode, hashOfCode } from './one-time-code.ts'
import { hashOf } from './tokens.ts'

type LetterKind = Extract<ChallengeKind, 'magic_link' | 'password_reset'>
const nobody = 'nobody'
const hourMs = 60 * 60_000
/** Letters to one address in an hour; more are answered the same, and not sent. */
const hourlyMax = 5
/** Between two letters to one address. */
const cooldownMs = 30_000
const lasts: Record<LetterKind, number> = { magic_link: 15, password_reset: 30 }

interface Parts {
  store: Store
  auth: Auth
  /** Keys the hashes of codes, which are too short to be hashed alone. */
  secret: string
  /** Where people reach this server. */
  url: string
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted) => Promise<unknown>) | undefined
}

/** Signs in, and sets a new password, by a letter to the account's address. */
export class ByMail {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get isOpen() {
    return this.#parts.post !== undefined
  }

  /** A link and a code to sign in. Whether the address is anybody's cannot be told from it. @throws Problem `mail_not_set_up` */
  askToSignIn(email: string) {
    const code = freshCode()
    return this.#ask('magic_link', email, code, (token) => {
      const link = `${this.#parts.url}/sign-in?mail=${token}`
      return { about: 'sign_in', link, code, minutes: lasts.magic_link }
    })
  }

  /** A link to set a new password; the same answer for every address. @throws Problem `mail_not_set_up` */
  askForPassword(email: string) {
    return this.#ask('password_reset', email, null, (token) => {
      const link = `${this.#parts.url}/new-password?token=${token}`
      return { about: 'password', link, minutes: lasts.password_reset }
    })
  }

  /** By the link's token. @throws Problem `link_invalid` */
  async useLink(token: string, from: Origin): Promise<SignedIn> {
    const { store, now } = this.#parts
    return this.#signIn(await consumeToken(store, 'magic_link', hashOf(token), now()), linkInvalid, from)
  }

  /** By the code. @throws Problem `code_invalid`, after five wrong ones for the right one, too */
  async useCode(email: string, code: string, from: Origin): Promise<SignedIn> {
    const { store, now } = this.#parts
    const target = normalEmail(email)
    return this.#signIn(await consumeCode(store, target, this.#codeHash(target, code), now()), codeInvalid, from)
  }

  /** Whoever has this account has just read its mail: the code of a sign-in letter says so. @throws Problem `code_invalid` */
  async proves(account: Account | undefined, code: string) {
    const { store, now } = this.#parts
    const target = normalEmail(account?.email ?? nobody)
    const found = await consumeCode(store, target, this.#codeHash(target, code), now())
    if (found === undefined || found !== account?.id) throw codeInvalid()
  }

  /** Sets the password; every sign-in of the account ends. @throws Problem `link_invalid`, `weak_password` */
  async setPassword(token: string, password: string) {
    const { store, auth, now } = this.#parts
    const id = await accountOfToken(store, 'password_reset', hashOf(token), now())
    const account = id === undefined ? undefined : (await accountsById(store, [id])).get(id)
    if (!account) throw linkInvalid()
    // Hashed before the link is spent: a password that is refused costs nothing.
    const hashed = await hashChosen(password, account)
    if ((await consumeToken(store, 'password_reset', hashOf(token), now())) === undefined) throw linkInvalid()
    if (!(await changePassword(store, account.id, hashed, account.passwordHash))) throw linkInvalid()
    await markEmailProven(store, account.id, now())
    await auth.revokeAll(account.id, 'password_reset')
  }

  async #ask(kind: LetterKind, email: string, code: string | null, letterFor: (token: string) => Posted['letter']) {
    const { store, now, post } = this.#parts
    if (!post) throw conflict('mail_not_set_up', 'This installation sends no letters yet.')
    const target = normalEmail(email)
    if (await this.#isEnough(kind, target)) return
    const { accountId, to, language } = await this.#whoIs(email)
    const token = newSecret()
    const expiresAt = now() + lasts[kind] * 60_000
    const codeHash = code === null ? null : this.#codeHash(target, code)
    await keepChallenge(store, { kind, accountId, target, tokenHash: hashOf(token), codeHash, expiresAt }, now())
    const letter: Posted['letter'] = accountId === null ? { about: 'nobody' } : letterFor(token)
    await post({ letterId: newId('let'), to, language, letter, notAfter: expiresAt })
  }

  async #isEnough(kind: ChallengeKind, target: string) {
    const { store, now } = this.#parts
    const [hourly, recent] = await Promise.all([
      challengesSince(store, kind, target, now() - hourMs),
      challengesSince(store, kind, target, now() - cooldownMs),
    ])
    return hourly >= hourlyMax || recent > 0
  }

  /** Reads the same of an address that is nobody's, so that it takes as long. */
  async #whoIs(email: string) {
    const { store } = this.#parts
    const account = await accountByEmail(store, email)
    const [member] = await membershipsOf(store, account?.id ?? nobody)
    const workspace = await workspaceById(store, member?.workspaceId ?? nobody)
    const isSomebody = account !== undefined && member !== undefined
    return {
      accountId: isSomebody ? account.id : null,
      to: account?.email ?? email,
      language: workspace?.settings.locale ?? 'en',
    }
  }

  async #signIn(accountId: string | undefined, refusal: () => Problem, from: Origin): Promise<SignedIn> {
    const { store, auth, now } = this.#parts
    if (accountId !== undefined) await markEmailProven(store, accountId, now())
    const [member] = accountId === undefined ? [] : await membershipsOf(store, accountId)
    if (!member) throw refusal()
    return auth.openFor(member.workspaceId, member.id, from)
  }

  #codeHash(target: string, code: string) {
    return hashOfCode(this.#parts.secret, target, code)
  }
}

const linkInvalid = () => new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
const codeInvalid = () =>
  new Problem('unauthorized', 'code_invalid', 'This code is not right, was used already, or is too old.')
