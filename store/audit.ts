import type { z } from 'zod'
import { audit, type Link, type Place } from '../actors/audit/contract.ts'
import { memorySchema } from '../kernel/codec.ts'
import { invalid } from '../kernel/problem.ts'
import type { Filter, Store, Stored } from './connection.ts'
import type { Page } from './queries/conversations.ts'
import type { Rest } from './rest.ts'

const Row = audit.rows.audit_link

/** A link as it is found: `link` is missing where it cannot be read. */
export interface Found {
  id: string
  n: number
  link: Link | undefined
}

export interface AuditFilter {
  actorId?: string | undefined
  /** Who in truth did it, in another's name. */
  actingId?: string | undefined
  action?: string | undefined
  targetId?: string | undefined
  isRead?: boolean | undefined
  /** Epoch ms: from then on, and until before then. */
  from?: number | undefined
  until?: number | undefined
}

/** Beyond what there are of actions (each is named by a declaration), and of people who act for others. */
export const namedMax = 500
const latest = { at: -1, n: -1 } as const
const backwards = { n: -1, _id: -1 } as const

/** What was written into the chains. Turns alone write it. */
export class AuditLog {
  readonly #store: Store
  readonly #rest: Rest

  constructor(store: Store, rest: Rest) {
    this.#store = store
    this.#rest = rest
  }

  /** The latest first. */
  async page(
    workspaceId: string,
    { cursor, limit, ...filter }: AuditFilter & { cursor?: string | undefined; limit: number },
  ): Promise<Page<Link>> {
    const wanted = { ...searchOf(filter), ...(cursor !== undefined && beyond(cursor, filter)) }
    const found = await this.#store.of(workspaceId).find('audit_log', wanted, { sort: latest, limit: limit + 1 })
    await this.#rest.ready(workspaceId)
    // One that somebody has made unreadable is for the look through the chain to name; the others are shown.
    const items = found.slice(0, limit).flatMap((document) => this.#found(workspaceId, document).link ?? [])
    const last = found[limit - 1]
    const isMore = found.length > limit && last !== undefined
    return { items, nextCursor: isMore ? `${(last['at'] as Date).getTime()}.${String(last['n'])}` : null }
  }

  /** What was written down so far, by name. Each is looked for by the index: there are a hundred, of a million links. */
  actions(workspaceId: string): Promise<string[]> {
    return this.#each(workspaceId, 'action', ({ action }) => action as string)
  }

  /** Who ever acted in another's name, by id. */
  acting(workspaceId: string): Promise<string[]> {
    return this.#each(workspaceId, 'by.actingId', ({ by }) => (by as { actingId: string }).actingId)
  }

  async #each(workspaceId: string, field: string, valueIn: (document: Stored) => string): Promise<string[]> {
    const values: string[] = []
    const links = this.#store.of(workspaceId)
    const options = { sort: { [field]: 1 } as const, projection: { [field]: 1 } as const }
    while (values.length < namedMax) {
      const found = await links.one('audit_log', { [field]: { $gt: values.at(-1) ?? '' } }, options)
      if (!found) break
      values.push(valueIn(found))
    }
    return values
  }

  /** The links between two places, from the last back; at most `limit`. `upTo` is one that was seen, or a number. */
  async back(
    workspaceId: string,
    { after, upTo }: { after: number; upTo: { n: number; id?: string } },
    limit: number,
  ): Promise<Found[]> {
    const seen = upTo.id !== undefined && { $or: [{ n: { $lt: upTo.n } }, { _id: { $lt: upTo.id } }] }
    const filter = { n: { $gt: after, $lte: upTo.n }, ...seen }
    const found = await this.#store.of(workspaceId).find('audit_log', filter, { sort: backwards, limit })
    await this.#rest.ready(workspaceId)
    return found.map((document) => this.#found(workspaceId, document))
  }

  /** The numbers of what stands after a place; at most a thousand. */
  async after(workspaceId: string, n: number): Promise<number[]> {
    const options = { sort: { n: 1 } as const, projection: { n: 1 } as const }
    const found = await this.#store.of(workspaceId).find('audit_log', { n: { $gt: n } }, options)
    return found.map((document) => document['n'] as number)
  }

  /** The last link that is older than this (epoch ms). */
  async lastBefore(workspaceId: string, at: number): Promise<Place | undefined> {
    const found = await this.#store
      .of(workspaceId)
      .one('audit_log', { at: { $lt: new Date(at) } }, { sort: latest, projection: { n: 1, hash: 1 } })
    return found && { n: found['n'] as number, hash: found['hash'] as string }
  }

  /** Forgets the links up to this number. Doing it again changes nothing. */
  async forget(workspaceId: string, upTo: number) {
    await this.#store.collection('audit_log').deleteMany({ workspaceId, n: { $lte: upTo } })
  }

  #found(workspaceId: string, document: Stored): Found {
    const { _id: id, n } = document as Stored & { n: number }
    // A field that is not ours was put there by somebody else.
    if (Object.keys(document).some((name) => !known.has(name))) return { id, n, link: undefined }
    try {
      const { _id: _, ...link } = inMemory.parse(
        this.#rest.decode(Row, document, { workspaceId, at: `audit_log/${id}` }),
      ) as z.output<typeof Row>
      return { id, n, link }
    } catch {
      return { id, n, link: undefined } // Whoever looks through the chain names it.
    }
  }
}

const inMemory = memorySchema(Row)
const known = new Set([...Object.keys(Row.shape), 'workspaceId', 'rev'])

function searchOf({ actorId, actingId, action, targetId, isRead, from, until }: AuditFilter): Filter {
  const at = {
    ...(from !== undefined && { $gte: new Date(from) }),
    ...(until !== undefined && { $lt: new Date(until) }),
  }
  return {
    ...(actorId !== undefined && { 'by.id': actorId }),
    ...(actingId !== undefined && { 'by.actingId': actingId }),
    ...(action !== undefined && { action }),
    ...(targetId !== undefined && { 'target.id': targetId }),
    ...(isRead !== undefined && { isRead }),
    ...(Object.keys(at).length > 0 && { at }),
  }
}

/** What comes after a cursor in the order of a page. */
function beyond(cursor: string, { from, until = Infinity }: AuditFilter): Filter {
  const [, ms, n] = /^(\d{1,16})\.(\d{1,15})$/.exec(cursor) ?? []
  if (ms === undefined || n === undefined) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Math.min(Number(ms), until))
  return {
    at: { $lte: at, ...(from !== undefined && { $gte: new Date(from) }) },
    $or: [{ at: { $lt: at } }, { n: { $lt: Number(n) } }],
  }
}
