import { bytesOf } from '../vault.ts'
import { isDuplicate, type Store } from '../connection.ts'

/** What an account shows beside its password: an authenticator app, and codes for the day on which it is lost. */
export interface Factors {
  /** The app's secret, sealed; undefined where there is none. */
  totp: { sealed: Uint8Array; addedAt: number } | undefined
  /** An app that was shown its secret and has not answered yet. */
  pending: { id: string; sealed: Uint8Array; expiresAt: number } | undefined
  /** How many recovery codes are left; undefined where none were ever given. */
  recoveryCodes: number | undefined
}

interface KeptSecret {
  sealed: unknown
  addedAt: Date
}
interface KeptPending {
  id: string
  sealed: unknown
  expiresAt: Date
}

const none: Factors = { totp: undefined, pending: undefined, recoveryCodes: undefined }

export async function factorsOf(store: Store, accountId: string): Promise<Factors> {
  const found = await store.platform('account_factors').findOne({ _id: accountId })
  if (!found) return none
  const totp = found['totp'] as KeptSecret | undefined
  const pending = found['pending'] as KeptPending | undefined
  return {
    totp: totp && { sealed: bytesOf(totp.sealed), addedAt: totp.addedAt.getTime() },
    pending: pending && { ...pending, sealed: bytesOf(pending.sealed), expiresAt: pending.expiresAt.getTime() },
    recoveryCodes: (found['recovery'] as string[] | undefined)?.length,
  }
}

const of = (store: Store) => store.platform('account_factors')

/** An app is shown its secret; one that was shown before and never answered is forgotten. */
export async function keepPendingTotp(
  store: Store,
  accountId: string,
  { id, sealed, expiresAt }: { id: string; sealed: Uint8Array; expiresAt: number },
) {
  const pending = { id, sealed: Buffer.from(sealed), expiresAt: new Date(expiresAt) }
  await of(store).updateOne({ _id: accountId }, { $set: { pending } }, { upsert: true })
}

/**
 * The app has answered with the code of this step: it is the account's from now on, and that code is spent. False where
 * another answer was first, or where there is an app already.
 */
export async function confirmTotp(
  store: Store,
  accountId: string,
  pending: { id: string; sealed: Uint8Array },
  step: number,
  now: number,
) {
  const filter = { _id: accountId, 'pending.id': pending.id, totp: { $exists: false } }
  const totp = { sealed: Buffer.from(pending.sealed), addedAt: new Date(now) }
  const update = { $set: { totp, lastStep: step }, $unset: { pending: '' as const } }
  return (await of(store).updateOne(filter, update)).matchedCount > 0
}

/** True for whoever is first with a code of this step, or of none before it: a code is good once (RFC 6238, 5.2). */
export async function spendStep(store: Store, accountId: string, step: number) {
  const filter = { _id: accountId, totp: { $exists: true }, lastStep: { $lt: step } }
  return (await of(store).updateOne(filter, { $set: { lastStep: step } })).matchedCount > 0
}

/** True when there was one. */
export async function removeTotp(store: Store, accountId: string) {
  const filter = { _id: accountId, totp: { $exists: true } }
  const { matchedCount } = await of(store).updateOne(filter, { $unset: { totp: '' as const, lastStep: '' as const } })
  return matchedCount > 0
}

/** The first codes of an account; false where it was given some before. */
export async function giveRecovery(store: Store, accountId: string, hashes: string[]): Promise<boolean> {
  try {
    const filter = { _id: accountId, recovery: { $exists: false } }
    await of(store).updateOne(filter, { $set: { recovery: hashes } }, { upsert: true })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** New codes; those before are void. */
export async function renewRecovery(store: Store, accountId: string, hashes: string[]) {
  await of(store).updateOne({ _id: accountId }, { $set: { recovery: hashes } }, { upsert: true })
}

/** True for whoever is first with this code. */
export async function spendRecovery(store: Store, accountId: string, hash: string) {
  const filter = { _id: accountId, recovery: hash }
  return (await of(store).updateOne(filter, { $pull: { recovery: hash } } as never)).matchedCount > 0
}

/** Nothing is left of what was asked beside the first factor: neither app, codes nor passkeys. */
export async function forgetAllFactors(store: Store, accountId: string) {
  await store.platform('passkeys').deleteMany({ accountId })
  await forgetFactors(store, accountId)
}

/** The last factor has gone: what stood in for it goes, too. */
export async function forgetFactors(store: Store, accountId: string) {
  await of(store).deleteOne({ _id: accountId })
}
