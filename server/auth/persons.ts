import { type Profile, user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { conversationIdOf, newId, newSecret } from '../../kernel/id.ts'
import type { Address } from '../../kernel/person.ts'
import { phoneOf } from '../../kernel/phone.ts'
import { conflict, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import {
  endPersonFamily,
  endPersonSessions,
  keepPersonSession,
  lastingPersons,
  markPersonRotated,
  personFamily,
  type PersonSession,
  personSessionByHash,
  seePersonFamily,
} from '../../store/settings/person-sessions.ts'
import { workspaceBySlug } from '../../store/settings/workspaces.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { standsFor } from '../people/register.ts'
import { codeInvalid } from './by-phone.ts'
import type { Asked, PhoneCodes } from './codes.ts'
import type { MailCodes } from './mail-codes.ts'
import { hashOf, refused, type Tokens } from './tokens.ts'

const sessionMs = 90 * 24 * 60 * 60_000
/** Two tabs, or an answer that was lost, show the same token twice; for so long that is no theft. */
const graceMs = 20_000
/** A sign-in that ended elsewhere ends here within so long. */
const standingMs = 5_000

/** How codes reach them. */
export interface PersonCodes {
  phone: PhoneCodes
  mail: MailCodes
}

interface Parts {
  store: Store
  tokens: Tokens
  codes(): PersonCodes
  /** Whose an address is in a workspace; undefined for nobody's. */
  holderOf(workspaceId: string, address: Address): Promise<string | undefined>
  /** Makes an address theirs. */
  meet(workspace: Workspace, userId: string, address: Address): Promise<unknown>
  workspaceFor(workspaceId: string): Workspace
  hasApp(workspaceId: string): boolean
  /** Tells the other processes that a sign-in has ended. */
  announce?(familyId: string): void
  now(): number
}

export interface PersonSignedIn {
  accessToken: string
  refreshToken: string
  /** Epoch ms at which the access token ends. */
  expiresAt: number
  user: { id: string; name: string }
  workspace: { id: string; name: string }
  /** Theirs with the business: the stream `conversation.own:{id}`. */
  conversationId: string
}

type Unplaced = { code: string } & ({ phone: string } | { email: string })
type Proof = Unplaced & { workspace: string }
interface OnItsWay {
  /** Epoch ms. */
  resendAt: number
  expiresAt: number
}
/** For what a code is asked for: the app, which not every business has, or what the law lets everybody ask. */
type What = 'app' | 'privacy'
type AskedByMail = Pick<Asked, 'place' | 'deviceId'> & { email: string }

/**
 * The realm of the people who are looked after: they sign in by a code to a number or an address that the business knows them by, and
 * see what is theirs. No token of it is good in the staff's, and none of the staff's in it.
 */
export class Persons {
  readonly #parts: Parts
  readonly #standing: BoundedCache<Promise<PersonSession | undefined>>
  readonly #listeners = new Set<(familyId: string) => void>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#standing = new BoundedCache({ max: 10_000, ttlMs: standingMs, now: parts.now })
  }

  /**
   * The same answer, after the same work, for every number and every address.
   * @throws Problem `app_not_connected`, and as `PhoneCodes.ask` and `MailCodes.ask`
   */
  async ask(slug: string, asked: Asked | AskedByMail, what: What = 'app'): Promise<OnItsWay> {
    const { codes, holderOf } = this.#parts
    const workspace = await this.#business(slug, what)
    if ('email' in asked)
      return codes().mail.ask(asked, workspace, (value) => holderOf(workspace.id, { kind: 'email', value }))
    const { why: _, ...onItsWay } = await codes().phone.ask('person', asked, null, async ({ e164 }) => {
      const accountId = (await this.#holder(workspace.id, e164)) ?? null
      return { accountId, workspaceId: workspace.id }
    })
    return onItsWay
  }

  /** @throws Problem `code_invalid`, after five wrong ones for the right one, too; `too_many_attempts` */
  async useCode({ workspace: slug, ...proof }: Proof, place: string): Promise<PersonSignedIn> {
    const { workspace, profile } = await this.#proven(proof, place, await this.#business(slug, 'app'))
    const { userId } = profile
    if (isShutOut(profile)) throw codeInvalid()
    await this.#parts.meet(workspace, userId, { kind: 'app', value: userId })
    return this.#open(workspace.id, userId)
  }

  /** Who it was, of any business and without signing in. @throws Problem `code_invalid`, `too_many_attempts` */
  async shown({ workspace: slug, ...proof }: Proof, place: string): Promise<{ workspace: Workspace; userId: string }> {
    const { workspace, profile } = await this.#proven(proof, place, await this.#business(slug, 'privacy'))
    if (profile.erasedAt !== null) throw codeInvalid()
    return { workspace, userId: profile.userId }
  }

  /** Whose the code was. */
  async #proven(proof: Unplaced, place: string, { id: workspaceId }: { id: string }) {
    const { mail, phone } = this.#parts.codes()
    const found =
      'email' in proof
        ? await mail.consume(proof, place, workspaceId)
        : (await phone.consume('person', proof, place, { accountId: null, workspaceId }))?.accountId
    if (found === undefined) throw codeInvalid()
    const workspace = this.#parts.workspaceFor(workspaceId)
    return { workspace, profile: await standsFor(workspace, found) }
  }

  /**
   * Exchanges a refresh token for its successor. One that was exchanged before, more than 20 s ago, has two holders:
   * nobody knows which is the thief, so the whole sign-in ends. @throws Problem `refresh_invalid`
   */
  async refresh(refreshToken: string): Promise<PersonSignedIn> {
    const { store, now } = this.#parts
    const session = await personSessionByHash(store, hashOf(refreshToken))
    const family = session && (await personFamily(store, session.familyId))
    if (!session || !family || family.revokedAt !== null || session.expiresAt <= now()) throw refreshInvalid()
    if (session.rotatedAt !== null && now() - session.rotatedAt > graceMs) {
      await this.end(session.familyId)
      throw refreshInvalid()
    }
    // The successor is there before its parent is spent: a crash in between costs nothing, the parent still works.
    const next = await this.#open(session.workspaceId, session.userId, session)
    await markPersonRotated(store, session.id, now())
    await seePersonFamily(store, session.familyId, session.userId, now())
    return next
  }

  /** Ends the sign-in of a refresh token, known or not. */
  async logout(refreshToken: string) {
    const session = await personSessionByHash(this.#parts.store, hashOf(refreshToken))
    if (session) await this.end(session.familyId)
  }

  /** @throws Problem `unauthorized` */
  readonly authenticate = async (token: string): Promise<Caller> => {
    const { sub: id, wid: workspaceId, sid: sessionId, exp } = this.#parts.tokens.readPerson(token)
    const session = await this.#lasting(sessionId)
    if (session?.userId !== id || session.workspaceId !== workspaceId) throw refused()
    return { workspaceId, id, role: 'person', sessionId, expiresAt: exp * 1_000 }
  }

  /** Who these callers are by now, read from the store; undefined for whom it has ended. */
  async now(callers: readonly Caller[]): Promise<(Caller | undefined)[]> {
    const ids = callers.map(({ sessionId = '' }) => sessionId)
    const lasting = await lastingPersons(this.#parts.store, ids, this.#parts.now())
    return callers.map((caller) => (lasting.get(caller.sessionId ?? '') === caller.id ? caller : undefined))
  }

  /** Hears of every sign-in that ends here, so that its sockets can be cut. */
  onEnded(listener: (familyId: string) => void) {
    this.#listeners.add(listener)
  }

  async #lasting(familyId: string): Promise<PersonSession | undefined> {
    const family = await (this.#standing.get(familyId) ?? this.#read(familyId))
    return family && this.#isLasting(family) ? family : undefined
  }

  /** Kept from when it was read, however often it is asked for: what ended elsewhere must end here. */
  #read(familyId: string) {
    const reading = personFamily(this.#parts.store, familyId)
    this.#standing.set(familyId, reading)
    reading.catch(() => this.#standing.delete(familyId))
    return reading
  }

  #isLasting = ({ revokedAt, expiresAt }: PersonSession) => revokedAt === null && expiresAt > this.#parts.now()

  async #business(slug: string, what: What) {
    const workspace = await workspaceBySlug(this.#parts.store, slug)
    // Whether there is such a business at all is no secret: its pages are public.
    if (what === 'privacy' && !workspace) throw missing('not_found', 'There is no such business.')
    if (!workspace || (what === 'app' && !this.#parts.hasApp(workspace.id)))
      throw conflict('app_not_connected', 'This business has no app.')
    return workspace
  }

  #holder(workspaceId: string, e164: string) {
    const phone = phoneOf(e164)
    return phone ? this.#parts.holderOf(workspaceId, { kind: 'phone', value: phone.e164 }) : undefined
  }

  async #open(workspaceId: string, userId: string, parent?: PersonSession): Promise<PersonSignedIn> {
    const { store, tokens, now, workspaceFor } = this.#parts
    const refreshToken = newSecret()
    const id = newId('psn')
    const familyId = parent?.familyId ?? id
    const expiresAt = parent?.expiresAt ?? now() + sessionMs
    const session = { id, familyId, workspaceId, userId, tokenHash: hashOf(refreshToken), expiresAt }
    await keepPersonSession(store, { ...session, rotatedAt: null, revokedAt: null }, now())
    // Looked at after it is kept: whoever is blocked meanwhile either is seen here, or has this one ended with the others.
    const { name, ...stands } = await workspaceFor(workspaceId).at(user, userId).view()
    if (isShutOut(stands)) {
      await this.end(familyId)
      throw refreshInvalid()
    }
    const access = tokens.person({ sub: userId, wid: workspaceId, sid: familyId })
    const business = await store.platform('workspaces').findOne({ _id: workspaceId }, { projection: { name: 1 } })
    return {
      ...{ accessToken: access.token, refreshToken, expiresAt: access.expiresAt },
      user: { id: userId, name },
      workspace: { id: workspaceId, name: (business?.['name'] as string | undefined) ?? '' },
      conversationId: conversationIdOf(userId),
    }
  }

  /** Ends a sign-in, and whatever hangs on it. */
  async end(familyId: string) {
    await endPersonFamily(this.#parts.store, familyId, this.#parts.now())
    this.#over(familyId)
  }

  /** Ends all sign-ins of somebody who is blocked, erased, or merged with another. */
  async endAll(workspaceId: string, userId: string) {
    const { store, now } = this.#parts
    for (const familyId of await endPersonSessions(store, workspaceId, userId, now())) this.#over(familyId)
  }

  #over(familyId: string) {
    this.ended(familyId)
    this.#parts.announce?.(familyId)
  }

  /** It has ended, here or in another process. */
  ended(familyId: string) {
    this.#standing.delete(familyId)
    for (const listener of this.#listeners) listener(familyId)
  }
}

const isShutOut = ({ isBlocked, erasedAt, aliasOf }: Pick<Profile, 'isBlocked' | 'erasedAt' | 'aliasOf'>) =>
  isBlocked || erasedAt !== null || aliasOf !== null

const refreshInvalid = () => new Problem('unauthorized', 'refresh_invalid', 'Please sign in again.')

/** Whether a token says that it is of this realm; what it says beside is another question. */
export function isPersonToken(token: string): boolean {
  try {
    const body = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown }
    return body.aud === 'person'
  } catch {
    return false // Whatever it is, it is no token of ours: the other realms say so.
  }
}
