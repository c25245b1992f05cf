import type { z } from 'zod'
import { type Activity, type Merge, user } from '../../actors/user/contract.ts'
import type { Filter, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'

export interface Source {
  store: Store
  rest: Rest
}
const merges = user.rows.merge
const mergesMax = 50

export async function mergeById(source: Source, workspaceId: string, _id: string): Promise<Merge | undefined> {
  const found = await source.store.of(workspaceId).one('merges', { _id })
  await source.rest.ready(workspaceId)
  return found && decoded<typeof merges>(source, workspaceId, 'merges', merges, found)
}

/** Those that this person is part of, on either side, the latest first. */
export async function mergesOf(source: Source, workspaceId: string, userId: string): Promise<Merge[]> {
  const tenant = source.store.of(workspaceId)
  const options = { sort: { at: -1 } as const, limit: mergesMax }
  const found = await Promise.all([
    tenant.find('merges', { winnerId: userId }, options),
    tenant.find('merges', { loserId: userId }, options),
  ])
  await source.rest.ready(workspaceId)
  return found
    .flat()
    .map((one) => decoded<typeof merges>(source, workspaceId, 'merges', merges, one))
    .sort((a, b) => b.at - a.at)
    .slice(0, mergesMax)
}

/** Those who were merged with them: they are the same human being. */
export async function mergedWith({ store }: Pick<Source, 'store'>, workspaceId: string, userId: string) {
  const found = await store
    .of(workspaceId)
    .find('users', { aliasOf: userId }, { projection: { _id: 1 }, limit: mergesMax })
  return found.map(({ _id }) => _id)
}

/** What happened to a person, the latest first; `before` is where the last page ended. */
export async function activitiesOf(
  source: Source,
  workspaceId: string,
  {
    userId,
    kinds,
    before,
    limit,
  }: { userId: string; kinds?: readonly string[] | undefined; before?: Spot; limit: number },
): Promise<Activity[]> {
  const filter: Filter = { userId, ...(kinds && { kind: { $in: [...kinds] } }), ...(before && earlier(before)) }
  const sort = { at: -1, _id: -1 } as const
  const found = await source.store.of(workspaceId).find('activities', filter, { sort, limit })
  await source.rest.ready(workspaceId)
  const row = user.rows.activity
  return found.map((one) => decoded<typeof row>(source, workspaceId, 'activities', row, one))
}

/** A place in the order of times. */
export interface Spot {
  /** Epoch ms. */
  at: number
  id: string
}

function earlier({ at: ms, id }: Spot): Filter {
  const at = new Date(ms)
  return { at: { $lte: at }, $or: [{ at: { $lt: at } }, { at, _id: { $lt: id } }] }
}

function decoded<Row extends z.ZodType>(source: Source, workspaceId: string, place: string, row: Row, found: Stored) {
  return source.rest.decode(row, found, { workspaceId, at: `${place}/${found._id}` }) as z.output<Row>
}
