import { type Store, type Stored, timeOf } from '../connection.ts'

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

/** What somebody signed in with. */
export interface PersonDevice {
  name: string
  platform: 'ios' | 'android' | 'web' | 'other'
  /** As the app writes it, `4.2.0`; empty where it does not say. */
  appVersion: string
}

/** One sign-in, with what is known of its device. */
export interface PersonSignIn {
  /** The family's. */
  id: string
  device: PersonDevice
  /** Epoch ms; `seenAt` is when its tokens were last renewed. */
  createdAt: number
  seenAt: number
  /** Sealed: where a push service finds this device. Null where it is not to be told. */
  push: unknown
  /** When the device said so, epoch ms: a service may say since when an address is nobody's. */
  pushAt: number
}

const unnamed: PersonDevice = { name: '', platform: 'other', appVersion: '' }
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
  // The first of a family stands for the sign-in: only it is found by whose it is.
  const first = id === session.familyId ? { signInOf: session.userId, seenAt: new Date(now), device: unnamed } : {}
  await sessions(store).insertOne({ _id: id, ...rest, ...times, ...first })
}

/** Its tokens were renewed. Of a sign-in of an earlier release, from now on it is found. */
export async function seePersonFamily(store: Store, familyId: string, userId: string, now: number) {
  await sessions(store).updateOne({ _id: familyId }, { $set: { signInOf: userId, seenAt: new Date(now) } })
}

/** Where somebody is signed in, the latest first. */
export async function personSignIns(
  store: Store,
  workspaceId: string,
  userId: string,
  now: number,
): Promise<PersonSignIn[]> {
  const lasting = { workspaceId, signInOf: userId, revokedAt: null, expiresAt: { $gt: new Date(now) } }
  const found = await sessions(store).find(lasting).sort({ seenAt: -1 }).limit(signInsMax).toArray()
  return found.map((one) => ({
    id: one._id,
    device: (one['device'] as PersonDevice | undefined) ?? unnamed,
    createdAt: timeOf(one['createdAt']) ?? 0,
    seenAt: timeOf(one['seenAt']) ?? 0,
    push: one['push'] ?? null,
    pushAt: timeOf(one['pushAt']) ?? 0,
  }))
}
export const signInsMax = 100

/** What somebody says of the device of this sign-in; `push` undefined leaves it as it is. */
export async function describePersonDevice(
  store: Store,
  familyId: string,
  { push, ...device }: PersonDevice & { push?: unknown },
  now: number,
) {
  const change = { device, ...(push !== undefined && { push, pushAt: new Date(now) }) }
  await sessions(store).updateOne({ _id: familyId, revokedAt: null }, { $set: change })
}

/** Its address is nobody's any more; one that the device gave since then stays. */
export async function dropPersonPush(store: Store, { id, pushAt }: Pick<PersonSignIn, 'id' | 'pushAt'>) {
  const same = pushAt === 0 ? { pushAt: null } : { pushAt: new Date(pushAt) }
  await sessions(store).updateOne({ _id: id, ...same }, { $unset: { push: '', pushAt: '' } })
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

/** Of these sign-ins those that last: whose each is, by the sign-in's id. */
export async function lastingPersons(
  store: Store,
  familyIds: readonly string[],
  now: number,
): Promise<Map<string, string>> {
  const lasts = { _id: { $in: [...familyIds] }, revokedAt: null, expiresAt: { $gt: new Date(now) } }
  const found = await sessions(store)
    .find(lasts, { projection: { userId: 1 } })
    .toArray()
  return new Map(found.map(({ _id, userId }) => [_id, userId as string]))
}

/** Whoever comes first marks the token as exchanged. */
export async function markPersonRotated(store: Store, id: string, now: number) {
  await sessions(store).updateOne({ _id: id, rotatedAt: null }, { $set: { rotatedAt: new Date(now) } })
}

export async function endPersonFamily(store: Store, familyId: string, now: number) {
  await sessions(store).updateOne({ _id: familyId, revokedAt: null }, ended(now))
}

/** A device that is signed out is told nothing any more. */
const ended = (now: number) => ({
  $set: { revokedAt: new Date(now) },
  $unset: { push: '', pushAt: '', device: '' } as const,
})

/** Ends every sign-in of somebody; answers which there were. */
export async function endPersonSessions(store: Store, workspaceId: string, userId: string, now: number) {
  const lasting = { workspaceId, userId, revokedAt: null }
  const found = await sessions(store)
    .find(lasting, { projection: { familyId: 1 } })
    .toArray()
  await sessions(store).updateMany(lasting, ended(now))
  return new Set(found.map(({ familyId }) => familyId as string))
}
