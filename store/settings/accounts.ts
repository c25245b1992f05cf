import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

/** Somebody who can sign in, whatever workspaces they work for. */
export interface Account {
  id: string
  email: string | null
  /** Argon2id, as its own text form; null for somebody who comes by links only. */
  passwordHash: string | null
  /** Somebody has shown that they read the mail of this address. */
  isEmailProven: boolean
  /** Which address they say is theirs, until they have shown it. */
  wantedEmail: string | null
}

/** Two ways to write one address are one account: case and surrounding space do not count. */
export const normalEmail = (email: string) => email.trim().normalize('NFKC').toLowerCase()

const read = ({ _id, email, passwordHash, emailProvenAt, wantedEmail }: Stored): Account => ({
  id: _id,
  email: (email as string | null | undefined) ?? null,
  passwordHash: (passwordHash as string | null | undefined) ?? null,
  isEmailProven: emailProvenAt instanceof Date,
  wantedEmail: (wantedEmail as string | null | undefined) ?? null,
})

/** @throws Problem `email_taken` */
export async function createAccount(
  store: Store,
  made: { id?: string; email: string | null; passwordHash: string | null },
  now: number,
): Promise<Account> {
  const { id = newId('acc'), email, passwordHash } = made
  const emailNorm = email === null ? {} : { emailNorm: normalEmail(email) }
  const document = { _id: id, email, ...emailNorm, passwordHash, createdAt: new Date(now) }
  try {
    await store.platform('accounts').insertOne(document)
  } catch (error) {
    if (isDuplicate(error)) throw conflict('email_taken', 'Another account has this address.')
    throw error
  }
  return read(document)
}

export async function accountByEmail(store: Store, email: string): Promise<Account | undefined> {
  const found = await store.platform('accounts').findOne({ emailNorm: normalEmail(email) })
  return found ? read(found) : undefined
}

/** Those of these ids that exist, by id. At most 1,000. */
export async function accountsById(store: Store, ids: readonly string[]): Promise<Map<string, Account>> {
  const found = await store
    .platform('accounts')
    .find({ _id: { $in: ids.slice(0, 1_000) } })
    .toArray()
  return new Map(found.map((document) => [document._id, read(document)]))
}

/** The account of this address; made, without a password, where there is none. */
export async function accountFor(store: Store, email: string, now: number): Promise<Account> {
  const known = await accountByEmail(store, email)
  if (known) return known
  try {
    return await createAccount(store, { email, passwordHash: null }, now)
  } catch (error) {
    const made = await accountByEmail(store, email) // Somebody else was first.
    if (made) return made
    throw error
  }
}

/** False where there is no such account, or where its password is no longer the one that was looked at. */
export async function changePassword(store: Store, id: string, passwordHash: string, was: string | null) {
  const filter = { _id: id, passwordHash: was }
  const { matchedCount } = await store.platform('accounts').updateOne(filter, { $set: { passwordHash } })
  return matchedCount > 0
}

/** Whoever has the account has read a letter that went to its address. */
export async function markEmailProven(store: Store, id: string, now: number) {
  const filter = { _id: id, emailNorm: { $exists: true }, emailProvenAt: { $exists: false } }
  await store.platform('accounts').updateOne(filter, { $set: { emailProvenAt: new Date(now) } })
}

/** Remembers the address that an account is to have, once it is proven. */
export async function wantEmail(store: Store, id: string, email: string) {
  await store.platform('accounts').updateOne({ _id: id }, { $set: { wantedEmail: email } })
}

/** Gives an account an address that was proven. @throws Problem `email_taken` */
export async function changeEmail(store: Store, id: string, email: string, now: number) {
  const $set = { email, emailNorm: normalEmail(email), emailProvenAt: new Date(now) }
  try {
    await store.platform('accounts').updateOne({ _id: id }, { $set, $unset: { wantedEmail: '' } })
  } catch (error) {
    if (isDuplicate(error)) throw conflict('email_taken', 'Another account has this address.')
    throw error
  }
}
