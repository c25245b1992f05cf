import { isDuplicate, type Store, type Stored } from '../connection.ts'

/** How an export of a workspace stands. */
export interface Export {
  id: string
  /** The member who asked for it. */
  by: string
  /** Epoch ms. */
  startedAt: number
  finishedAt: number | null
  /** `expired`: it was ready, and is no longer kept. */
  status: 'running' | 'ready' | 'failed' | 'expired'
  collections: number
  of: number
  documents: number
  files: number
  sizeBytes: number | null
  /** Until when it can be fetched, epoch ms. */
  expiresAt: number | null
  why: string | null
}

const dates = ['startedAt', 'finishedAt', 'expiresAt', 'aliveAt'] as const
const isDate = (name: string) => (dates as readonly string[]).includes(name)
const listMax = 20

const resting = (change: object) =>
  Object.fromEntries(
    Object.entries(change).map(([name, value]: [string, unknown]) => [
      name,
      isDate(name) && typeof value === 'number' ? new Date(value) : value,
    ]),
  )

function read({ _id, workspaceId: _, aliveAt: __, ...stored }: Stored): Export {
  const times = dates.map((name) => [name, stored[name] instanceof Date ? stored[name].getTime() : null])
  const { aliveAt: ___, ...known } = Object.fromEntries(times) as Record<string, number | null>
  return { ...(stored as unknown as Export), ...(known as unknown as Export), id: _id }
}

/** The same id again finds what was begun first. */
export async function beginExport(store: Store, workspaceId: string, begun: Pick<Export, 'id' | 'by' | 'startedAt'>) {
  const { id: _id, ...rest } = begun
  const blank = { finishedAt: null, collections: 0, of: 0, documents: 0, files: 0, sizeBytes: null, expiresAt: null }
  const document = { _id, ...blank, ...resting({ ...rest, aliveAt: begun.startedAt }), status: 'running', why: null }
  try {
    await store.of(workspaceId).insert('exports', document)
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  return read({ ...document, workspaceId })
}

export async function changeExport(
  store: Store,
  workspaceId: string,
  id: string,
  change: Partial<Omit<Export, 'id'>> & { aliveAt?: number },
): Promise<void> {
  await store.of(workspaceId).update('exports', { _id: id }, { $set: resting(change) })
}

/** The latest first, at most 20. One whose process has not been heard of since `deadBefore` has failed. */
export async function latestExports(store: Store, workspaceId: string, deadBefore: number): Promise<Export[]> {
  const tenant = store.of(workspaceId)
  const found = await tenant.find('exports', {}, { sort: { _id: -1 }, limit: listMax })
  return found.map((one) => {
    const known = read(one)
    const isDead = known.status === 'running' && (one['aliveAt'] as Date).getTime() < deadBefore
    return isDead ? { ...known, status: 'failed', why: 'The process that made it ended: please begin again.' } : known
  })
}
