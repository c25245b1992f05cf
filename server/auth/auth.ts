import type { Caller } from '../../kernel/caller.ts'
import { newId, newSecret } from '../../kernel/id.ts'
import { type Permissions, permissionsActing, permissionsOf } from '../../kernel/permissions.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { accountByEmail, accountsById, normalEmail } from '../../store/settings/accounts.ts'
import { consumeOwnerLink, keepOwnerLink } from '../../store/settings/challenges.ts'
import { type Member, memberById, membershipsOf } from '../../store/settings/members.ts'
import { isOperatorId, operatorName } from '../../store/settings/operators.ts'
import {
  familyById,
  keepSession,
  markProven,
  markRotated,
  type Origin,
  revokeFamily,
  type Session,
  sessionByHash,
  signInsOf,
} from '../../store/settings/sessions.ts'
import { type WorkspaceSettings, workspaceById } from '../../store/settings/workspaces.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'
import { placeOf } from '../http/limits.ts'
import { Attempts } from './attempts.ts'
import { askSecondFactor } from './door.ts'
import { verifyPassword } from './passwords.ts'
import { Standings } from './standings.ts'
import { type Claims, hashOf, refused, Tokens } from './tokens.ts'

/** A sign-in of which nobody knows where it comes from: the machine's own. */
const unsaid: Origin = { ip: null, userAgent: null }
const linkMs = 24 * 60 * 60_000
const sessionMs = 30 * 24 * 60 * 60_000
/** Two tabs, or an answer that was lost, show the same token twice; for so long that is no theft. */
const graceMs = 20_000

export interface SignedIn {
  accessToken: string
  refreshToken: string
  /** Epoch ms at which the access token ends. */
  expiresAt: number
  member: Member
  email: string | null
  workspace: WorkspaceSettings
  permissions: Permissions
  /** The colleague, or the operator, who acts as them; null where it is themselves. */
  acting: { id: string; name: string } | null
  sessionId: string
}
type About = Pick<SignedIn, 'member' | 'email' | 'workspace' | 'permissions' | 'acting'>

interface Parts {
  store: Store
  /** Signs the access tokens: at least 32 characters. */
  secret: string
  now(): number
  /** Where the processes of a service count failed attempts together. */
  joint?: JointMemory | undefined
  /** How many sign-ins may fail from one place before it waits; 100 unless said. */
  freeOfPlace?: number
  /** Tells the other processes of a sign-in that ended here. */
  announce?(sessionId: string): void
}

/** A colleague, or an operator, who acts as somebody else. */
interface Acting {
  id: string
  accountId: string
  /** Epoch ms. */
  until: number
}

interface Opening {
  /** The token that this one follows. */
  parent?: Session
  /** Epoch ms; now where it is not said. */
  provenAt?: number | null
  acting?: Acting
}

/** Sign-ins: how they begin, go on and end. */
export class Auth {
  readonly #store: Store
  readonly #now: () => number
  readonly tokens: Tokens
  readonly #attempts: Attempts
  readonly #places: Attempts
  readonly #verified: BoundedCache<Claims>
  readonly #standings: Standings
  readonly #listeners = new Set<(sessionId: string) => void>()
  readonly #forgetting = new Set<() => void>()
  readonly #announce: (sessionId: string) => void

  constructor({ store, secret, now, joint, announce, freeOfPlace }: Parts) {
    this.#store = store
    this.#now = now
    this.tokens = new Tokens(secret, now)
    this.#announce = announce ?? (() => undefined)
    this.#attempts = new Attempts(now, joint)
    this.#places = Attempts.ofPlace(now, joint, freeOfPlace)
    this.#verified = new BoundedCache({ max: 10_000, ttlMs: 15 * 60_000, now })
    this.#standings = new Standings(store, now)
  }

  /** Who an access token belongs to, with the role that they have now. @throws Problem `unauthorized` */
  readonly authenticate = async (token: string): Promise<Caller> => {
    const key = hashOf(token)
    const claims = this.#verified.get(key) ?? this.tokens.readAccess(token)
    this.#verified.set(key, claims)
    const expiresAt = claims.exp * 1_000
    if (expiresAt <= this.#now()) throw refused()
    const standing = await this.#standings.of(claims.sid)
    if (standing?.memberId !== claims.sub || standing.workspaceId !== claims.wid) throw refused()
    const { memberId: id, ...rest } = standing
    return { ...rest, id, sessionId: claims.sid, expiresAt }
  }

  /**
   * By e-mail and password.
   * @throws Problem `bad_credentials`, `too_many_attempts`, `try_again` or `second_factor_required`
   */
  async login({ email, password }: { email: string; password: string }, from: Origin = unsaid): Promise<SignedIn> {
    const proof = () =>
      this.proven(email, async () => {
        const account = await accountByEmail(this.#store, email)
        const isRight = await verifyPassword(account?.passwordHash ?? null, password)
        return account && isRight && (await membershipsOf(this.#store, account.id))[0]
      })
    const { ip } = from
    return this.#enter(ip === null ? await proof() : await this.#places.count(`place:${placeOf(ip)}`, proof), from)
  }

  /**
   * What `proof` finds, within the limits on guessing for this address.
   * @throws Problem `bad_credentials` where it finds nothing, `too_many_attempts`
   */
  proven<T>(email: string, proof: () => Promise<T | undefined | false>, no = badCredentials): Promise<T> {
    return this.#attempts.count(hashOf(normalEmail(email)), async () => {
      const found = await proof()
      // One answer for all: who works here, and under which address, is told to nobody.
      if (!found) throw new Problem('unauthorized', 'bad_credentials', no)
      return found
    })
  }

  /**
   * By a one-time link.
   * @throws Problem `link_invalid` when it was used, is too old, or never was, `second_factor_required`
   */
  async useLink(token: string, from: Origin = unsaid): Promise<SignedIn> {
    const link = await consumeOwnerLink(this.#store, hashOf(token), this.#now())
    const member = link && (await memberById(this.#store, link.workspaceId, link.memberId))
    if (member?.status !== 'active')
      throw new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
    return this.#enter(member, from)
  }

  /**
   * A link's token for this member: 256 bits, good once and for 24 hours. Only its hash is kept.
   * @throws Problem `not_found`
   */
  async createOwnerLink(workspaceId: string, memberId: string): Promise<string> {
    if (!(await memberById(this.#store, workspaceId, memberId))) throw missing('not_found', 'There is no such member.')
    const token = newSecret()
    const expiresAt = this.#now() + linkMs
    await keepOwnerLink(this.#store, { tokenHash: hashOf(token), workspaceId, memberId, expiresAt })
    return token
  }

  /**
   * Signs a member in by a first factor, of which whoever calls has made sure.
   * @throws Problem `not_found`, `second_factor_required`
   */
  async openFor(workspaceId: string, memberId: string, from: Origin = unsaid): Promise<SignedIn> {
    return this.#enter(await this.#active(workspaceId, memberId), from)
  }

  /** Signs in whose passkey this is: it is both factors. Where they came first to work. @throws Problem `passkey_invalid` */
  async openAccount(accountId: string, from: Origin): Promise<SignedIn> {
    const [member] = await membershipsOf(this.#store, accountId)
    if (!member) throw new Problem('unauthorized', 'passkey_invalid', 'Its owner works nowhere here.')
    return this.#open(member, from)
  }

  /** Signs a member in who has shown both factors. @throws Problem `not_found` */
  async openProven(workspaceId: string, memberId: string, from: Origin = unsaid): Promise<SignedIn> {
    return this.#open(await this.#active(workspaceId, memberId), from)
  }

  /** Goes on as another member of the same account; the sign-in so far ends. @throws Problem `not_found` */
  async goOn({ sessionId }: Caller, workspaceId: string, memberId: string, from: Origin): Promise<SignedIn> {
    const member = await this.#active(workspaceId, memberId)
    const so = sessionId === undefined ? undefined : await familyById(this.#store, sessionId)
    // What was asked to sign in was asked then; to go elsewhere proves nothing anew.
    if (so?.accountId !== member.accountId || so.revokedAt !== null) throw refused()
    const signedIn = await this.#open(member, from, { provenAt: so.provenAt })
    await this.#end(so.id, 'switched')
    return signedIn
  }

  /** Lets a colleague act as somebody; that they consent, whoever calls has made sure of. @throws Problem `not_found` */
  async openActing(workspaceId: string, memberId: string, acting: Acting, from: Origin): Promise<SignedIn> {
    return this.#open(await this.#active(workspaceId, memberId), from, { provenAt: null, acting })
  }

  /** When the owner of a sign-in last showed that it is them, epoch ms; null where they never did. */
  async provenAt({ sessionId }: Caller): Promise<number | null> {
    const family = sessionId === undefined ? undefined : await familyById(this.#store, sessionId)
    return family?.provenAt ?? null
  }

  /** Whoever has this sign-in has just shown that it is them. */
  async prove({ sessionId }: Caller) {
    if (sessionId !== undefined) await markProven(this.#store, sessionId, this.#now())
  }

  /**
   * Exchanges a refresh token for its successor. A token that was exchanged before, more than 20 s ago, has two
   * holders: nobody knows which is the thief, so the whole sign-in ends. @throws Problem `refresh_invalid`
   */
  async refresh(refreshToken: string, from: Origin = unsaid): Promise<SignedIn> {
    const now = this.#now()
    const session = await sessionByHash(this.#store, hashOf(refreshToken))
    if (!session || session.expiresAt <= now) throw refreshRefused()
    const family = await familyById(this.#store, session.familyId)
    if (!family || family.revokedAt !== null) throw refreshRefused()
    if (session.rotatedAt !== null && now - session.rotatedAt > graceMs) {
      await this.#end(session.familyId, 'reuse')
      throw refreshRefused()
    }
    const member = await memberById(this.#store, session.workspaceId, session.memberId)
    if (member?.status !== 'active') throw refreshRefused()
    // The successor is there before its parent is spent: a crash in between costs nothing, the parent still works.
    const next = await this.#open(member, from, { parent: session })
    await markRotated(this.#store, session.id, now)
    return next
  }

  /** Ends the sign-in of a refresh token, known or not. */
  async logout(refreshToken: string) {
    const session = await sessionByHash(this.#store, hashOf(refreshToken))
    if (session) await this.#end(session.familyId, 'logout')
  }

  /** A sign-in ended in another process. */
  ended(familyId: string) {
    this.#standings.forget(familyId)
    for (const listener of this.#listeners) listener(familyId)
  }

  /** Somebody's role or standing changed, whoever it is: everybody's is read anew. */
  forget() {
    this.#standings.forgetAll()
    for (const listener of this.#forgetting) listener()
  }

  /**
   * Who these callers are by now: undefined for whom the sign-in has ended, or who does not work there any more. Read
   * from the store each time, whatever this process was told.
   */
  readonly callersNow = (callers: readonly Caller[]) => this.#standings.now(callers)

  /** Ends a sign-in. Here at once, in other processes within five seconds. */
  revoke(sessionId: string, reason: string) {
    return this.#end(sessionId, reason)
  }

  /** Ends every sign-in of an account, but the one that is kept. */
  async revokeAll(accountId: string, reason: string, keptId?: string) {
    for (const { id } of await signInsOf(this.#store, accountId, this.#now()))
      if (id !== keptId) await this.#end(id, reason)
  }

  /** Hears that what somebody may do has changed, so that whoever is connected is looked at now. */
  onForgotten(listener: () => void) {
    this.#forgetting.add(listener)
  }

  /** Hears of every sign-in that ends, so that its sockets can be cut. The answer stops it. */
  onRevoked(listener: (sessionId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Who the caller is to themselves. @throws Problem `unauthorized` when they are gone */
  async me({ workspaceId, id, actingId }: Caller): Promise<About> {
    const member = await memberById(this.#store, workspaceId, id)
    if (!member) throw refused()
    return this.#about(member, actingId)
  }

  async #about(member: Member, actingId?: string): Promise<About> {
    const { accountId, workspaceId, role } = member
    const own = permissionsOf(role, member)
    const [accounts, workspace, other] = await Promise.all([
      accountsById(this.#store, [accountId]),
      workspaceById(this.#store, workspaceId),
      actingId === undefined ? undefined : this.#other(workspaceId, actingId, own),
    ])
    if (!workspace) throw refused()
    return {
      member,
      email: accounts.get(accountId)?.email ?? null,
      workspace,
      permissions: other ? permissionsActing(own, other.permissions) : own,
      acting: other ? { id: other.id, name: other.name } : null,
    }
  }

  /** Who acts as a member, and what they may do at most. */
  async #other(workspaceId: string, id: string, membersOwn: Permissions) {
    if (isOperatorId(id)) {
      const name = await operatorName(this.#store, id)
      return { id, name: `${name ?? ''} (operator)`, permissions: membersOwn }
    }
    const colleague = await memberById(this.#store, workspaceId, id)
    return colleague && { id, name: colleague.name, permissions: permissionsOf(colleague.role, colleague) }
  }

  async #active(workspaceId: string, memberId: string): Promise<Member> {
    const member = await memberById(this.#store, workspaceId, memberId)
    if (member?.status !== 'active') throw missing('not_found', 'There is no such member.')
    return member
  }

  /** The one way in with one factor. */
  async #enter(member: Member, from: Origin): Promise<SignedIn> {
    await askSecondFactor(this.#store, member, this.#now())
    return this.#open(member, from)
  }

  async #open(member: Member, from: Origin, opening: Opening = {}): Promise<SignedIn> {
    const now = this.#now()
    const refreshToken = newSecret()
    const session = sessionOf(member, opening, hashOf(refreshToken), now)
    const { familyId, memberId, workspaceId } = session
    const about = await this.#about(member, session.actingId)
    await keepSession(this.#store, session, from, now)
    const { role } = member
    const access = this.tokens.access({ sub: memberId, wid: workspaceId, role, sid: familyId })
    return { accessToken: access.token, refreshToken, expiresAt: access.expiresAt, sessionId: familyId, ...about }
  }

  async #end(familyId: string, reason: string) {
    const isNews = await revokeFamily(this.#store, familyId, reason, this.#now())
    if (isNews) this.#announce(familyId)
    if (isNews) this.ended(familyId)
    else this.#standings.drop(familyId)
  }
}

/** The next token of a sign-in, or the first of a new one. */
function sessionOf(member: Member, { parent, provenAt, acting }: Opening, tokenHash: string, now: number): Session {
  const { id: memberId, workspaceId } = member
  const made = { id: newId('ses'), memberId, workspaceId, tokenHash, rotatedAt: null, revokedAt: null }
  if (parent) return { ...parent, ...made, provenAt: null }
  return {
    ...made,
    familyId: made.id,
    accountId: acting?.accountId ?? member.accountId,
    expiresAt: acting?.until ?? now + sessionMs,
    provenAt: provenAt === undefined ? now : provenAt,
    ...(acting && { actingId: acting.id }),
  }
}

const badCredentials = 'This e-mail address or password is not right.'
const refreshRefused = () =>
  new Problem('unauthorized', 'refresh_invalid', 'This sign-in has ended: please sign in again.')
