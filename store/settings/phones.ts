import { derivedId } from '../../kernel/id.ts'
import { spellingsOf } from '../../kernel/phone.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

/** A number that an account has proven to be its own: whoever gets a code there signs in. */
export interface AccountPhone {
  id: string
  accountId: string
  /** E.164, in the spelling in which it was given. */
  number: string
  /** Epoch ms. */
  verifiedAt: number
}

const phonesMax = 10
const idOf = (number: string) => derivedId('phn', number)

const read = ({ _id: id, accountId, number, verifiedAt }: Stored): AccountPhone => ({
  id,
  accountId: accountId as string,
  number: number as string,
  verifiedAt: (verifiedAt as Date).getTime(),
})

/** Oldest first. */
export async function phonesOf(store: Store, accountId: string): Promise<AccountPhone[]> {
  const found = await store.platform('account_phones').find({ accountId }).limit(phonesMax).toArray()
  return found.map(read).sort((one, other) => one.verifiedAt - other.verifiedAt)
}

/** The account that has this number; in its other spelling only where nobody has it as it is. */
export async function accountOfNumber(store: Store, number: string): Promise<string | undefined> {
  const spellings = spellingsOf(number)
  const ids = spellings.map(idOf)
  const found = await store
    .platform('account_phones')
    .find({ _id: { $in: ids } })
    .toArray()
  const exact = found.find(({ _id }) => _id === ids[0]) ?? found[0]
  return exact?.['accountId'] as string | undefined
}

/** False where another account has this very number. */
export async function keepPhone(store: Store, accountId: string, number: string, now: number): Promise<boolean> {
  const phones = store.platform('account_phones')
  const document = { _id: idOf(number), accountId, number, verifiedAt: new Date(now) }
  try {
    await phones.insertOne(document)
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return (await phones.findOne({ _id: idOf(number) }))?.['accountId'] === accountId
  }
}

/** True when it was this account's. */
export async function removePhone(store: Store, accountId: string, id: string): Promise<boolean> {
  const { deletedCount } = await store.platform('account_phones').deleteOne({ _id: id, accountId })
  return deletedCount > 0
}
