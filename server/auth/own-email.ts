import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { newId, newSecret } from '../../kernel/id.ts'
import { conflict, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { type Account, accountsById, changeEmail, normalEmail, wantEmail } from '../../store/settings/accounts.ts'
import { challengesSince, consumeToken, keepChallenge, voidChallenges } from '../../store/settings/challenges.ts'
import { memberById } from '../../store/settings/members.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import type { Auth } from './auth.ts'
import { tellingOwners } from './security-letters.ts'
import type { Sudo } from './sudo.ts'
import { hashOf, refused } from './tokens.ts'

const kind = 'email_proof'
const hourMs = 60 * 60_000
const goodHours = 24
const hourlyMax = 5
const cooldownMs = 30_000

interface Parts {
  store: Store
  /** Where people reach this server. */
  url: string
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted) => Promise<unknown>) | undefined
  auth: Pick<Auth, 'revokeAll'>
  sudo: Pick<Sudo, 'require'>
}

/** How somebody who is signed in shows that the address of their account is theirs, gives it one, or another one. */
export class OwnEmail {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * A link goes to the address of the account, or to the one that it is to have: for another one than before they show
   * first that it is them. Whether somebody else has that is not told.
   * @throws Problem `mail_not_set_up`, `email_missing`, `proof_required`, `not_yourself`, `too_many_attempts`
   */
  async ask(caller: Caller, given?: string) {
    const { store, now, post, url, sudo } = this.#parts
    if (!post) throw conflict('mail_not_set_up', 'This installation sends no letters yet.')
    const account = await this.#of(caller)
    const email = given ?? account.email
    if (email === null) throw conflict('email_missing', 'Your account has no address yet: please say which.')
    const isOther = account.email === null || normalEmail(account.email) !== normalEmail(email)
    if (isOther && account.email !== null) await sudo.require(caller)
    await this.#checkPace(account.id)
    if (isOther) await wantEmail(store, account.id, email)
    const token = newSecret()
    const expiresAt = now() + goodHours * hourMs
    const tokenHash = proofOf(token, email)
    const proof = { kind, accountId: account.id, target: account.id, tokenHash, codeHash: null, expiresAt } as const
    await keepChallenge(store, proof, now())
    const language = (await workspaceById(store, caller.workspaceId))?.settings.locale ?? 'en'
    const letter = { about: 'confirm_email', link: `${url}/confirm-email?token=${token}`, hours: goodHours } as const
    await post({ letterId: newId('let'), to: email, language, letter, notAfter: expiresAt })
  }

  /**
   * By whoever is signed in, so that a letter which went astray confirms nothing. Of another address than before the
   * former one hears, what was on its way to it is void, and every other sign-in ends.
   * @throws Problem `link_invalid`, `email_taken`
   */
  async confirm(caller: Caller, token: string, from: Origin) {
    const { store, now, auth } = this.#parts
    const account = await this.#of(caller)
    const email = await this.#proven(account, token)
    const { email: former } = account
    await changeEmail(store, account.id, email, now())
    if (former === null || normalEmail(former) === normalEmail(email)) return
    await voidChallenges(store, normalEmail(former), now())
    await auth.revokeAll(account.id, 'email_changed', caller.sessionId)
    await tellingOwners(this.#parts)(account.id, 'email_changed', from, former)
  }

  /** Which of the account's addresses the link went to. @throws Problem `link_invalid` */
  async #proven({ id, wantedEmail, email }: Account, token: string): Promise<string> {
    for (const one of [wantedEmail, email])
      if (one !== null && (await consumeToken(this.#parts.store, kind, proofOf(token, one), this.#parts.now())) === id)
        return one
    throw linkInvalid()
  }

  async #checkPace(accountId: string) {
    const { store, now } = this.#parts
    const [hourly, recent] = await Promise.all([
      challengesSince(store, kind, accountId, now() - hourMs),
      challengesSince(store, kind, accountId, now() - cooldownMs),
    ])
    if (hourly < hourlyMax && recent === 0) return
    const retryAfterMs = hourly < hourlyMax ? cooldownMs : hourMs
    throw new Problem('limited', 'too_many_attempts', 'A letter has just left: please wait before the next.', {
      retryAfterMs,
    })
  }

  async #of({ workspaceId, id }: Caller): Promise<Account> {
    const member = await memberById(this.#parts.store, workspaceId, id)
    const account = member && (await accountsById(this.#parts.store, [member.accountId])).get(member.accountId)
    if (!account) throw refused()
    return account
  }
}

/** The token is good for the very address that it was sent to, whatever the account wants by then. */
const proofOf = (token: string, email: string) => hashOf(`${token}\n${normalEmail(email)}`)
const linkInvalid = () => new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
