import type { ImportOptions, Mapping } from '../../kernel/import-map.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import type { Page } from '../queries/conversations.ts'

export const importStatuses = [
  'uploaded',
  'mapped',
  'validating',
  'validated',
  'running',
  'completed',
  'failed',
  'cancelled',
] as const
export type ImportStatus = (typeof importStatuses)[number]
export const outcomes = ['created', 'updated', 'unchanged', 'refused'] as const
export type Outcome = (typeof outcomes)[number]
export type Counts = Record<Outcome, number>
export const noCounts: Counts = { created: 0, updated: 0, unchanged: 0, refused: 0 }

/** How an import stands. Times are epoch ms. */
export interface Import {
  id: string
  by: string
  createdAt: number
  fileId: string
  fileName: string
  sizeBytes: number
  encoding: string
  delimiter: string
  columns: string[]
  status: ImportStatus
  mapping: Mapping
  options: ImportOptions
  /** The last row that is done, of the dry run or the run. */
  cursor: number
  /** How many rows it has; null before the dry run. */
  rows: number | null
  dryCounts: Counts | null
  counts: Counts
  startedAt: number | null
  finishedAt: number | null
  attempts: number
  why: string | null
}

export interface ImportRow {
  n: number
  outcome: Outcome
  code: string | null
  why: string | null
  userId: string | null
}

interface Held extends Import {
  workspaceId: string
  /** Whose turn it is: a process that shows another is too late. */
  turn: string
}

const dates = ['createdAt', 'startedAt', 'finishedAt', 'dueAt'] as const
const isDate = (name: string) => (dates as readonly string[]).includes(name)
const resting = (change: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(change).map(([name, value]: [string, unknown]) => [
      name,
      isDate(name) && typeof value === 'number' ? new Date(value) : value,
    ]),
  )
const known = ({ _id, workspaceId, ...stored }: Stored): Held =>
  ({
    ...Object.fromEntries(
      Object.entries(stored).map(([name, value]) => [name, value instanceof Date ? +value : value]),
    ),
    id: _id,
    workspaceId,
  }) as unknown as Held

/** Imports of people, and what became of each row. */
export class ImportBook {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async insert(workspaceId: string, { id, ...rest }: Import): Promise<void> {
    try {
      await this.#store.of(workspaceId).insert('imports', { _id: id, ...resting(rest) })
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
  }

  async byId(workspaceId: string, id: string): Promise<Import | undefined> {
    const found = await this.#store.of(workspaceId).one('imports', { _id: id })
    return found && known(found)
  }

  async list(workspaceId: string, limit: number): Promise<Import[]> {
    return (await this.#store.of(workspaceId).find('imports', {}, { sort: { _id: -1 }, limit })).map(known)
  }

  /** Where it stands in one of these; undefined where it does not any more. `dueAt` null takes it from the schedule. */
  async change(
    workspaceId: string,
    id: string,
    from: readonly ImportStatus[],
    { dueAt, ...change }: Partial<Import> & { dueAt?: number | null },
  ): Promise<Import | undefined> {
    const update = {
      $set: resting({ ...change, ...(typeof dueAt === 'number' && { dueAt }) }),
      ...(dueAt === null && { $unset: { dueAt: '', turn: '' } }),
    }
    const found = await this.#store.of(workspaceId).change('imports', { _id: id, status: { $in: from } }, update)
    return found && known(found)
  }

  /** Takes one that is due, for so long; nobody else has it then. */
  async take(now: number, untilMs: number, turn: string): Promise<Held | undefined> {
    const filter = { dueAt: { $lte: new Date(now) } }
    const update = { $set: { dueAt: new Date(now + untilMs), turn } }
    const found = await this.#store
      .collection('imports')
      .findOneAndUpdate(filter, update, { sort: { dueAt: 1 }, returnDocument: 'after' })
    return found ? known(found) : undefined
  }

  /** Says how far it is and keeps it; false where somebody else has it, or it was cancelled. */
  async advance(
    { workspaceId, id, turn, status }: Held,
    change: Partial<Import> & { dueAt: number },
  ): Promise<boolean> {
    return this.#store.of(workspaceId).update('imports', { _id: id, turn, status }, { $set: resting(change) })
  }

  /** It is over, or waits for somebody. */
  async finish({ workspaceId, id, turn, status }: Held, change: Partial<Import>): Promise<boolean> {
    const update = { $set: resting(change), $unset: { dueAt: '', turn: '' } }
    return this.#store.of(workspaceId).update('imports', { _id: id, turn, status }, update)
  }

  /** What was said of these rows in this phase: a run that was cut does not judge them anew. */
  async said(
    workspaceId: string,
    importId: string,
    phase: 'dry' | 'run',
    ns: readonly number[],
  ): Promise<Map<number, ImportRow>> {
    const ids = ns.map((n) => rowId(importId, n))
    const found = await this.#store.of(workspaceId).find('import_rows', { _id: { $in: ids }, phase })
    return new Map(found.map((row) => [row['n'] as number, rowOf(row)]))
  }

  async say(workspaceId: string, importId: string, phase: 'dry' | 'run', rows: readonly ImportRow[]): Promise<void> {
    if (rows.length === 0) return
    const ops = rows.map((row) => {
      const _id = rowId(importId, row.n)
      return {
        replaceOne: {
          filter: { _id, workspaceId },
          replacement: { workspaceId, importId, phase, ...row },
          upsert: true,
        },
      }
    })
    await this.#store.collection('import_rows').bulkWrite(ops, { ordered: false })
  }

  async rows(
    workspaceId: string,
    importId: string,
    { outcome, cursor, limit }: { outcome?: Outcome | undefined; cursor?: string | undefined; limit: number },
  ): Promise<Page<ImportRow>> {
    const filter = {
      importId,
      ...(outcome && { outcome }),
      ...(cursor !== undefined && { n: { $gt: Number(cursor) } }),
    }
    const found = await this.#store.of(workspaceId).find('import_rows', filter, { sort: { n: 1 }, limit: limit + 1 })
    const items = found.slice(0, limit).map(rowOf)
    return { items, nextCursor: found.length > limit ? String(items.at(-1)?.n ?? 0) : null }
  }
}

const rowId = (importId: string, n: number) => `${importId}/${String(n).padStart(8, '0')}`

function rowOf(row: Stored): ImportRow {
  const { n, outcome, code, why, userId } = row as unknown as ImportRow
  return { n, outcome, code, why, userId }
}
