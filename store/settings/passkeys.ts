import { isDuplicate, type Store, type Stored, timeOf } from '../connection.ts'
import { bytesOf } from '../vault.ts'

/** A key pair of which the private half is in somebody's device, or in the keychain of its maker. */
export interface Passkey {
  id: string
  accountId: string
  /** As the authenticator names it, base64url. */
  credentialId: string
  /** COSE. */
  publicKey: Uint8Array
  /** How often it was used, by its own count; 0 for ever where it does not count. */
  counter: number
  /** How it can be reached: `internal`, `usb`, `hybrid` … */
  transports: string[]
  /** True where its maker keeps it on several devices. */
  isSynced: boolean
  isBackedUp: boolean
  /** What its owner calls it. */
  name: string
  /** Epoch ms. */
  createdAt: number
  /** Epoch ms; null before its first use. */
  usedAt: number | null
}

const read = (document: Stored): Passkey => ({
  id: document._id,
  accountId: document['accountId'] as string,
  credentialId: document['credentialId'] as string,
  publicKey: bytesOf(document['publicKey']),
  counter: document['counter'] as number,
  transports: document['transports'] as string[],
  isSynced: document['isSynced'] as boolean,
  isBackedUp: document['isBackedUp'] as boolean,
  name: document['name'] as string,
  createdAt: timeOf(document['createdAt']) ?? 0,
  usedAt: timeOf(document['usedAt']),
})

const of = (store: Store) => store.platform('passkeys')

/** False where this credential is somebody's already: its id derives from it. */
export async function keepPasskey(store: Store, passkey: Passkey): Promise<boolean> {
  const { id, publicKey, createdAt, ...rest } = passkey
  try {
    await of(store).insertOne({
      ...rest,
      _id: id,
      publicKey: Buffer.from(publicKey),
      createdAt: new Date(createdAt),
      usedAt: null,
    })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

export const passkeysMax = 20

/** Of one account, the oldest first; at most 20. */
export async function passkeysOf(store: Store, accountId: string): Promise<Passkey[]> {
  const found = await of(store).find({ accountId }).sort({ createdAt: 1 }).limit(passkeysMax).toArray()
  return found.map(read)
}

export async function hasPasskey(store: Store, accountId: string): Promise<boolean> {
  return (await of(store).findOne({ accountId }, { projection: { _id: 1 } })) !== null
}

export async function passkeyById(store: Store, id: string): Promise<Passkey | undefined> {
  const found = await of(store).findOne({ _id: id })
  return found ? read(found) : undefined
}

/**
 * It was used: false where its count is not past the one that is kept, so that of two with the same count one alone
 * goes on. One that does not count says 0 each time.
 */
export async function countPasskey(
  store: Store,
  id: string,
  { counter, isBackedUp }: Pick<Passkey, 'counter' | 'isBackedUp'>,
  now: number,
) {
  const filter = counter === 0 ? { _id: id, counter: 0 } : { _id: id, counter: { $lt: counter } }
  const used = { $set: { counter, isBackedUp, usedAt: new Date(now) } }
  return (await of(store).updateOne(filter, used)).matchedCount > 0
}

export async function renamePasskey(store: Store, accountId: string, id: string, name: string) {
  return (await of(store).updateOne({ _id: id, accountId }, { $set: { name } })).matchedCount > 0
}

export async function removePasskey(store: Store, accountId: string, id: string) {
  return (await of(store).deleteOne({ _id: id, accountId })).deletedCount > 0
}
