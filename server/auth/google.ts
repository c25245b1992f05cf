import { createHmac } from 'node:crypto'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client'
import { z } from 'zod'
import type { Caller } from '../../kernel/caller.ts'
import { newSecret } from '../../kernel/id.ts'
import { conflict, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { type Account, accountByEmail, accountsById, markEmailProven } from '../../store/settings/accounts.ts'
import { membershipsOf } from '../../store/settings/members.ts'
import { accountOfIdentity, linkedEmail, linkIdentity, unlinkIdentity } from '../../store/settings/oidc.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { keepTicket, spendTicket } from '../../store/settings/tickets.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { Team } from '../team.ts'
import type { Auth, SignedIn } from './auth.ts'
import { ownAccount } from './own-account.ts'
import type { TellOwner } from './security-letters.ts'
import type { Sudo } from './sudo.ts'
import { hashOf } from './tokens.ts'

/** For how long somebody may look at Google's page; and, after it, until the console asks what came of it. */
const flowMs = 10 * 60_000
const knownMs = 60 * 60_000
const answerSeconds = 8
const provider = 'google'
const callbackPath = '/api/v1/auth/google/callback'

export interface GoogleSettings {
  clientId: string
  clientSecret: string
  /** `https://accounts.google.com`; a test has its own. */
  issuer: string
}

/** What is asked of an identity token, once its signature, issuer, audience, nonce and times were found right. */
const Claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.email().max(254),
  email_verified: z.boolean().default(false),
})

interface Parts {
  store: Store
  auth: Auth
  sudo: Sudo
  tell: TellOwner
  now(): number
  /** Where people reach this server. */
  url: string
  /** Undefined where it is not set up. */
  settings: GoogleSettings | undefined
  team: Pick<Team, 'invitation' | 'accept'>
  warn(message: string, fields: Record<string, unknown>): unknown
}

/**
 * Sign-in with Google: OpenID Connect's code flow with PKCE, state and nonce. One secret in a cookie of this browser
 * stands for the flow; state, nonce and verifier derive from it, so that a callback in another browser means nothing.
 */
export class Google {
  readonly #parts: Parts
  readonly #known: BoundedCache<Promise<Configuration>>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#known = new BoundedCache({ max: 1, ttlMs: knownMs, now: parts.now })
  }

  get isOpen() {
    return this.#parts.settings !== undefined
  }

  /** Where to send the browser, and the secret that it keeps meanwhile. @throws Problem `google_not_set_up`, `google_unreachable` */
  async begin(back: string): Promise<{ url: string; secret: string }> {
    const { store, now, url } = this.#parts
    const configuration = await this.#configuration()
    const secret = newSecret()
    const ticket = { accountId: null, about: { back: ownPath(back) }, tokenHash: hashOf(secret) }
    await keepTicket(store, provider, { ...ticket, expiresAt: now() + flowMs }, now())
    const target = buildAuthorizationUrl(configuration, {
      redirect_uri: url + callbackPath,
      scope: 'openid email',
      code_challenge: await calculatePKCECodeChallenge(derived(secret, 'verifier')),
      code_challenge_method: 'S256',
      state: derived(secret, 'state'),
      nonce: derived(secret, 'nonce'),
      prompt: 'select_account',
    })
    return { url: target.href, secret }
  }

  /**
   * Google sent the browser back. What it says is kept for whoever has the secret, and nothing happens yet; the answer
   * is where the browser goes, with a word of what came of it.
   */
  async callback(query: string, secret: string): Promise<string> {
    const { store, now, url, warn } = this.#parts
    const flow = await spendTicket(store, provider, hashOf(secret), now())
    if (!flow) return '/sign-in?google=failed'
    const back = new URL(flow.about['back'] ?? '/', url)
    const to = (said: string) => {
      back.searchParams.set('google', said)
      return back.pathname + back.search
    }
    if (new URLSearchParams(query).get('error') === 'access_denied') return to('denied')
    try {
      const tokens = await authorizationCodeGrant(
        await this.#configuration(),
        new URL(`${url}${callbackPath}?${query}`),
        {
          pkceCodeVerifier: derived(secret, 'verifier'),
          expectedState: derived(secret, 'state'),
          expectedNonce: derived(secret, 'nonce'),
          idTokenExpected: true,
        },
      )
      const claims = Claims.parse(tokens.claims())
      const about = { sub: claims.sub, email: claims.email, isVerified: claims.email_verified ? 'yes' : 'no' }
      const tokenHash = hashOf(derived(secret, 'done'))
      await keepTicket(store, provider, { accountId: null, about, tokenHash, expiresAt: now() + flowMs }, now())
      return to('done')
    } catch (error) {
      // Theirs, or of the way to them; it may quote tokens, so its name alone is kept.
      const { name, code } = error as { name?: unknown; code?: unknown }
      warn('sign-in with google failed', { name, code })
      return to('failed')
    }
  }

  /**
   * Signs in who came back from Google: whose account it is, or whose address it is, as far as Google has verified it.
   * With an invitation's token, it is accepted.
   * @throws Problem `google_invalid`, `google_unverified`, `google_no_account`, `second_factor_required`
   */
  async signIn(secret: string, invitation: string | undefined, from: Origin): Promise<SignedIn> {
    const { store, auth, team } = this.#parts
    const account = await this.#accountOf(await this.#said(secret), from)
    if (invitation !== undefined) {
      const { member } = await team.invitation(invitation)
      if (member.accountId !== account.id) throw noAccount()
      return team.accept(invitation, {}, from)
    }
    const [member] = await membershipsOf(store, account.id)
    if (!member) throw noAccount()
    return auth.openFor(member.workspaceId, member.id, from)
  }

  /** @throws Problem `proof_required`, `google_invalid`, `google_unverified`, `google_taken`, `google_linked` */
  async link(caller: Caller, secret: string, from: Origin) {
    const { store, sudo, now, tell } = this.#parts
    await sudo.require(caller)
    const { id: accountId } = await ownAccount(store, caller)
    const { sub, email } = await this.#said(secret)
    if ((await linkedEmail(store, accountId, provider)) !== undefined)
      throw conflict('google_linked', 'Google is linked already: unlink it first.')
    if ((await linkIdentity(store, { provider, sub, email, accountId }, now())) !== accountId)
      throw conflict('google_taken', 'This Google account belongs to another account here.')
    await tell(accountId, 'google_linked', from)
  }

  /** @throws Problem `proof_required`, `not_found` */
  async unlink(caller: Caller, from: Origin) {
    const { store, sudo, tell } = this.#parts
    await sudo.require(caller)
    const { id } = await ownAccount(store, caller)
    if (!(await unlinkIdentity(store, id, provider))) throw missing('not_found', 'Google is not linked.')
    await tell(id, 'google_unlinked', from)
  }

  /** The address under which the caller is known to Google here; null where they are not. */
  async emailOf(caller: Caller): Promise<string | null> {
    const { id } = await ownAccount(this.#parts.store, caller)
    return (await linkedEmail(this.#parts.store, id, provider)) ?? null
  }

  /** What Google said, once. */
  async #said(secret: string) {
    const { store, now } = this.#parts
    const said = await spendTicket(store, provider, hashOf(derived(secret, 'done')), now())
    const { sub = '', email = '', isVerified } = said?.about ?? {}
    if (sub === '') throw new Problem('unauthorized', 'google_invalid', 'This took too long: please try again.')
    if (isVerified !== 'yes' || email === '')
      throw new Problem('unauthorized', 'google_unverified', 'Google has not verified your e-mail address.')
    return { sub, email }
  }

  async #accountOf({ sub, email }: { sub: string; email: string }, from: Origin): Promise<Account> {
    const { store, now, tell } = this.#parts
    const linkedId = await accountOfIdentity(store, { provider, sub })
    const linked = linkedId === undefined ? undefined : (await accountsById(store, [linkedId])).get(linkedId)
    if (linked) return linked
    const account = await accountByEmail(store, email)
    if (!account) throw noAccount()
    // Somebody may have taken this address without reading its mail, and wait for its owner with a password of theirs.
    if (!account.isEmailProven && account.passwordHash !== null)
      throw new Problem('unauthorized', 'google_unproven', 'Please sign in as before, and link Google in your account.')
    if ((await linkIdentity(store, { provider, sub, email, accountId: account.id }, now())) !== account.id)
      throw noAccount()
    await markEmailProven(store, account.id, now())
    await tell(account.id, 'google_linked', from)
    return account
  }

  async #configuration(): Promise<Configuration> {
    const { settings } = this.#parts
    if (!settings) throw conflict('google_not_set_up', 'This installation does not know Google.')
    const known = this.#known.get(settings.issuer) ?? discovered(settings)
    this.#known.set(settings.issuer, known)
    try {
      return await known
    } catch (error) {
      this.#known.delete(settings.issuer)
      const { name, code } = error as { name?: unknown; code?: unknown }
      this.#parts.warn('google not reached', { name, code })
      throw new Problem('busy', 'google_unreachable', 'Google does not answer: please try again shortly.')
    }
  }
}

function discovered({ issuer, clientId, clientSecret }: GoogleSettings) {
  const execute = [enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [allowInsecureRequests] : [])]
  const authentication = ClientSecretPost(clientSecret)
  return discovery(new URL(issuer), clientId, undefined, authentication, { execute, timeout: answerSeconds })
}

const derived = (secret: string, what: string) => createHmac('sha256', secret).update(what).digest('base64url')

/** A path of our own: anything else was written by somebody who wants people elsewhere. */
export function ownPath(path: string): string {
  const base = 'http://careline.invalid'
  const isOurs = /^\/(?![/\\])/.test(path) && URL.canParse(path, base) && new URL(path, base).origin === base
  return isOurs ? path : '/sign-in'
}

const noAccount = () =>
  new Problem('unauthorized', 'google_no_account', 'Nobody works here under this Google account’s address.')
