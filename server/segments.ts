import type { Filter } from '../kernel/filter.ts'
import { everything, movesWithTime } from '../kernel/filter.ts'
import { type CustomField, type Fields, personFieldsWith } from '../kernel/filter-fields.ts'
import type { Asking } from '../kernel/filter-asked.ts'
import { mongoFilter } from '../kernel/filter-terms.ts'
import { conflict, missing } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import type { Page } from '../store/queries/conversations.ts'
import {
  countPeople,
  peopleByIds,
  type PeopleAsked,
  peoplePage,
  type PersonLine,
} from '../store/queries/people-list.ts'
import { countMembers, keepCount, memberIds, type Segment, segmentsOf } from '../store/settings/segments.ts'

/** More are not counted; the console says "more than". */
export const countMax = 1_000_000
/** After a change of a person it waits so long for others, then counts. */
const quietMs = 2_000
/** A count after a change begins only after so many times as long as the one before it took. */
const restShare = 10
/** What changes as time goes by is counted again after so long, everything else after a day. */
const restlessMs = 5 * 60_000
const staleMs = 24 * 60 * 60_000

interface Parts {
  store: Store
  rest: Rest
  /** The zone of the business, by whose clocks days begin. */
  zoneOf(workspaceId: string): string
  nowIn(workspaceId: string): number
  /** What the business has added to its people, and is not sensitive. */
  customFields(workspaceId: string): Promise<readonly CustomField[]>
  /** Consoles that are open hear that a count is another. */
  counted(workspaceId: string, id: string): void
  onError(error: unknown): void
}

/** Who is in which segment, and how many. */
export class Segments {
  readonly #parts: Parts
  readonly #dirty = new Map<string, NodeJS.Timeout>()
  readonly #counting = new Map<string, Promise<void>>()
  /** Until when a workspace is not counted again, by the process's own clock. */
  readonly #restUntil = new Map<string, number>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** By which fields the people of a workspace can be asked. */
  async fieldsOf(workspaceId: string): Promise<Fields> {
    return personFieldsWith(await this.#parts.customFields(workspaceId))
  }

  async asking(workspaceId: string): Promise<Asking> {
    const { zoneOf, nowIn } = this.#parts
    return { now: nowIn(workspaceId), zone: zoneOf(workspaceId), fields: await this.fieldsOf(workspaceId) }
  }

  async count(workspaceId: string, filter: Filter): Promise<number> {
    return countPeople(this.#parts, workspaceId, mongoFilter(filter, await this.asking(workspaceId)), countMax)
  }

  /** @throws Problem `not_found` */
  async byId(workspaceId: string, id: string): Promise<Segment> {
    const found = (await segmentsOf(this.#parts.store, workspaceId)).find((one) => one.id === id)
    if (!found) throw missing('not_found', 'There is no such segment.')
    return found
  }

  /** One that people are put into by hand. @throws Problem `not_found`, `segment_is_dynamic` */
  async byHand(workspaceId: string, id: string): Promise<Segment> {
    const found = await this.byId(workspaceId, id)
    if (found.kind === 'static') return found
    throw conflict('segment_is_dynamic', 'Who is in this segment is for its filter to say.')
  }

  /** Those of a segment, or of everybody, of whom the filter holds besides. A page may be short where others follow. */
  async page(
    workspaceId: string,
    { segmentId, filter, ...asked }: Omit<PeopleAsked, 'filter'> & { segmentId?: string | undefined; filter?: Filter },
  ): Promise<Page<PersonLine>> {
    const segment = segmentId === undefined ? undefined : await this.byId(workspaceId, segmentId)
    const own = filter ?? everything
    if (segment?.kind === 'static') return this.#members(workspaceId, segment.id, own, asked)
    const whole: Filter = segment ? { all: [segment.filter, own] } : own
    const ours = mongoFilter(whole, await this.asking(workspaceId))
    return peoplePage(this.#parts, workspaceId, { ...asked, filter: ours })
  }

  async #members(workspaceId: string, id: string, filter: Filter, { cursor, limit }: PeopleAsked) {
    const found = await memberIds(this.#parts.store, workspaceId, id, { after: cursor, limit: limit + 1 })
    const ids = found.slice(0, limit)
    const items = await peopleByIds(this.#parts, workspaceId, ids, mongoFilter(filter, await this.asking(workspaceId)))
    return { items, nextCursor: found.length > limit ? (ids.at(-1) ?? null) : null }
  }

  /** Somebody there changed: who is in which segment may have changed as well. In a busy business somebody always does. */
  touched(workspaceId: string) {
    if (this.#dirty.has(workspaceId)) return
    const due = async () => {
      this.#dirty.delete(workspaceId)
      const began = performance.now()
      await this.recount(workspaceId)
      const now = performance.now()
      this.#restUntil.set(workspaceId, now + restShare * (now - began))
    }
    const rest = (this.#restUntil.get(workspaceId) ?? 0) - performance.now()
    const waitMs = Math.max(quietMs, rest)
    this.#dirty.set(workspaceId, setTimeout(() => void due().catch(this.#parts.onError), waitMs).unref())
  }

  /** Counts anew what may have changed: all of it, or what is older than it should be. One count at a time. */
  async recount(workspaceId: string, only: 'all' | 'old' = 'all'): Promise<void> {
    const before = this.#counting.get(workspaceId) ?? Promise.resolve()
    const mine = before.then(() => this.#recount(workspaceId, only))
    const settled = mine
      .catch(() => undefined)
      .then(() => {
        if (this.#counting.get(workspaceId) === settled) this.#counting.delete(workspaceId)
      })
    this.#counting.set(workspaceId, settled)
    await mine
  }

  async #recount(workspaceId: string, only: 'all' | 'old') {
    const now = this.#parts.nowIn(workspaceId)
    for (const segment of await segmentsOf(this.#parts.store, workspaceId))
      if (only === 'all' || isOld(segment, now)) await this.recountOne(workspaceId, segment)
  }

  /** How many are in it now. Consoles hear of it where it is not what it was. */
  async recountOne(workspaceId: string, segment: Segment): Promise<number> {
    const { store, nowIn, counted } = this.#parts
    const { id, kind, filter } = segment
    const count = kind === 'static' ? await countMembers(store, workspaceId, id) : await this.count(workspaceId, filter)
    await keepCount(store, workspaceId, id, count, nowIn(workspaceId))
    if (count !== segment.counted?.count) counted(workspaceId, id)
    return count
  }

  close() {
    for (const timer of this.#dirty.values()) clearTimeout(timer)
    this.#dirty.clear()
  }
}

function isOld({ counted, kind, filter }: Segment, now: number) {
  if (!counted) return true
  return now - counted.at >= (kind === 'dynamic' && movesWithTime(filter) ? restlessMs : staleMs)
}
