import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

/** Somebody who can sign in, whatever workspaces they work for. */
export interface Account {
  id: string
  email: string | null
  /** Argon2id, as its own text form; null for somebody who comes by links only. */
  passwordHash: string | null
}

/** Two ways to write one address are one account: case and surrounding space do not count. */
export const normalEmail = (email: string) => email.trim().normalize('NFKC').toLowerCase()

const read = ({ _id, email, passwordHash }: Stored): Account => ({
  id: _id,
  email: (email as string | null | undefined) ?? null,
  passwordHash: (passwordHash as string | null | undefined) ?? null,
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
