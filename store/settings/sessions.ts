import { type Store, type Stored, timeOf } from '../connection.ts'

/**
 * One refresh token of a sign-in. All tokens that followed one another are a family, named after the first of them:
 * that first document stands for the sign-in, and ends it.
 */
export interface Session {
  id: string
  familyId: string
  accountId: string
  memberId: string
  workspaceId: string
  /** SHA-256 of the refresh token: the token itself is nowhere. */
  tokenHash: string
  /** Epoch ms at which the token was exchanged for its successor; null while it is the current one. */
  rotatedAt: number | null
  /** Epoch ms; the same for the whole family, so nobody stays signed in for ever. */
  expiresAt: number
  /** Epoch ms; said of a whole family, on its first document. */
  revokedAt: number | null
  /** Epoch ms at which its owner last showed that it is them, by password or factor; on the first document, too. */
  provenAt: number | null
  /** Who acts as the member, with their consent: the id of a colleague. The account is then the colleague's, too. */
  actingId?: string
}

/** Where somebody signs in from, as far as they say. */
export interface Origin {
  ip: string | null
  userAgent: string | null
}

const read = (document: Stored): Session => ({
  id: document._id,
  familyId: document['familyId'] as string,
  accountId: document['accountId'] as string,
  memberId: document['memberId'] as string,
  workspaceId: document['workspaceId'] as string,
  tokenHash: document['tokenHash'] as string,
  rotatedAt: timeOf(document['rotatedAt']),
  expiresAt: timeOf(document['expiresAt']) ?? 0,
  revokedAt: timeOf(document['revokedAt']),
  provenAt: timeOf(document['provenAt']),
  ...(typeof document['actingId'] === 'string' && { actingId: document['actingId'] }),
})

export async function keepSession(store: Store, session: Session, origin: Origin, now: number) {
  const { id, rotatedAt: _, revokedAt: __, expiresAt, provenAt, ...rest } = session
  await store.platform('sessions').insertOne({
    ...origin,
    _id: id,
    ...rest,
    rotatedAt: null,
    revokedAt: null,
    provenAt: provenAt === null ? null : new Date(provenAt),
    expiresAt: new Date(expiresAt),
    createdAt: new Date(now),
  })
}

export async function sessionByHash(store: Store, tokenHash: string): Promise<Session | undefined> {
  const found = await store.platform('sessions').findOne({ tokenHash })
  return found ? read(found) : undefined
}

/** The sign-in itself: the first document of the family. */
export async function familyById(store: Store, familyId: string): Promise<Session | undefined> {
  const found = await store.platform('sessions').findOne({ _id: familyId })
  return found ? read(found) : undefined
}

/** Its owner has shown that it is them. */
export async function markProven(store: Store, familyId: string, now: number) {
  const lasting = { _id: familyId, revokedAt: null }
  await store.platform('sessions').updateOne(lasting, { $set: { provenAt: new Date(now) } })
}

/** Whoever comes first marks the token as exchanged; the time stays that of the first. */
export async function markRotated(store: Store, id: string, now: number) {
  await store.platform('sessions').updateOne({ _id: id, rotatedAt: null }, { $set: { rotatedAt: new Date(now) } })
}

/** True when this call ended it. */
export async function revokeFamily(store: Store, familyId: string, reason: string, now: number): Promise<boolean> {
  const update = { $set: { revokedAt: new Date(now), reason } }
  const { matchedCount } = await store.platform('sessions').updateOne({ _id: familyId, revokedAt: null }, update)
  return matchedCount > 0
}

/** Whose a sign-in is, and who acts as them. */
export interface Holder {
  memberId: string
  actingId?: string
}
const holderIn = ({ memberId, actingId }: Stored): Holder => ({
  memberId: memberId as string,
  ...(typeof actingId === 'string' && { actingId }),
})

/** Of these sign-ins those that last: whose each is, by the sign-in's id. */
export async function lastingOf(store: Store, familyIds: readonly string[], now: number): Promise<Map<string, Holder>> {
  const found = await store
    .platform('sessions')
    .find(lasting(familyIds, now), { projection: { memberId: 1, actingId: 1 } })
    .toArray()
  return new Map(found.map((one) => [one._id, holderIn(one)]))
}

/** How many of these sign-ins, each named once, last. */
export const countLasting = (store: Store, familyIds: readonly string[], now: number): Promise<number> =>
  store.platform('sessions').countDocuments(lasting(familyIds, now))

const lasting = (familyIds: readonly string[], now: number) => ({
  _id: { $in: [...familyIds] },
  revokedAt: null,
  expiresAt: { $gt: new Date(now) },
})

/** The sign-ins by which somebody acts as this member now: who, and since when (epoch ms). */
export async function actingOf(store: Store, memberId: string, now: number) {
  const lasts = { memberId, actingId: { $exists: true }, revokedAt: null, expiresAt: { $gt: new Date(now) } }
  const found = await store.platform('sessions').find(lasts).sort({ _id: 1 }).limit(signInsMax).toArray()
  // Later tokens of a sign-in are not the sign-in itself.
  const first = found.filter(({ _id, familyId }) => _id === familyId)
  return first.map((one) => ({
    id: one._id,
    actingId: one['actingId'] as string,
    since: timeOf(one['createdAt']) ?? 0,
  }))
}

/** A sign-in as its owner sees it. */
export interface SignIn extends Origin {
  id: string
  workspaceId: string
  /** Epoch ms. */
  createdAt: number
  /** Epoch ms: when its tokens were last renewed. */
  seenAt: number
}

const signInsMax = 200

/** The sign-ins of an account that last, in all workspaces; the latest first, at most 200. */
export async function signInsOf(store: Store, accountId: string, now: number): Promise<SignIn[]> {
  const lasting = { accountId, revokedAt: null, expiresAt: { $gt: new Date(now) } }
  const found = await store
    .platform('sessions')
    .aggregate<Stored>([
      { $match: lasting },
      { $sort: { createdAt: 1 } },
      // A family of which the first is missing here has ended: that first one says so.
      {
        $group: {
          _id: '$familyId',
          first: { $first: '$_id' },
          createdAt: { $first: '$createdAt' },
          seenAt: { $last: '$createdAt' },
          ip: { $last: '$ip' },
          userAgent: { $last: '$userAgent' },
          workspaceId: { $last: '$workspaceId' },
        },
      },
      { $match: { $expr: { $eq: ['$_id', '$first'] } } },
      { $sort: { seenAt: -1 } },
      { $limit: signInsMax },
    ])
    .toArray()
  return found.map(({ _id: id, workspaceId, createdAt, seenAt, ip, userAgent }) => ({
    id,
    workspaceId: workspaceId as string,
    createdAt: timeOf(createdAt) ?? 0,
    seenAt: timeOf(seenAt) ?? 0,
    ip: (ip as string | null | undefined) ?? null,
    userAgent: (userAgent as string | null | undefined) ?? null,
  }))
}
