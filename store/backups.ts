import type { Store, Stored } from './connection.ts'

/** How a backup of everything stands. */
export interface Backup {
  id: string
  /** Epoch ms. */
  startedAt: number
  finishedAt: number | null
  /** `gone`: it was good, and is no longer kept. */
  status: 'running' | 'good' | 'failed' | 'gone'
  /** Whose wish it was; null where it was due. */
  by: string | null
  /** The process's machine, on which the file lies unless the directory is shared. */
  machine: string
  /** The name of its file. */
  file: string
  /** While it is being made: so many are written. */
  bytes: number | null
  documents: number | null
  files: number | null
  /** Whether all of it is of one moment. */
  isOneMoment: boolean | null
  why: string | null
  /** When it was restored into a scratch place last, and what came of it. */
  verifiedAt: number | null
  isSound: boolean | null
  verification: string | null
}

const dates = ['startedAt', 'finishedAt', 'verifiedAt', 'aliveAt'] as const
type Dated = (typeof dates)[number]

const blank = {
  ...{ finishedAt: null, bytes: null, documents: null, files: null, isOneMoment: null, why: null },
  ...{ verifiedAt: null, isSound: null, verification: null },
}

function read({ _id, aliveAt: _, ...stored }: Stored): Backup {
  const times = dates.map((name) => [name, stored[name] instanceof Date ? stored[name].getTime() : null])
  const { aliveAt: __, ...known } = Object.fromEntries(times) as Record<Dated, number | null>
  return { ...(stored as unknown as Backup), ...known, startedAt: known.startedAt ?? 0, id: _id }
}

const resting = (change: Partial<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(change).map(([name, value]) => [
      name,
      (dates as readonly string[]).includes(name) && typeof value === 'number' ? new Date(value) : value,
    ]),
  )

/** Notes that one has begun. */
export async function beginBackup(
  store: Store,
  { id, ...begun }: Pick<Backup, 'id' | 'startedAt' | 'by' | 'machine' | 'file'>,
): Promise<Backup> {
  const document = { ...blank, ...resting({ ...begun, aliveAt: begun.startedAt }), status: 'running' }
  await store.platform('backups').insertOne({ _id: id, ...document })
  return read({ _id: id, ...document })
}

export async function changeBackup(store: Store, id: string, change: Partial<Omit<Backup, 'id'>>): Promise<void> {
  await store.platform('backups').updateOne({ _id: id }, { $set: resting(change) })
}

/** While it is being made: that somebody does, and how much is written. What is done already is not said anew. */
export async function goesOn(store: Store, id: string, { aliveAt, bytes }: { aliveAt: number; bytes: number }) {
  const change = { $set: resting({ aliveAt, bytes }) }
  await store.platform('backups').updateOne({ _id: id, status: 'running' }, change)
}

/** The latest first. */
export async function latestBackups(store: Store, limit: number): Promise<Backup[]> {
  const found = await store.platform('backups').find({}).sort({ startedAt: -1 }).limit(limit).toArray()
  return found.map(read)
}

export async function backupById(store: Store, id: string): Promise<Backup | undefined> {
  const found = await store.platform('backups').findOne({ _id: id })
  return found ? read(found) : undefined
}

/** Those whose process has not been heard of since `before` (epoch ms) did not come to their end. */
export async function failInterrupted(store: Store, before: number, now: number): Promise<void> {
  const filter = { status: 'running', aliveAt: { $lt: new Date(before) } }
  const set = { status: 'failed', finishedAt: new Date(now), why: 'the process that made it ended before it was done' }
  await store.platform('backups').updateMany(filter, { $set: set })
}
