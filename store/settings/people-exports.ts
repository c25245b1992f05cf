import type { Filter } from '../../kernel/filter.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

/** A list of people as a file. Times are epoch ms. */
export interface PeopleExport {
  id: string
  by: string
  createdAt: number
  status: 'running' | 'ready' | 'failed'
  segmentId: string | null
  filter: Filter
  /** How many are in it so far. */
  rows: number
  fileId: string | null
  sizeBytes: number | null
  /** Until when it can be fetched. */
  expiresAt: number | null
  finishedAt: number | null
  attempts: number
  why: string | null
}
export type HeldExport = PeopleExport & { workspaceId: string; turn: string }

const dates = ['createdAt', 'expiresAt', 'finishedAt', 'dueAt'] as const
const isDate = (name: string) => (dates as readonly string[]).includes(name)
const resting = (change: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(change).map(([name, value]: [string, unknown]) => [
      name,
      isDate(name) && typeof value === 'number' ? new Date(value) : value,
    ]),
  )
const known = ({ _id, ...stored }: Stored) =>
  ({
    ...Object.fromEntries(
      Object.entries(stored).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]),
    ),
    id: _id,
  }) as unknown as HeldExport

/** Begins one, which is due at once. The same id again changes nothing. */
export async function beginPeopleExport(store: Store, workspaceId: string, { id, ...rest }: PeopleExport) {
  try {
    await store.of(workspaceId).insert('people_exports', { _id: id, ...resting({ ...rest, dueAt: rest.createdAt }) })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

export async function peopleExportById(store: Store, workspaceId: string, id: string) {
  const found = await store.of(workspaceId).one('people_exports', { _id: id })
  return found && known(found)
}

/** The latest first. */
export const latestPeopleExports = async (store: Store, workspaceId: string, limit: number) =>
  (await store.of(workspaceId).find('people_exports', {}, { sort: { _id: -1 }, limit })).map(known)

/** Takes one that is due, for so long; nobody else has it then. */
export async function takePeopleExport(store: Store, now: number, lastsMs: number, turn: string) {
  const update = { $set: { dueAt: new Date(now + lastsMs), turn } }
  const options = { sort: { dueAt: 1 }, returnDocument: 'after' } as const
  const found = await store
    .collection('people_exports')
    .findOneAndUpdate({ dueAt: { $lte: new Date(now) } }, update, options)
  return found ? known(found) : undefined
}

/** False where somebody else has it. Without `dueAt` it is over. */
export async function changePeopleExport(
  store: Store,
  { workspaceId, id, turn }: HeldExport,
  change: Partial<PeopleExport> & { dueAt?: number },
): Promise<boolean> {
  const isOver = change.dueAt === undefined
  const update = { $set: resting(change), ...(isOver && { $unset: { dueAt: '', turn: '' } }) }
  return store.of(workspaceId).update('people_exports', { _id: id, turn }, update)
}
