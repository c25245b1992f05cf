import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../kernel/caller.ts'
import { mayAll, type Permission } from '../../kernel/permissions.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import {
  type ApiKey,
  apiKeyByPrefix,
  apiKeysOf,
  keepApiKey,
  lastingKeys,
  type Proof,
  revokeApiKey,
  rotateApiKey,
  usedApiKey,
} from '../../store/settings/api-keys.ts'
import { newSecret } from '../../kernel/id.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { hashOf, refused } from './tokens.ts'

const shape = /^ck_live_([0-9a-f]{12})_[\w-]{43}$/
/** What was ended by another process, of which this one was not told, ends here no later than this. */
const standingMs = 5_000
const minuteMs = 60_000

/** Whether a token is meant to be an API key; everything else is somebody's sign-in. */
export const isApiKey = (token: string) => token.startsWith('ck_')

interface Parts {
  store: Store
  now(): number
  /** A key ended, or has less to say: whoever is connected by it is looked at now, on every process. */
  ended(keyId: string): void
  /** It could not be written when a key was last used. */
  onError(error: unknown): void
}

interface Wanted {
  name: string
  scopes: readonly Permission[]
  /** Epoch ms; null: until it is revoked. */
  expiresAt: number | null
  /** Requests per minute; null: as many as a member. */
  perMinute: number | null
}

/**
 * Keys for other programs of a business. A key is nobody's: it stays when the one who made it goes, and does what its
 * scopes name.
 */
export class ApiKeys {
  readonly #parts: Parts
  readonly #known: BoundedCache<Promise<ApiKey | undefined>>
  /** When this process last wrote that a key was used. */
  readonly #noted: BoundedCache<true>

  constructor(parts: Parts) {
    this.#parts = parts
    const { now } = parts
    this.#known = new BoundedCache({ max: 10_000, ttlMs: standingMs, now })
    this.#noted = new BoundedCache({ max: 10_000, ttlMs: minuteMs, now })
  }

  /** The secret is in this answer and nowhere else. @throws Problem `not_allowed` for a scope that its maker lacks */
  async make(caller: Caller, id: string, wanted: Wanted): Promise<{ key: ApiKey; secret: string }> {
    const { store, now } = this.#parts
    if (!mayAll(caller, new Set(wanted.scopes)))
      throw new Problem('forbidden', 'not_allowed', 'A key can do at most what you may do yourself.')
    const prefix = randomBytes(6).toString('hex')
    const secret = secretOf(prefix)
    const { workspaceId, id: createdBy } = caller
    const made = { ...wanted, id, workspaceId, prefix, createdBy, createdAt: now(), hash: hashOf(secret) }
    const key = await keepApiKey(store, made)
    if (!key) throw new Problem('conflict', 'key_exists', 'This key was made already; its secret is shown once only.')
    return { key, secret }
  }

  list(workspaceId: string): Promise<ApiKey[]> {
    return apiKeysOf(this.#parts.store, workspaceId)
  }

  /** A new secret under the same prefix; the old one goes on for a while, so that nothing stops. @throws Problem `not_found` */
  async rotate(caller: Caller, id: string, graceMs: number): Promise<{ key: ApiKey; secret: string }> {
    const { store, now } = this.#parts
    const { prefix, scopes } = await this.#mine(caller, id)
    if (!mayAll(caller, new Set(scopes)))
      throw new Problem('forbidden', 'not_allowed', 'This key can do more than you may do yourself.')
    const secret = secretOf(prefix)
    const rotation = { hash: hashOf(secret), formerUntil: now() + graceMs }
    const key = await rotateApiKey(store, caller.workspaceId, id, rotation)
    if (!key) throw unknown()
    this.#known.clear()
    if (graceMs === 0) this.#parts.ended(id)
    return { key, secret }
  }

  /** @throws Problem `not_found` */
  async revoke(caller: Caller, id: string) {
    const { store, now, ended } = this.#parts
    if (!(await revokeApiKey(store, caller.workspaceId, id, now()))) throw unknown()
    this.#known.clear()
    ended(id)
  }

  /** Another process ended it. */
  forget() {
    this.#known.clear()
  }

  /** @throws Problem `unauthorized` */
  async authenticate(token: string): Promise<Caller> {
    const key = await this.#found(token)
    const now = this.#parts.now()
    if (!key || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) throw refused()
    this.#use(key)
    return callerOf(key)
  }

  /** As `Auth.callersNow`: undefined for whose key has ended. */
  async callersNow(callers: readonly Caller[]): Promise<(Caller | undefined)[]> {
    const { store, now } = this.#parts
    const lasting = await lastingKeys(store, [...new Set(callers.map(({ id }) => id))], now())
    const callerById = new Map(lasting.map((key) => [key.id, callerOf(key)]))
    return callers.map(({ id }) => callerById.get(id))
  }

  #found(token: string): Promise<ApiKey | undefined> {
    const name = hashOf(token)
    const known = this.#known.get(name)
    if (known) return known
    const found = this.#read(token, name)
    this.#known.set(name, found)
    found.catch(() => this.#known.delete(name))
    return found
  }

  async #read(token: string, hash: string) {
    const prefix = shape.exec(token)?.[1]
    const key = prefix === undefined ? undefined : await apiKeyByPrefix(this.#parts.store, prefix)
    return key && isProof(key, hash, this.#parts.now()) ? key : undefined
  }

  #use({ workspaceId, id }: ApiKey) {
    if (this.#noted.get(id)) return
    this.#noted.set(id, true)
    const { store, now, onError } = this.#parts
    usedApiKey(store, workspaceId, id, now()).catch(onError)
  }

  async #mine({ workspaceId }: Caller, id: string): Promise<ApiKey> {
    const found = (await this.list(workspaceId)).find((key) => key.id === id)
    if (!found) throw unknown()
    return found
  }
}

const secretOf = (prefix: string) => `ck_live_${prefix}_${newSecret()}`
const unknown = () => missing('not_found', 'There is no such key.')

/** What is kept is a hash, and it is compared in constant time all the same: nothing is to be learned from either. */
function isProof({ hash, formerHash, formerUntil }: ApiKey & Proof, shown: string, now: number) {
  if (isSame(hash, shown)) return true
  return formerHash !== null && isSame(formerHash, shown) && now < (formerUntil ?? 0)
}
const isSame = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** Scopes that no release knows any more give nothing. */
const callerOf = ({ id, workspaceId, scopes, expiresAt, perMinute }: ApiKey): Caller => ({
  workspaceId,
  id,
  role: 'key',
  permissions: new Set(scopes),
  sessionId: id,
  ...(expiresAt !== null && { expiresAt }),
  ...(perMinute !== null && { perMinute }),
})
