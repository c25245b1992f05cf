import { createHash } from 'node:crypto'
import { derivedId, newId } from '../../kernel/id.ts'
import type { Store, Stored } from '../connection.ts'

export type ChallengeKind = 'magic_link' | 'password_reset' | 'email_proof'
/** What a code alone proves, without a link: that whoever comes has this telephone. */
export type CodeKind = 'otp' | 'own_number' | 'person'

/** Something that was mailed to an address, to prove that whoever comes reads its mail. */
export interface Challenge {
  kind: ChallengeKind
  /** Null where the address is nobody's: it is kept all the same, and opens nothing. */
  accountId: string | null
  /** Whose it is to be, hashed: the address is in no list of tries. */
  target: string
  tokenHash: string
  /** Of a short code that goes with the link; null where there is none. */
  codeHash: string | null
  /** Epoch ms. */
  expiresAt: number
}

const triesMax = 5
const targetHash = (target: string) => createHash('sha256').update(target).digest('base64url')

/** How many were asked for this address since then. */
export function challengesSince(store: Store, kind: ChallengeKind, target: string, since: number): Promise<number> {
  const filter = { targetHash: targetHash(target), kind, createdAt: { $gt: new Date(since) } }
  return store.platform('auth_challenges').countDocuments(filter)
}

/** The newest alone is good: earlier ones of the same address and kind are void. */
export async function keepChallenge(store: Store, { target, expiresAt, ...rest }: Challenge, now: number) {
  const hash = targetHash(target)
  const challenges = store.platform('auth_challenges')
  await challenges.updateMany(
    { targetHash: hash, kind: rest.kind, consumedAt: null },
    { $set: { consumedAt: new Date(now) } },
  )
  await challenges.insertOne({
    _id: newId('chl'),
    ...rest,
    targetHash: hash,
    tries: 0,
    consumedAt: null,
    createdAt: new Date(now),
    expiresAt: new Date(expiresAt),
  })
}

/**
 * A code without a link. There is one at a time for a target: a newer one takes the place of the one before, with its
 * tries, whatever happens at the same moment.
 */
export async function keepCode(
  store: Store,
  {
    kind,
    target,
    expiresAt,
    ...rest
  }: Pick<Challenge, 'accountId' | 'target' | 'expiresAt'> & {
    kind: CodeKind
    codeHash: string
  },
  now: number,
) {
  const _id = derivedId('chl', kind, target)
  const code = {
    kind,
    ...rest,
    targetHash: targetHash(target),
    // Nobody has a token for it; every challenge is named by one.
    tokenHash: _id,
    tries: 0,
    consumedAt: null,
    createdAt: new Date(now),
    expiresAt: new Date(expiresAt),
  }
  await store.platform('auth_challenges').replaceOne({ _id }, code, { upsert: true })
}

/** What is on its way to an address that is nobody's any more: links to sign in, and to set a password. */
export async function voidChallenges(store: Store, target: string, now: number) {
  const kind = { $in: ['magic_link', 'password_reset'] satisfies ChallengeKind[] }
  const open = { targetHash: targetHash(target), kind, consumedAt: null }
  await store.platform('auth_challenges').updateMany(open, { $set: { consumedAt: new Date(now) } })
}

const unused = (kind: ChallengeKind | 'owner_link', tokenHash: string, now: number) => ({
  tokenHash,
  kind,
  consumedAt: null,
  expiresAt: { $gt: new Date(now) },
})

/** What a link is for, for whoever is first to show it before it expires. One atomic update. */
const spent = (store: Store, kind: ChallengeKind | 'owner_link', tokenHash: string, now: number) =>
  store
    .platform('auth_challenges')
    .findOneAndUpdate(
      unused(kind, tokenHash, now),
      { $set: { consumedAt: new Date(now) } },
      { returnDocument: 'before' },
    )

const accountIn = (found: Stored | null) => (found?.['accountId'] as string | null | undefined) ?? undefined

/** Whose a link is, without using it up. */
export async function accountOfToken(store: Store, kind: ChallengeKind, tokenHash: string, now: number) {
  return accountIn(await store.platform('auth_challenges').findOne(unused(kind, tokenHash, now)))
}

/** The account of a link's token, for whoever is first to show it in time; undefined for everybody after. */
export async function consumeToken(store: Store, kind: ChallengeKind, tokenHash: string, now: number) {
  return accountIn(await spent(store, kind, tokenHash, now))
}

/** What signs one member in, once, without being mailed. */
export interface OwnerLink {
  workspaceId: string
  memberId: string
}

export async function keepOwnerLink(
  store: Store,
  { expiresAt, ...rest }: OwnerLink & { tokenHash: string; expiresAt: number },
) {
  const link = { _id: newId('lnk'), kind: 'owner_link', ...rest, consumedAt: null, expiresAt: new Date(expiresAt) }
  await store.platform('auth_challenges').insertOne(link)
}

/** Whose an owner's link is, for whoever is first to show it in time; undefined for everybody after. */
export async function consumeOwnerLink(store: Store, tokenHash: string, now: number): Promise<OwnerLink | undefined> {
  const found = await spent(store, 'owner_link', tokenHash, now)
  return found ? { workspaceId: found['workspaceId'] as string, memberId: found['memberId'] as string } : undefined
}

/** The same by the code, of which five tries are had. Each counts before it is looked at. */
export async function consumeCode(
  store: Store,
  target: string,
  codeHash: string,
  now: number,
  kind: CodeKind | 'magic_link' = 'magic_link',
) {
  const open = {
    targetHash: targetHash(target),
    kind,
    consumedAt: null,
    expiresAt: { $gt: new Date(now) },
    tries: { $lt: triesMax },
  }
  const challenges = store.platform('auth_challenges')
  const tried = await challenges.findOneAndUpdate(open, { $inc: { tries: 1 as never } }, { returnDocument: 'after' })
  if (!tried || tried['codeHash'] !== codeHash) return undefined
  const { matchedCount } = await challenges.updateOne(
    { _id: tried._id, codeHash, consumedAt: null },
    { $set: { consumedAt: new Date(now) } },
  )
  return matchedCount > 0 ? ((tried['accountId'] as string | null) ?? undefined) : undefined
}
