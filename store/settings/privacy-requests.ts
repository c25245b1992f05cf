import { newId } from '../../kernel/id.ts'
import { isDuplicate, type Store, type Stored, timeOf } from '../connection.ts'
import type { Page } from '../queries/conversations.ts'

export const privacyKinds = ['erasure', 'export'] as const
export const privacyStatuses = ['open', 'done', 'refused', 'withdrawn'] as const
/** Why a business does not do what it was asked for. */
export const refusalReasons = ['kept_by_law', 'not_this_person', 'done_before', 'misused'] as const

/** What somebody who is looked after asks for who has shown that it is them: it holds no words of anybody. */
export interface PrivacyRequest {
  id: string
  userId: string
  kind: (typeof privacyKinds)[number]
  status: (typeof privacyStatuses)[number]
  /** How it was shown: signed in to the app, or by a code. */
  via: 'app' | 'code'
  /** Epoch ms. */
  askedAt: number
  dueAt: number
  settledAt: number | null
  settledBy: string | null
  reason: (typeof refusalReasons)[number] | null
  /** Of what was gathered by itself. */
  fileId: string | null
}

type Asked = Pick<PrivacyRequest, 'userId' | 'kind' | 'via' | 'askedAt' | 'dueAt'>
export type Settled = Pick<PrivacyRequest, 'status' | 'settledBy' | 'reason'>

const read = (found: Stored): PrivacyRequest => ({
  id: found._id,
  userId: found['userId'] as string,
  kind: found['kind'] as PrivacyRequest['kind'],
  status: found['status'] as PrivacyRequest['status'],
  via: found['via'] as PrivacyRequest['via'],
  askedAt: timeOf(found['askedAt']) ?? 0,
  dueAt: timeOf(found['dueAt']) ?? 0,
  settledAt: timeOf(found['settledAt']),
  settledBy: (found['settledBy'] as string | null | undefined) ?? null,
  reason: (found['reason'] as PrivacyRequest['reason'] | undefined) ?? null,
  fileId: (found['fileId'] as string | null | undefined) ?? null,
})

const latestFirst = { _id: -1 } as const

/** One that is open stays the one, however often they ask. */
export async function openPrivacyRequest(store: Store, workspaceId: string, asked: Asked): Promise<PrivacyRequest> {
  const tenant = store.of(workspaceId)
  const open = `${asked.userId}/${asked.kind}`
  const times = { askedAt: new Date(asked.askedAt), dueAt: new Date(asked.dueAt) }
  const _id = newId('prq')
  try {
    await tenant.insert('privacy_requests', { _id, ...asked, ...times, status: 'open', open })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const found = await tenant.one('privacy_requests', { open })
  // Settled in this very moment: what they asked for is done.
  return found ? read(found) : { ...asked, id: _id, status: 'done', ...nothingYet }
}

const nothingYet = { settledAt: null, settledBy: null, reason: null, fileId: null }

/** What they gathered by themselves. */
export async function keepOwnExport(store: Store, workspaceId: string, userId: string, fileId: string, now: number) {
  const [_id, at] = [newId('prq'), new Date(now)]
  const done = { status: 'done', settledAt: at, settledBy: userId, askedAt: at, dueAt: at }
  await store.of(workspaceId).insert('privacy_requests', { _id, userId, kind: 'export', via: 'app', fileId, ...done })
}

export async function privacyRequestsPage(
  store: Store,
  workspaceId: string,
  {
    status,
    cursor,
    limit,
  }: { status: PrivacyRequest['status'] | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<PrivacyRequest>> {
  const filter = { ...(status && { status }), ...(cursor !== undefined && { _id: { $lt: cursor } }) }
  const options = { sort: latestFirst, limit: limit + 1 }
  const found = await store.of(workspaceId).find('privacy_requests', filter, options)
  const items = found.slice(0, limit).map(read)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function privacyRequestById(store: Store, workspaceId: string, _id: string) {
  const found = await store.of(workspaceId).one('privacy_requests', { _id })
  return found && read(found)
}

const ownMax = 20

/** The latest first. */
export async function privacyRequestsOf(store: Store, workspaceId: string, userIds: readonly string[]) {
  const options = { sort: latestFirst, limit: ownMax }
  const filter = { userId: { $in: [...userIds] } }
  return (await store.of(workspaceId).find('privacy_requests', filter, options)).map(read)
}

/** Undefined where it is no longer open. */
export async function settlePrivacyRequest(
  store: Store,
  workspaceId: string,
  _id: string,
  settled: Settled,
  now: number,
): Promise<PrivacyRequest | undefined> {
  const change = changeTo(settled, now)
  const found = await store.of(workspaceId).change('privacy_requests', { _id, status: 'open' }, change)
  return found && read(found)
}

/** What of this kind is open of them is done. */
export async function fulfilPrivacyRequests(
  store: Store,
  workspaceId: string,
  asked: { userIds: readonly string[]; kind: PrivacyRequest['kind'] },
  by: string,
  now: number,
): Promise<number> {
  const tenant = store.of(workspaceId)
  const open = (await privacyRequestsOf(store, workspaceId, asked.userIds)).filter(
    ({ kind, status }) => kind === asked.kind && status === 'open',
  )
  const change = changeTo({ status: 'done', settledBy: by, reason: null }, now)
  for (const { id } of open) await tenant.update('privacy_requests', { _id: id, status: 'open' }, change)
  return open.length
}

const changeTo = (settled: Settled, now: number) => ({
  $set: { ...settled, settledAt: new Date(now) },
  $unset: { open: '' },
})

const toldMax = 100
const oldestFirst = { _id: 1 } as const

/** Those of which nobody of the staff was told. As the database is asked, which `explain` shows. */
export const untoldFilter = { status: 'open', toldAt: null }
export const dueFilter = (before: number) => ({ status: 'open', remindedAt: null, dueAt: { $lt: new Date(before) } })

export async function privacyRequestsUntold(store: Store, workspaceId: string): Promise<PrivacyRequest[]> {
  const options = { sort: oldestFirst, limit: toldMax }
  return (await store.of(workspaceId).find('privacy_requests', untoldFilter, options)).map(read)
}

/** Those that have to be answered before then (epoch ms), and of which nobody was reminded. */
export async function privacyRequestsDue(store: Store, workspaceId: string, before: number): Promise<PrivacyRequest[]> {
  const options = { sort: oldestFirst, limit: toldMax }
  return (await store.of(workspaceId).find('privacy_requests', dueFilter(before), options)).map(read)
}

export async function privacyRequestTold(
  store: Store,
  workspaceId: string,
  _id: string,
  news: 'new' | 'soon',
  now: number,
): Promise<void> {
  const change = { $set: { [news === 'new' ? 'toldAt' : 'remindedAt']: new Date(now) } }
  await store.of(workspaceId).update('privacy_requests', { _id }, change)
}
