import { createHash } from 'node:crypto'
import { newId } from '../../kernel/id.ts'
import type { Store, Stored } from '../connection.ts'
import { normalEmail } from './accounts.ts'

/** A business that somebody wants to open. Nothing of it is there before its letter is answered. */
export interface Registration {
  id: string
  email: string
  name: string
  business: string
  /** What the account will have. */
  passwordHash: string
  timezone: string
  locale: string
  /** The address had an account when it was asked for: then the letter leads elsewhere. */
  isKnown: boolean
}

const kind = 'registration'
const triesMax = 5
const hashOf = (text: string) => createHash('sha256').update(`${kind}\n${text}`).digest('base64url')

const read = ({ _id, about }: Stored): Registration => ({ id: _id, ...(about as Omit<Registration, 'id'>) })

/** How many there were since then, for this address or from this place in the network. */
export function registrationsSince(store: Store, from: { email: string } | { place: string }, since: number) {
  const createdAt = { $gt: new Date(since) }
  const filter =
    'email' in from
      ? { targetHash: hashOf(normalEmail(from.email)), kind, createdAt }
      : { placeHash: hashOf(from.place), createdAt }
  return store.platform('auth_challenges').countDocuments(filter)
}

/** `expiresAt`: epoch ms. */
export async function keepRegistration(
  store: Store,
  made: Omit<Registration, 'id'> & { place: string; tokenHash: string; expiresAt: number },
  now: number,
) {
  const { place, tokenHash, expiresAt, ...about } = made
  await store.platform('auth_challenges').insertOne({
    _id: newId('reg'),
    kind,
    about,
    tokenHash,
    targetHash: hashOf(normalEmail(about.email)),
    placeHash: hashOf(place),
    tries: 0,
    consumedAt: null,
    createdAt: new Date(now),
    expiresAt: new Date(expiresAt),
  })
}

const good = (tokenHash: string, now: number) => ({
  tokenHash,
  kind,
  consumedAt: null,
  'about.isKnown': false,
  expiresAt: { $gt: new Date(now) },
})

/** A look uses nothing up: mail scanners look, too. */
export async function registrationOf(store: Store, tokenHash: string, now: number): Promise<Registration | undefined> {
  const found = await store.platform('auth_challenges').findOne(good(tokenHash, now))
  return found ? read(found) : undefined
}

/** Of which five tries are had. Each counts before it is looked at. */
export async function tryRegistration(store: Store, tokenHash: string, now: number): Promise<Registration | undefined> {
  const open = { ...good(tokenHash, now), tries: { $lt: triesMax } }
  const found = await store.platform('auth_challenges').findOneAndUpdate(open, { $inc: { tries: 1 as never } })
  return found ? read(found) : undefined
}

/** False for everybody but the first. */
export async function spendRegistration(store: Store, tokenHash: string, now: number): Promise<boolean> {
  const spent = { $set: { consumedAt: new Date(now) } }
  const { matchedCount } = await store.platform('auth_challenges').updateOne(good(tokenHash, now), spent)
  return matchedCount > 0
}
