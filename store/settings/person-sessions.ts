import type { Store, Stored } from '../connection.ts'

/**
 * One refresh token of somebody who is looked after and uses the app. All tokens that followed one another are a family,
 * named after the first of them: that first document stands for the sign-in, and ends it.
 */
export interface PersonSession {
  id: string
  familyId: string
  workspaceId: string
  userId: string
  /** SHA-256 of the refresh token: the token itself is nowhere. */
  tokenHash: string
  /** Epoch ms at which the token was exchanged; null while it is the current one. */
  rotatedAt: number | null
  /** Epoch ms; the same for the whole family. */
  expiresAt: number
  /** Epoch ms; said of a whole family, on its first document. */
  revokedAt: number | null
}

const timeOf = (value: unknown) => (value instanceof Date ? value.getTime() : null)
const read = (found: Stored): PersonSession => ({
  id: found._id,
  familyId: found['familyId'] as string,
  workspaceId: found['workspaceId'] as string,
  userId: found['userId'] as string,
  tokenHash: found['tokenHash'] as string,
  rotatedAt: timeOf(found['rotatedAt']),
  expiresAt: timeOf(found['expiresAt']) ?? 0,
  revokedAt: timeOf(found['revokedAt']),
})
const sessions = (store: Store) => store.platform('person_sessions')

export async function keepPersonSession(store: Store, session: PersonSession, now: number) {
  const { id, rotatedAt: _, revokedAt: __, expiresAt, ...rest } = session
  const times = { rotatedAt: null, revokedAt: null, expiresAt: new Date(expiresAt), createdAt: new Date(now) }
  await sessions(store).insertOne({ _id: id, ...rest, ...times })
}

export async function personSessionByHash(store: Store, tokenHash: string): Promise<PersonSession | undefined> {
  const found = await sessions(store).findOne({ tokenHash })
  return found ? read(found) : undefined
}

/** The sign-in itself. */
export async function personFamily(store: Store, familyId: string): Promise<PersonSession | undefined> {
  const found = await sessions(store).findOne({ _id: familyId })
  return found ? read(found) : undefined
}

/** Whoever comes first marks the token as exchanged. */
export async function markPersonRotated(store: Store, id: string, now: number) {
  await sessions(store).updateOne({ _id: id, rotatedAt: null }, { $set: { rotatedAt: new Date(now) } })
}

export async function endPersonFamily(store: Store, familyId: string, now: number) {
  await sessions(store).updateOne({ _id: familyId, revokedAt: null }, { $set: { revokedAt: new Date(now) } })
}

/** Ends every sign-in of somebody: they are erased, or have asked for it. Answers the ids of those that ended. */
export async function endPersonSessions(store: Store, workspaceId: string, userId: string, now: number) {
  const lasting = { workspaceId, userId, revokedAt: null }
  const found = await sessions(store)
    .find(lasting, { projection: { familyId: 1 } })
    .toArray()
  await sessions(store).updateMany(lasting, { $set: { revokedAt: new Date(now) } })
  return [...new Set(found.map(({ familyId }) => familyId as string))]
}
