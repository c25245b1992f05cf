import type { Store, Stored } from './connection.ts'
import type { FileRow, StoredFiles } from './files.ts'
import type { Rest } from './rest.ts'

interface Parts {
  store: Store
  rest: Rest
  files: StoredFiles
  onError(error: unknown): void
}

const hourMs = 60 * 60_000

type Due = 'scanAt' | 'thumbAt'

/** What is to be done with files, of all workspaces. Two processes may find the same: what they do is guarded. */
export class FileSweeps {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get #rows() {
    return this.#parts.store.collection('files')
  }

  /** Takes away what is gone, what nobody finished, and what its purpose keeps no longer. Answers how many there were. */
  async expire(now: number, limit: number): Promise<number> {
    const found = await this.#rows
      .find({ expiresAt: { $lte: new Date(now) } })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .toArray()
    for (const row of found) await this.#remove(row, now)
    return found.length
  }

  /** One that cannot be removed holds up no other, and is tried again in an hour. */
  async #remove(row: Stored, now: number) {
    try {
      await this.#parts.files.remove(row['workspaceId'] as string, row._id)
    } catch (error) {
      await this.#rows.updateOne({ _id: row._id }, { $set: { expiresAt: new Date(now + hourMs) } })
      this.#parts.onError(error)
    }
  }

  /** Takes away a workspace's files of conversations that are older than this. Answers how many there were. */
  async retire(workspaceId: string, { before, now }: { before: number; now: number }, limit: number): Promise<number> {
    const isOld = { createdAt: { $lt: new Date(before) }, purpose: { $in: ['message', null] } }
    const filter = { ...isOld, status: { $ne: 'gone' } }
    const found = await this.#parts.store.of(workspaceId).find('files', filter, { sort: { createdAt: 1 }, limit })
    for (const row of found) await this.#remove(row, now)
    return found.length
  }

  /** Removes bytes that were being written when their process died: noted, and never adopted. */
  async tidy(before: number, limit: number): Promise<number> {
    const found = await this.#rows
      .find({ writingAt: { $lte: new Date(before) } })
      .limit(limit)
      .toArray()
    for (const row of found) {
      const noted = (row['writing'] as { store: 'disk' | 's3'; key: string }[] | undefined) ?? []
      for (const { store, key } of noted) await this.#parts.files.storeOf(store).remove(key)
      await this.#rows.updateOne(
        { _id: row._id, writingAt: row['writingAt'] },
        {
          $unset: { writing: '', writingAt: '' },
        },
      )
    }
    return found.length
  }

  /** Files that wait for a scan or a thumbnail, each out of reach of others for a while, with this try counted. */
  async take(due: Due, now: number, { limit, forMs }: { limit: number; forMs: number }): Promise<FileRow[]> {
    const found = await this.#rows
      .find({ [due]: { $lte: new Date(now) } })
      .sort({ [due]: 1 })
      .limit(limit)
      .toArray()
    const taken: FileRow[] = []
    for (const row of found) {
      const mine = await this.#mine(row, due, now + forMs)
      if (mine) taken.push(mine)
    }
    return taken
  }

  /** Undefined where another process was first. */
  async #mine(row: Stored, due: Due, until: number): Promise<FileRow | undefined> {
    const counted = due === 'thumbAt' ? { $inc: { 'thumb.attempts': 1 } } : { $inc: { scans: 1 } }
    const mine = await this.#rows.findOneAndUpdate(
      { _id: row._id, [due]: row[due] },
      { $set: { [due]: new Date(until) }, ...counted } as never,
      { returnDocument: 'after' },
    )
    if (!mine) return undefined
    await this.#parts.rest.ready(mine['workspaceId'] as string)
    return this.#parts.files.opened(mine)
  }

  /** What rests elsewhere than new files do, or as an earlier release kept it. */
  async unsettled(limit: number): Promise<FileRow[]> {
    const { kind } = this.#parts.files
    const found = await this.#rows
      .find({
        $or: [
          { blob: { $exists: false }, status: { $exists: false } },
          { 'blob.store': { $exists: true, $ne: kind }, status: { $in: ['ready', 'scanning'] } },
        ],
      } as never)
      .limit(limit)
      .toArray()
    for (const row of found) await this.#parts.rest.ready(row['workspaceId'] as string)
    return found.map((row) => this.#parts.files.opened(row))
  }

  /** Bytes of a workspace's files, those that are announced included. */
  async usage(workspaceId: string): Promise<number> {
    const [sum] = await this.#rows
      .aggregate<{ bytes: number }>([
        { $match: { workspaceId } },
        { $group: { _id: null, bytes: { $sum: '$sizeBytes' } } },
      ])
      .toArray()
    return sum?.bytes ?? 0
  }
}
