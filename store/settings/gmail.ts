import type { Store } from '../connection.ts'

/** How far a mailbox at Gmail was read, and until when Gmail tells of new mails. */
export interface GmailStand {
  historyId: string | null
  /** Epoch ms; null where Gmail was never asked to tell. */
  watchUntil: number | null
  watchedAt: number | null
}

export async function gmailStand(store: Store, workspaceId: string, channelId: string): Promise<GmailStand> {
  const found = (await store.of(workspaceId).one('channels', { _id: channelId }))?.['gmail'] as
    { historyId?: string; watchUntil?: Date; watchedAt?: Date } | undefined
  return {
    historyId: found?.historyId ?? null,
    watchUntil: found?.watchUntil?.getTime() ?? null,
    watchedAt: found?.watchedAt?.getTime() ?? null,
  }
}

export async function noteGmail(
  store: Store,
  workspaceId: string,
  channelId: string,
  { historyId, watchUntil, watchedAt, ignored = 0 }: Partial<GmailStand> & { ignored?: number },
): Promise<void> {
  const set = {
    ...(historyId && { 'gmail.historyId': historyId }),
    ...(watchUntil && { 'gmail.watchUntil': new Date(watchUntil) }),
    ...(watchedAt && { 'gmail.watchedAt': new Date(watchedAt) }),
  }
  const update = { $set: set, $inc: { 'gmail.ignored': ignored } }
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
