import { newId } from '../../kernel/id.ts'
import type { Store, Stored } from '../connection.ts'

/** Steps that somebody has begun and must finish soon, in one go, with the token that they were given. */
export type TicketKind = 'second_factor' | 'passkey_sign_in' | 'passkey_new' | 'google' | 'slack' | 'gmail'

export interface Ticket {
  /** Whose it is; null where that is not known yet. */
  accountId: string | null
  /** What the step needs to be finished: never a secret that could be used without the token. */
  about: Readonly<Record<string, string>>
}

const found = (document: Stored | null): Ticket | undefined =>
  document
    ? { accountId: document['accountId'] as string | null, about: document['about'] as Ticket['about'] }
    : undefined

const good = (kind: TicketKind, tokenHash: string, now: number) => ({
  tokenHash,
  kind,
  consumedAt: null,
  expiresAt: { $gt: new Date(now) },
})

/** `tokenHash`: of 256 random bits, which are nowhere else. `expiresAt`: epoch ms. */
export async function keepTicket(
  store: Store,
  kind: TicketKind,
  { tokenHash, expiresAt, ...ticket }: Ticket & { tokenHash: string; expiresAt: number },
  now: number,
) {
  await store.platform('auth_challenges').insertOne({
    _id: newId('tkt'),
    kind,
    tokenHash,
    ...ticket,
    tries: 0,
    consumedAt: null,
    createdAt: new Date(now),
    expiresAt: new Date(expiresAt),
  })
}

/** What a ticket is about; a look uses nothing up. */
export async function ticketOf(store: Store, kind: TicketKind, tokenHash: string, now: number) {
  return found(await store.platform('auth_challenges').findOne(good(kind, tokenHash, now)))
}

/** What a ticket is about, once more than before: undefined when it was tried so often already, used, or is too old. */
export async function tryTicket(store: Store, kind: TicketKind, tokenHash: string, triesMax: number, now: number) {
  const open = { ...good(kind, tokenHash, now), tries: { $lt: triesMax } }
  const tried = store.platform('auth_challenges').findOneAndUpdate(open, { $inc: { tries: 1 as never } })
  return found(await tried)
}

/** For whoever is first to show it in time; undefined for everybody after. One atomic update. */
export async function spendTicket(store: Store, kind: TicketKind, tokenHash: string, now: number) {
  const spent = { $set: { consumedAt: new Date(now) } }
  return found(await store.platform('auth_challenges').findOneAndUpdate(good(kind, tokenHash, now), spent))
}
