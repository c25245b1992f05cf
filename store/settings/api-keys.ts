import { isPermission, type Permission } from '../../kernel/permissions.ts'
import { isDuplicate, type Store, type Stored, timeOf } from '../connection.ts'

/** What another program of a business shows. The secret itself is nowhere. */
export interface ApiKey {
  id: string
  workspaceId: string
  name: string
  /** The part that everybody may see, and by which it is found. */
  prefix: string
  scopes: readonly Permission[]
  /** Requests per minute; null: as many as a member. */
  perMinute: number | null
  /** The member who made it. */
  createdBy: string
  /** All of these: epoch ms. */
  createdAt: number
  expiresAt: number | null
  /** To the minute. */
  lastUsedAt: number | null
  revokedAt: number | null
  /** Until when the secret before the last rotation is taken, too. */
  formerUntil: number | null
}

/** What a secret is held against. */
export interface Proof {
  /** SHA-256: of 256 random bits nobody finds the origin, so it need not be slow. */
  hash: string
  formerHash: string | null
}

const keysMax = 200
const minuteMs = 60_000

const read = (document: Stored): ApiKey => ({
  id: document._id,
  workspaceId: document['workspaceId'] as string,
  name: document['name'] as string,
  prefix: document['prefix'] as string,
  scopes: (document['scopes'] as string[]).filter(isPermission),
  perMinute: (document['perMinute'] as number | null | undefined) ?? null,
  createdBy: document['createdBy'] as string,
  createdAt: timeOf(document['createdAt']) ?? 0,
  expiresAt: timeOf(document['expiresAt']),
  lastUsedAt: timeOf(document['lastUsedAt']),
  revokedAt: timeOf(document['revokedAt']),
  formerUntil: timeOf(document['formerUntil']),
})

type Made = Pick<
  ApiKey,
  'id' | 'workspaceId' | 'name' | 'prefix' | 'scopes' | 'perMinute' | 'createdBy' | 'createdAt' | 'expiresAt'
>

/** A repeated creation finds what the first one made. */
export async function keepApiKey(store: Store, made: Made & { hash: string }): Promise<ApiKey | undefined> {
  const { id, workspaceId, createdAt, expiresAt, ...rest } = made
  const times = { createdAt: new Date(createdAt), expiresAt: expiresAt === null ? null : new Date(expiresAt) }
  const document = {
    _id: id,
    ...rest,
    ...times,
    lastUsedAt: null,
    revokedAt: null,
    formerHash: null,
    formerUntil: null,
  }
  try {
    await store.of(workspaceId).insert('api_keys', document)
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
  return read({ ...document, workspaceId })
}

/** Those that are not revoked, the latest first; at most 200. */
export async function apiKeysOf(store: Store, workspaceId: string): Promise<ApiKey[]> {
  const found = await store.of(workspaceId).find('api_keys', { revokedAt: null }, { sort: { _id: -1 }, limit: keysMax })
  return found.map(read)
}

/** What keys are called, also those that are revoked. */
export async function apiKeyNames(store: Store, workspaceId: string, ids: readonly string[]) {
  const found = await store.of(workspaceId).find('api_keys', { _id: { $in: ids } }, { projection: { name: 1 } })
  return new Map(found.map(({ _id, name }) => [_id, name as string]))
}

/** A read across workspaces: which one it is for, the key says. */
export async function apiKeyByPrefix(store: Store, prefix: string): Promise<(ApiKey & Proof) | undefined> {
  const found = await store.collection('api_keys').findOne({ prefix })
  if (!found) return undefined
  return {
    ...read(found),
    hash: found['hash'] as string,
    formerHash: (found['formerHash'] as string | null | undefined) ?? null,
  }
}

/** Of these keys, of whichever workspace, those that are good now. */
export async function lastingKeys(store: Store, ids: readonly string[], now: number): Promise<ApiKey[]> {
  const lasting = { _id: { $in: [...ids] }, revokedAt: null }
  const found = await store.collection('api_keys').find(lasting).toArray()
  return found.map(read).filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
}

/** True when this call ended it. */
export const revokeApiKey = (store: Store, workspaceId: string, id: string, now: number) =>
  store.of(workspaceId).update('api_keys', { _id: id, revokedAt: null }, { $set: { revokedAt: new Date(now) } })

/** A new secret; the one that was current is taken until then. Undefined where there is no such key. */
export async function rotateApiKey(
  store: Store,
  workspaceId: string,
  id: string,
  { hash, formerUntil }: { hash: string; formerUntil: number },
): Promise<ApiKey | undefined> {
  const keys = store.of(workspaceId)
  const before = await keys.one('api_keys', { _id: id, revokedAt: null })
  if (!before) return undefined
  const now = { _id: id, revokedAt: null, hash: before['hash'] }
  const $set = { hash, formerHash: before['hash'], formerUntil: new Date(formerUntil) }
  // Of two who rotate at once one comes first, and the other rotates what that one made.
  const after = await keys.change('api_keys', now, { $set })
  return after ? read(after) : rotateApiKey(store, workspaceId, id, { hash, formerUntil })
}

/** Written at most once a minute, by however many processes. */
export const usedApiKey = (store: Store, workspaceId: string, id: string, now: number) =>
  store
    .of(workspaceId)
    .update(
      'api_keys',
      { _id: id, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: new Date(now - minuteMs) } }] },
      { $set: { lastUsedAt: new Date(now) } },
    )
