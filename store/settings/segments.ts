import { z } from 'zod'
import { everything, Filter } from '../../kernel/filter.ts'
import { isDuplicate, type Store } from '../connection.ts'
import { type Home, latestFirst } from './resources.ts'

export const SegmentFields = z.object({
  name: z.string().trim().min(1).max(80),
  description: z.string().trim().max(500).default(''),
  /** `dynamic`: whoever the filter finds, at any time. `static`: whom somebody put there. */
  kind: z.enum(['dynamic', 'static']).default('dynamic'),
  filter: Filter.default(everything),
})
export type SegmentFields = z.infer<typeof SegmentFields>

export const segmentsMax = 200
/** How many a list of people can hold by hand. */
export const membersMax = 100_000

export const segments = {
  collection: 'segments',
  fields: SegmentFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof SegmentFields>

export interface Segment extends SegmentFields {
  id: string
  /** How many it found last, and when; null before anybody looked. */
  counted: { count: number; at: number } | null
}

/** All segments of a workspace, with what they counted last. */
export async function segmentsOf(store: Store, workspaceId: string): Promise<Segment[]> {
  const found = await store.of(workspaceId).find('segments', {}, { sort: latestFirst, limit: segmentsMax })
  return found.map(({ _id, ...stored }) => {
    const counted = stored['counted'] as { count: number; at: Date } | undefined
    const { name, description, kind, filter } = stored as unknown as SegmentFields
    return { id: _id, name, description, kind, filter, counted: counted ? { ...counted, at: +counted.at } : null }
  })
}

/** What was counted is no change of the segment: nobody's `If-Match` misses for it. */
export async function keepCount(store: Store, workspaceId: string, id: string, count: number, at: number) {
  await store.of(workspaceId).update('segments', { _id: id }, { $set: { counted: { count, at: new Date(at) } } })
}

const nameOf = (segmentId: string, userId: string) => `${segmentId}/${userId}`

/** Puts people on a list by hand; who is on it stays. */
export async function addMembers(
  store: Store,
  workspaceId: string,
  segmentId: string,
  userIds: readonly string[],
  at: number,
) {
  const tenant = store.of(workspaceId)
  for (const userId of userIds)
    try {
      await tenant.insert('segment_members', { _id: nameOf(segmentId, userId), segmentId, userId, at: new Date(at) })
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
}

export async function removeMembers(store: Store, workspaceId: string, segmentId: string, userIds: readonly string[]) {
  for (const userId of userIds)
    await store.of(workspaceId).remove('segment_members', { _id: nameOf(segmentId, userId) })
}

/** The ids of those on a list, in their order, after one of them. */
export async function memberIds(
  store: Store,
  workspaceId: string,
  segmentId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<string[]> {
  const filter = { segmentId, ...(after !== undefined && { userId: { $gt: after } }) }
  const found = await store
    .of(workspaceId)
    .find('segment_members', filter, { sort: { userId: 1 }, limit, projection: { userId: 1 } })
  return found.map(({ userId }) => userId as string)
}

export const countMembers = (store: Store, workspaceId: string, segmentId: string) =>
  store.of(workspaceId).count('segment_members', { segmentId }, membersMax)
