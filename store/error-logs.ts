import { z } from 'zod'
import { derivedId } from '../kernel/id.ts'
import { instant } from '../kernel/marks.ts'
import { invalid } from '../kernel/problem.ts'
import type { Filter, Store, Stored } from './connection.ts'
import type { Page } from './queries/conversations.ts'

const text = (max: number) => z.string().max(max)
const count = z.int().nonnegative()

export const ErrorStatus = z.enum(['open', 'resolved', 'ignored'])
export type ErrorStatus = z.infer<typeof ErrorStatus>

/** Where an error was seen: ids, names of ours, addresses' patterns. Nothing that a person wrote. */
export const ErrorContext = z.record(text(64), text(200))

/** All errors of one kind, by what they are and where in the code they come from. */
export const ErrorLog = z.object({
  id: text(128),
  /** What was under way: `request failed`, `actor fault`, `schedule failed`, `client` … */
  source: text(64),
  name: text(100),
  code: text(64).nullable(),
  /** Only of errors of the language itself: any other may quote somebody. */
  message: text(300).nullable(),
  /** Function and file of its top, ours where one of them is. */
  place: text(200),
  stack: z.array(text(200)).max(12),
  status: ErrorStatus,
  assigneeId: text(128).nullable(),
  count,
  firstAt: instant(),
  lastAt: instant(),
  /** When it came again after it had been resolved. */
  reopenedAt: instant().nullable(),
  lastContext: ErrorContext,
  /** The latest ids that were told to callers. */
  errorIds: z.array(text(128)).max(20),
  rev: count,
})
export type ErrorLog = z.infer<typeof ErrorLog>

/** One kind of error, seen so many times since it was last written down. */
export interface Seen {
  fingerprint: string
  source: string
  name: string
  code: string | null
  message: string | null
  place: string
  stack: string[]
  count: number
  at: number
  context: Record<string, string>
  errorIds: string[]
}

/** What somebody should hear of: exactly one process is told. */
export type News = 'first' | 'again' | 'spike'

const hourMs = 60 * 60_000
const latest = { lastAt: -1, _id: -1 } as const

/** What went wrong, by kind. */
export class ErrorLogs {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** `spikePerHour`: from how many in an hour on it is news. */
  async add(workspaceId: string, seen: Seen, spikePerHour: number): Promise<{ log: ErrorLog; news: News | undefined }> {
    const { fingerprint, at, count: times, context, errorIds, ...what } = seen
    const logs = this.#store.of(workspaceId)
    const _id = derivedId('erl', workspaceId, fingerprint)
    const hour = Math.floor(at / hourMs)
    const isAgain = await logs.update(
      'error_logs',
      { _id, status: 'resolved' },
      { $set: { status: 'open', reopenedAt: new Date(at) } },
    )
    // One that is new has one writer who made it; everybody else counts.
    const wasMade = await this.#made(workspaceId, { _id, ...what, hour, at })
    await logs.update('error_logs', { _id, hour: { $ne: hour } }, { $set: { hour, inHour: 0 } })
    const changed = await logs.change(
      'error_logs',
      { _id },
      {
        $inc: { count: times, inHour: times, rev: 1 },
        $max: { lastAt: new Date(at) },
        $set: { lastContext: context, stack: what.stack },
        ...(errorIds.length > 0 && { $push: { errorIds: { $each: errorIds, $slice: -20 } } }),
      },
    )
    if (!changed) throw new Error('an error was deleted while it was counted')
    const log = read(changed)
    if (log.status === 'ignored') return { log, news: undefined }
    if (wasMade || isAgain) return { log, news: wasMade ? 'first' : 'again' }
    const isSpike = (changed['inHour'] as number) >= spikePerHour && (await this.#claimed(workspaceId, _id, hour))
    return { log, news: isSpike ? 'spike' : undefined }
  }

  /** The latest first. */
  async page(
    workspaceId: string,
    asked: {
      id?: string | undefined
      status?: ErrorStatus | undefined
      errorId?: string | undefined
      cursor?: string | undefined
      limit: number
    },
  ): Promise<Page<ErrorLog>> {
    const { id, status, errorId, cursor, limit } = asked
    const filter: Filter = {
      ...(id !== undefined && { _id: id }),
      ...(status && { status }),
      ...(errorId !== undefined && { errorIds: errorId }),
      ...(cursor !== undefined && before(cursor)),
    }
    const found = await this.#store.of(workspaceId).find('error_logs', filter, { sort: latest, limit: limit + 1 })
    const items = found.slice(0, limit).map(read)
    const last = items.at(-1)
    return { items, nextCursor: found.length > limit && last ? `${last.lastAt}.${last.id}` : null }
  }

  async change(
    workspaceId: string,
    id: string,
    change: { status?: ErrorStatus; assigneeId?: string | null },
  ): Promise<ErrorLog | undefined> {
    const found = await this.#store
      .of(workspaceId)
      .change('error_logs', { _id: id }, { $set: change, $inc: { rev: 1 } })
    return found && read(found)
  }

  async #made(workspaceId: string, { _id, at, ...what }: { _id: string; at: number } & Record<string, unknown>) {
    const first = { ...what, status: 'open', assigneeId: null, count: 0, inHour: 0, rev: 0, reopenedAt: null }
    const made = { $setOnInsert: { ...first, firstAt: new Date(at), errorIds: [] } }
    const filter = { _id, workspaceId }
    const { upsertedCount } = await this.#store.collection('error_logs').updateOne(filter, made, { upsert: true })
    return upsertedCount > 0
  }

  /** Of all who see that it comes too often in this hour, one says so. */
  #claimed(workspaceId: string, _id: string, hour: number) {
    const filter = { _id, toldHour: { $ne: hour } }
    return this.#store.of(workspaceId).update('error_logs', filter, { $set: { toldHour: hour } })
  }
}

function read({ _id: id, ...document }: Stored): ErrorLog {
  const { firstAt, lastAt, reopenedAt } = document as Record<string, Date | null>
  const times = { firstAt: firstAt?.getTime(), lastAt: lastAt?.getTime(), reopenedAt: reopenedAt?.getTime() ?? null }
  const names = Object.keys(ErrorLog.shape).map((name) => [name, document[name]])
  return { ...Object.fromEntries(names), ...times, id } as ErrorLog
}

function before(cursor: string): Filter {
  const [, ms, id] = /^(\d{1,16})\.([\w-]{1,128})$/.exec(cursor) ?? []
  if (ms === undefined || id === undefined) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Number(ms))
  return { lastAt: { $lte: at }, $or: [{ lastAt: { $lt: at } }, { _id: { $lt: id } }] }
}
