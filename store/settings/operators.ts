import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import { platform } from '../vault-keys.ts'
import { bytesOf, type Vault } from '../vault.ts'
import { normalEmail } from './accounts.ts'

/** Somebody who looks after the installation; of no workspace, and with no account of one. */
export interface Operator {
  id: string
  email: string
  name: string
  passwordHash: string
  /** Base32. */
  totpSecret: string
  isDisabled: boolean
}

export interface OperatorSession {
  id: string
  operatorId: string
  /** Epoch ms. */
  expiresAt: number
}

/** Ids say what they are of: whether somebody acts as an operator, or as a colleague. */
export const isOperatorId = (id: string) => id.startsWith('opr_')

/** Of these operators, the names of those who are signed in and may be: what they do in another realm ends with that. */
export async function presentOperators(
  store: Store,
  ids: readonly string[],
  now: number,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const lasting = { operatorId: { $in: [...ids] }, expiresAt: { $gt: new Date(now) } }
  const signedIn = await store.platform('operator_sessions').distinct('operatorId', lasting)
  const enabled = { _id: { $in: signedIn as string[] }, isDisabled: { $ne: true } }
  const found = await store
    .platform('operators')
    .find(enabled, { projection: { name: 1 } })
    .toArray()
  return new Map(found.map(({ _id, name }) => [_id, name as string]))
}

/** Where those who may sign in are written to; at most 200. */
export async function operatorAddresses(store: Store): Promise<{ id: string; email: string }[]> {
  const enabled = { isDisabled: { $ne: true } }
  const found = await store
    .platform('operators')
    .find(enabled, { projection: { email: 1 } })
    .limit(200)
    .toArray()
  return found.map(({ _id: id, email }) => ({ id, email: email as string }))
}

/** What operators are called, also those who may not sign in any more. */
export async function operatorNames(store: Store, ids: readonly string[]): Promise<Map<string, string>> {
  const named = { projection: { name: 1 } }
  const found = await store
    .platform('operators')
    .find({ _id: { $in: [...ids] } }, named)
    .toArray()
  return new Map(found.map(({ _id, name }) => [_id, name as string]))
}

export const operatorName = async (store: Store, id: string): Promise<string | undefined> =>
  (await operatorNames(store, [id])).get(id)

const contextOf = (id: string) => `operators/${id}/totp`

export class OperatorSettings {
  readonly #store: Store
  readonly #vault: Vault

  constructor(store: Store, vault: Vault) {
    this.#store = store
    this.#vault = vault
  }

  /** @throws Problem `operator_exists` */
  async add(made: Pick<Operator, 'email' | 'name' | 'passwordHash' | 'totpSecret'>, now: number): Promise<string> {
    const id = newId('opr')
    await this.#vault.ready(platform)
    const { email, name, passwordHash, totpSecret } = made
    const totp = this.#vault.seal(platform, contextOf(id), totpSecret)
    const document = { email, emailNorm: normalEmail(email), name, passwordHash, totp, createdAt: new Date(now) }
    try {
      await this.#store.platform('operators').insertOne({ _id: id, ...document })
    } catch (error) {
      if (isDuplicate(error)) throw conflict('operator_exists', `${email} is an operator already.`)
      throw error
    }
    return id
  }

  /** At most 200, oldest first. */
  async list(): Promise<Operator[]> {
    const found = await this.#store.platform('operators').find({}).sort({ _id: 1 }).limit(200).toArray()
    await this.#vault.ready(platform)
    return found.map((one) => this.#read(one))
  }

  async byEmail(email: string): Promise<Operator | undefined> {
    return this.#one({ emailNorm: normalEmail(email) })
  }

  async byId(id: string): Promise<Operator | undefined> {
    return this.#one({ _id: id })
  }

  /** A new password and a new second factor; or whether they may sign in at all. */
  async change(id: string, change: Partial<Pick<Operator, 'passwordHash' | 'totpSecret' | 'isDisabled'>>) {
    await this.#vault.ready(platform)
    const { totpSecret, ...plain } = change
    const totp = totpSecret === undefined ? {} : { totp: this.#vault.seal(platform, contextOf(id), totpSecret) }
    await this.#store.platform('operators').updateOne({ _id: id }, { $set: { ...plain, ...totp } })
    await this.#store.platform('operator_sessions').deleteMany({ operatorId: id })
  }

  /** A code's step is good once. False where it, or a later one, was used. */
  async useStep(id: string, step: number): Promise<boolean> {
    const filter = { _id: id, $or: [{ lastStep: { $exists: false } }, { lastStep: { $lt: step } }] }
    const { matchedCount } = await this.#store.platform('operators').updateOne(filter, { $set: { lastStep: step } })
    return matchedCount > 0
  }

  async keepSession({ id, operatorId, expiresAt }: OperatorSession, tokenHash: string): Promise<void> {
    const document = { operatorId, tokenHash, expiresAt: new Date(expiresAt) }
    await this.#store.platform('operator_sessions').insertOne({ _id: id, ...document })
  }

  async session(id: string, now: number): Promise<OperatorSession | undefined> {
    return readSession(
      await this.#store.platform('operator_sessions').findOne({ _id: id, expiresAt: { $gt: new Date(now) } } as never),
    )
  }

  /**
   * The session of this refresh token, which is spent for the next one. A token that was spent before has two holders:
   * the session ends.
   */
  async rotate(tokenHash: string, nextHash: string, now: number): Promise<OperatorSession | undefined> {
    const sessions = this.#store.platform('operator_sessions')
    const set = { $set: { tokenHash: nextHash, spentHash: tokenHash } }
    const found = await sessions.findOneAndUpdate({ tokenHash, expiresAt: { $gt: new Date(now) } }, set)
    if (!found) await sessions.deleteMany({ spentHash: tokenHash })
    return readSession(found)
  }

  async endSession(id: string): Promise<void> {
    await this.#store.platform('operator_sessions').deleteOne({ _id: id })
  }

  async #one(filter: object): Promise<Operator | undefined> {
    const found = await this.#store.platform('operators').findOne(filter)
    await this.#vault.ready(platform)
    return found ? this.#read(found) : undefined
  }

  #read({ _id: id, email, name, passwordHash, totp, isDisabled }: Stored): Operator {
    return {
      id,
      email: email as string,
      name: name as string,
      passwordHash: passwordHash as string,
      totpSecret: this.#vault.open(platform, contextOf(id), bytesOf(totp)),
      isDisabled: isDisabled === true,
    }
  }
}

const readSession = (found: Stored | null): OperatorSession | undefined =>
  found
    ? { id: found._id, operatorId: found['operatorId'] as string, expiresAt: (found['expiresAt'] as Date).getTime() }
    : undefined
