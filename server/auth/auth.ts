import type { Caller } from '../../kernel/caller.ts'
import { newId, newSecret } from '../../kernel/id.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { accountByEmail, accountsById, normalEmail } from '../../store/settings/accounts.ts'
import { consumeOwnerLink, keepOwnerLink } from '../../store/settings/challenges.ts'
import { type Member, memberById, membershipsOf, rolesOf } from '../../store/settings/members.ts'
import {
  familyById,
  keepSession,
  lastingOf,
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
import { Attempts } from './attempts.ts'
import { verifyPassword } from './passwords.ts'
import { Together } from './together.ts'
import { type Claims, hashOf, refused, Tokens } from './tokens.ts'

/** A sign-in of which nobody knows where it comes from: the machine's own. */
const unsaid: Origin = { ip: null, userAgent: null }
const linkMs = 24 * 60 * 60_000
const sessionMs = 30 * 24 * 60 * 60_000
/** Two tabs, or an answer that was lost, show the same token twice; for so long that is no theft. */
const graceMs = 20_000
/** A sign-in that another process ended ends here no later than this. */
const standingMs = 5_000

export interface SignedIn {
  accessToken: string
  refreshToken: string
  /** Epoch ms at which the access token ends. */
  expiresAt: number
  member: Member
  email: string | null
  workspace: WorkspaceSettings
  sessionId: string
}

interface Parts {
  store: Store
  /** Signs the access tokens: at least 32 characters. */
  secret: string
  now(): number
  /** Where the processes of a service count failed attempts together. */
  joint?: JointMemory | undefined
  /** Tells the other processes of a sign-in that ended here. */
  announce?(sessionId: string): void
}

/** Whose a sign-in is, and what they may do now. */
interface Standing {
  memberId: string
  workspaceId: string
  role: Member['role']
}

/** Sign-ins: how they begin, go on and end. */
export class Auth {
  readonly #store: Store
  readonly #now: () => number
  readonly tokens: Tokens
  readonly #attempts: Attempts
  readonly #verified: BoundedCache<Claims>
  readonly #standing: BoundedCache<Promise<Standing | undefined>>
  /** Counts what was told of standings: a read that began before must not bring back what has ended. */
  #changes = 0
  readonly #reading = new Together((ids) => this.#read(ids))
  readonly #listeners = new Set<(sessionId: string) => void>()
  readonly #announce: (sessionId: string) => void

  constructor({ store, secret, now, joint, announce }: Parts) {
    this.#store = store
    this.#now = now
    this.tokens = new Tokens(secret, now)
    this.#announce = announce ?? (() => undefined)
    this.#attempts = new Attempts(now, joint)
    this.#verified = new BoundedCache({ max: 10_000, ttlMs: 15 * 60_000, now })
    this.#standing = new BoundedCache({ max: 10_000, ttlMs: standingMs, now })
  }

  /** Who an access token belongs to, with the role that they have now. @throws Problem `unauthorized` */
  readonly authenticate = async (token: string): Promise<Caller> => {
    const key = hashOf(token)
    const claims = this.#verified.get(key) ?? this.tokens.readAccess(token)
    this.#verified.set(key, claims)
    const expiresAt = claims.exp * 1_000
    if (expiresAt <= this.#now()) throw refused()
    const standing = await this.#standingOf(claims.sid)
    if (standing?.memberId !== claims.sub || standing.workspaceId !== claims.wid) throw refused()
    return { workspaceId: claims.wid, id: claims.sub, role: standing.role, sessionId: claims.sid, expiresAt }
  }

  /** By e-mail and password. @throws Problem `bad_credentials`, `too_many_attempts` or `try_again` */
  async login({ email, password }: { email: string; password: string }, from: Origin = unsaid): Promise<SignedIn> {
    const member = await this.proven(email, async () => {
      const account = await accountByEmail(this.#store, email)
      const isRight = await verifyPassword(account?.passwordHash ?? null, password)
      return account && isRight && (await membershipsOf(this.#store, account.id))[0]
    })
    return this.#open(member, from)
  }

  /**
   * What `proof` finds, within the limits on guessing for this address.
   * @throws Problem `bad_credentials` where it finds nothing, `too_many_attempts`
   */
  async proven<T>(email: string, proof: () => Promise<T | undefined | false>, no = badCredentials): Promise<T> {
    const who = hashOf(normalEmail(email))
    await this.#attempts.begin(who)
    const found = await proof()
    // One answer for all: who works here, and under which address, is told to nobody.
    if (!found) throw new Problem('unauthorized', 'bad_credentials', no)
    await this.#attempts.succeeded(who)
    return found
  }

  /** By a one-time link. @throws Problem `link_invalid` when it was used, is too old, or never was */
  async useLink(token: string, from: Origin = unsaid): Promise<SignedIn> {
    const link = await consumeOwnerLink(this.#store, hashOf(token), this.#now())
    const member = link && (await memberById(this.#store, link.workspaceId, link.memberId))
    if (member?.status !== 'active')
      throw new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
    return this.#open(member, from)
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

  /** Signs a member in without asking anything: whoever calls has made sure of them. @throws Problem `not_found` */
  async openFor(workspaceId: string, memberId: string, from: Origin = unsaid): Promise<SignedIn> {
    const member = await memberById(this.#store, workspaceId, memberId)
    if (member?.status !== 'active') throw missing('not_found', 'There is no such member.')
    return this.#open(member, from)
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
    const next = await this.#open(member, from, session)
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
    this.#changes++
    this.#standing.delete(familyId)
    for (const listener of this.#listeners) listener(familyId)
  }

  /** Somebody's role or standing changed, whoever it is: everybody's is read anew. */
  forget() {
    this.#changes++
    this.#standing.clear()
  }

  /**
   * Who these callers are by now: undefined for whom the sign-in has ended, or who does not work there any more. Read
   * from the store each time, whatever this process was told.
   */
  readonly callersNow = async (callers: readonly Caller[]): Promise<(Caller | undefined)[]> => {
    const ids = [...new Set(callers.flatMap(({ sessionId }) => sessionId ?? []))]
    const changes = this.#changes
    const standings = await this.#read(ids)
    // After a cut everybody comes back at once: then they are known.
    if (changes === this.#changes)
      for (const [id, standing] of standings) this.#standing.set(id, Promise.resolve(standing))
    return callers.map((caller) => {
      if (caller.sessionId === undefined) return caller
      const role = standings.get(caller.sessionId)?.role
      if (role === caller.role) return caller
      this.#standing.delete(caller.sessionId)
      return role && { ...caller, role }
    })
  }

  /** Ends a sign-in. Here at once, in other processes within five seconds. */
  revoke(sessionId: string, reason: string) {
    return this.#end(sessionId, reason)
  }

  /** Ends every sign-in of an account, but the one that is kept. */
  async revokeAll(accountId: string, reason: string, keptId?: string) {
    for (const { id } of await signInsOf(this.#store, accountId, this.#now()))
      if (id !== keptId) await this.#end(id, reason)
  }

  /** Hears of every sign-in that ends, so that its sockets can be cut. The answer stops it. */
  onRevoked(listener: (sessionId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Who the caller is to themselves. @throws Problem `unauthorized` when they are gone */
  async me({ workspaceId, id }: Caller): Promise<Pick<SignedIn, 'member' | 'email' | 'workspace'>> {
    const member = await memberById(this.#store, workspaceId, id)
    if (!member) throw refused()
    return this.#about(member)
  }

  async #about(member: Member) {
    const [accounts, workspace] = await Promise.all([
      accountsById(this.#store, [member.accountId]),
      workspaceById(this.#store, member.workspaceId),
    ])
    if (!workspace) throw refused()
    return { member, email: accounts.get(member.accountId)?.email ?? null, workspace }
  }

  async #open(member: Member, from: Origin, parent?: Session): Promise<SignedIn> {
    const now = this.#now()
    const refreshToken = newSecret()
    const id = newId('ses')
    const { id: memberId, accountId, workspaceId, role } = member
    const familyId = parent?.familyId ?? id
    const expiresAt = parent?.expiresAt ?? now + sessionMs
    const about = await this.#about(member)
    const tokenHash = hashOf(refreshToken)
    await keepSession(
      this.#store,
      { id, familyId, accountId, memberId, workspaceId, tokenHash, rotatedAt: null, expiresAt, revokedAt: null },
      from,
      now,
    )
    const access = this.tokens.access({ sub: memberId, wid: workspaceId, role, sid: familyId })
    return { accessToken: access.token, refreshToken, expiresAt: access.expiresAt, sessionId: familyId, ...about }
  }

  async #end(familyId: string, reason: string) {
    const isNews = await revokeFamily(this.#store, familyId, reason, this.#now())
    if (isNews) this.#announce(familyId)
    if (isNews) this.ended(familyId)
    else this.#standing.delete(familyId)
  }

  /** Who a sign-in belongs to while it lasts. */
  #standingOf(familyId: string): Promise<Standing | undefined> {
    const kept = this.#standing.get(familyId)
    if (kept) return kept
    const standing = this.#reading.ask(familyId)
    this.#standing.set(familyId, standing)
    standing.catch(() => this.#standing.delete(familyId))
    return standing
  }

  async #read(familyIds: readonly string[]): Promise<Map<string, Standing>> {
    const memberOf = await lastingOf(this.#store, familyIds, this.#now())
    const roleOf = await rolesOf(this.#store, [...new Set(memberOf.values())])
    const standings = new Map<string, Standing>()
    for (const [familyId, memberId] of memberOf) {
      const found = roleOf.get(memberId)
      if (found) standings.set(familyId, { memberId, ...found })
    }
    return standings
  }
}

const badCredentials = 'This e-mail address or password is not right.'
const refreshRefused = () =>
  new Problem('unauthorized', 'refresh_invalid', 'This sign-in has ended: please sign in again.')
