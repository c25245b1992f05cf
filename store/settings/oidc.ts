import { isDuplicate, type Store } from '../connection.ts'

/** Who somebody is at a provider of identities. */
export interface Identity {
  provider: 'google'
  /** The provider's own name for them, which never changes; an e-mail address can. */
  sub: string
  accountId: string
  /** As the provider knew it when it was linked. */
  email: string
}

const idOf = ({ provider, sub }: Pick<Identity, 'provider' | 'sub'>) => `${provider}:${sub}`
const of = (store: Store) => store.platform('account_identities')

/** Whose it is. */
export async function accountOfIdentity(store: Store, identity: Pick<Identity, 'provider' | 'sub'>) {
  const found = await of(store).findOne({ _id: idOf(identity) })
  return found?.['accountId'] as string | undefined
}

/** The account that has it from now on; another one's where that was first. */
export async function linkIdentity(store: Store, identity: Identity, now: number): Promise<string> {
  try {
    await of(store).insertOne({ _id: idOf(identity), ...identity, createdAt: new Date(now) })
    return identity.accountId
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return (await accountOfIdentity(store, identity)) ?? ''
  }
}

/** The address under which an account is known there; undefined where it is not linked. */
export async function linkedEmail(store: Store, accountId: string, provider: Identity['provider']) {
  const found = await of(store).findOne({ accountId, provider })
  return found?.['email'] as string | undefined
}

/** True when there was one. */
export async function unlinkIdentity(store: Store, accountId: string, provider: Identity['provider']) {
  return (await of(store).deleteMany({ accountId, provider })).deletedCount > 0
}
