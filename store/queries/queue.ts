import type { Line } from '../../actors/inbox/contract.ts'
import type { Filter, Store } from '../connection.ts'
import type { Page, Source } from './conversations.ts'
import { byWaiting, linesWhere } from './inbox-lists.ts'

// Of the conversations' documents only fields that are not sealed: who has it, and since when its person waits.

/** Open, and nobody has them though somebody waits: the longest first. */
export const waitingFilter: Filter = { status: 'open', assigneeId: null, waitingSince: { $type: 'date' } }
/** In their order, by the index of who waits: that of one assignee would have all of them sorted. */
export const inQueue = { sort: { waitingSince: 1, _id: 1 }, hint: byWaiting } as const

export const heldFilter = (memberId: string): Filter => ({ ...waitingFilter, assigneeId: memberId })

/** Lines of what waits that nobody has, the longest first; of this team, of none (null), or all. */
export const queuePage = (
  source: Source,
  workspaceId: string,
  { teamId, ...page }: { teamId?: string | null | undefined; cursor?: string | undefined; limit: number },
): Promise<Page<Line>> =>
  linesWhere(source, workspaceId, {
    ...page,
    where: { assigneeId: null, ...(teamId !== undefined && { teamId }) },
    statuses: ['open'],
    order: 'waiting',
  })

export interface Waiting {
  conversationId: string
  since: number
  teamId: string | null
  tags: string[]
}

const projection = { waitingSince: 1, teamId: 1, tags: 1 } as const

export async function waitingIn(store: Store, workspaceId: string, limit: number): Promise<Waiting[]> {
  const found = await store.of(workspaceId).find('conversations', waitingFilter, { ...inQueue, limit, projection })
  return found.map(({ _id, waitingSince, teamId, tags }) => ({
    conversationId: _id,
    since: (waitingSince as Date).getTime(),
    teamId: (teamId as string | null | undefined) ?? null,
    tags: (tags as string[] | undefined) ?? [],
  }))
}

/** What somebody has whose people wait, the longest first. */
export async function heldBy(store: Store, workspaceId: string, memberId: string, limit: number): Promise<string[]> {
  const options = { ...inQueue, limit, projection: { _id: 1 } as const }
  const found = await store.of(workspaceId).find('conversations', heldFilter(memberId), options)
  return found.map(({ _id }) => _id)
}

/** Open ones of which the roster has not heard, in the order of their ids. */
export async function unplacedIn(
  store: Store,
  workspaceId: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const filter: Filter = { status: 'open', isPlaced: { $ne: true }, _id: { $gt: after } }
  const options = { sort: { _id: 1 } as const, limit, projection: { _id: 1 } as const }
  const found = await store.of(workspaceId).find('conversations', filter, options)
  return found.map(({ _id }) => _id)
}

/** The workspaces whose roster takes somebody for present: for the start of a process, so across workspaces. */
export async function workspacesOfPresence(store: Store): Promise<string[]> {
  const projection = { workspaceId: 1, presence: 1 }
  const found = await store.collection('rosters').find({}, { projection }).toArray()
  return found
    .filter(({ presence }) => Object.keys((presence as object | undefined) ?? {}).length > 0)
    .map(({ workspaceId }) => workspaceId as string)
}
