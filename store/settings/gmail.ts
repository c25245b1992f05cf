import type { Store } from '../connection.ts'

/** How far a mailbox at Gmail was read, and until when Gmail tells of new mails. */
export interface GmailStand {
  historyId: string | null
  /** Epoch ms; null where Gmail was never asked to tell. */
  watchUntil: number | null
  watchedAt: number | null
  /** How many mails the filter of labels left out. */
  ignored: number
  /** Since when Google lets us in no more; null where it does. */
  lostAt: number | null
}

export async function gmailStand(store: Store, workspaceId: string, channelId: string): Promise<GmailStand> {
  const found = (await store.of(workspaceId).one('channels', { _id: channelId }))?.['gmail'] as
    { historyId?: string; watchUntil?: Date; watchedAt?: Date; ignored?: number; lostAt?: Date | null } | undefined
  const { historyId = null, ignored = 0, ...at } = found ?? {}
  return {
    ...{ historyId, ignored },
    watchUntil: timeOf(at.watchUntil),
    watchedAt: timeOf(at.watchedAt),
    lostAt: timeOf(at.lostAt),
  }
}

const timeOf = (date: Date | null | undefined) => date?.getTime() ?? null

export async function noteGmail(
  store: Store,
  workspaceId: string,
  channelId: string,
  { historyId, watchUntil, watchedAt, ignored = 0 }: Partial<Omit<GmailStand, 'lostAt'>>,
): Promise<void> {
  const set = {
    // Whatever is noted was told by Google: it knows us.
    'gmail.lostAt': null,
    ...(historyId && { 'gmail.historyId': historyId }),
    ...(watchUntil && { 'gmail.watchUntil': new Date(watchUntil) }),
    ...(watchedAt && { 'gmail.watchedAt': new Date(watchedAt) }),
  }
  const update = { $set: set, $inc: { 'gmail.ignored': ignored } }
  await store.of(workspaceId).update('channels', { _id: channelId }, update)
}

/** Google lets us in no more, since this moment (epoch ms). */
export async function noteGmailLost(store: Store, workspaceId: string, channelId: string, at: number): Promise<void> {
  await store.of(workspaceId).update('channels', { _id: channelId }, { $set: { 'gmail.lostAt': new Date(at) } })
}

/** Nobody lets us in any more: how far it was read is kept, for when somebody does again. */
export async function forgetGmail(store: Store, workspaceId: string, channelId: string): Promise<void> {
  const update = { $set: { 'gmail.lostAt': null, 'gmail.watchUntil': null, 'gmail.watchedAt': null } }
  await store.of(workspaceId).update('channels', { _id: channelId }, update)
}

/** The mailboxes at Gmail that are on, of all workspaces. */
export async function gmailChannels(store: Store): Promise<string[]> {
  const found = await store
    .collection('channels')
    .find({ kind: 'email', provider: 'gmail', status: 'active' })
    .toArray()
  return found.map(({ _id }) => _id)
}
