import { z } from 'zod'
import { canonical } from '../../kernel/chain.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { type Filter, isDuplicate, type Store, type Stored } from '../connection.ts'
import type { TenantName } from '../models/index.ts'
import type { Page } from '../queries/conversations.ts'
import type { Rest } from '../rest.ts'

/** A collection of what people edit, and nothing contends for. */
export interface Home<Fields extends z.ZodObject = z.ZodObject> {
  collection: TenantName
  fields: Fields
  /** The field that `q` looks into; it must not be sealed. */
  search?: string | undefined
  /** What only one may have at a time, where something is: a name in lower case, say. */
  unique?: ((fields: z.output<Fields>) => string | undefined) | undefined
}

/** What every one of them has besides its own fields. */
export const Kept = z.object({
  id: z.string().max(128),
  /** Counts its changes; `If-Match` takes it. */
  rev: z.int().positive(),
  createdAt: instant(),
  createdBy: z.string().max(128),
  updatedAt: instant(),
})
export type Kept<Fields = Record<string, unknown>> = z.output<typeof Kept> & Fields

/** As the index of these collections has them. */
export const latestFirst = { createdAt: -1, _id: -1 } as const
const cursorOf = ({ createdAt, id }: Kept) => Buffer.from(`${String(createdAt)}/${id}`).toString('base64url')

function after(cursor: string): Filter {
  const [ms, id] = Buffer.from(cursor, 'base64url').toString().split('/')
  if (!ms || !id || !/^\d{1,16}$/.test(ms)) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  return earlierThan({ at: Number(ms), id })
}

export function earlierThan({ at, id }: { at: number; id: string }): Filter {
  const createdAt = new Date(at)
  return { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }] }
}

interface Source {
  store: Store
  rest: Rest
}
type Values = Record<string, unknown>

/** The documents of one such collection, in any workspace. */
export class Resources<Fields extends z.ZodObject> {
  readonly #source: Source
  readonly #home: Home<Fields>

  constructor(source: Source, home: Home<Fields>) {
    this.#source = source
    this.#home = home
  }

  /** The latest first: by when they were made, since an id that repeats with its request does not say it. */
  async page(
    workspaceId: string,
    {
      equal = {},
      q,
      cursor,
      limit,
    }: { equal?: Filter; q?: string | undefined; cursor?: string | undefined; limit: number },
  ): Promise<Page<Kept<z.output<Fields>>>> {
    const { collection, search } = this.#home
    const filter: Filter = {
      ...equal,
      ...(q !== undefined && search !== undefined && { [search]: { $regex: quoted(q), $options: 'i' } }),
      ...(cursor !== undefined && { $and: [after(cursor)] }),
      deletedAt: { $exists: false },
    }
    const found = await this.#of(workspaceId).find(collection, filter, { sort: latestFirst, limit: limit + 1 })
    await this.#source.rest.ready(workspaceId)
    const items = found.slice(0, limit).map((document) => this.#read(workspaceId, document))
    const last = items.at(-1)
    return { items, nextCursor: found.length > limit && last ? cursorOf(last) : null }
  }

  async byId(workspaceId: string, id: string): Promise<Kept<z.output<Fields>> | undefined> {
    const found = await this.#of(workspaceId).one(this.#home.collection, { _id: id, deletedAt: { $exists: false } })
    await this.#source.rest.ready(workspaceId)
    return found && this.#read(workspaceId, found)
  }

  /** How many there are, up to `max`. */
  async count(workspaceId: string, max: number): Promise<number> {
    const filter = { deletedAt: { $exists: false } }
    const found = await this.#of(workspaceId).find(this.#home.collection, filter, {
      limit: max,
      projection: { _id: 1 },
    })
    return found.length
  }

  /** Undefined where somebody else has what only one may have. The same id again changes nothing. */
  async insert(
    workspaceId: string,
    made: { id: string; fields: z.output<Fields>; by: string },
    now: number,
  ): Promise<Kept<z.output<Fields>> | undefined> {
    const { id, fields, by } = made
    await this.#source.rest.ready(workspaceId)
    const at = new Date(now)
    const kept = { rev: 1, createdAt: at, createdBy: by, updatedAt: at, updatedBy: by }
    try {
      await this.#of(workspaceId).insert(this.#home.collection, {
        _id: id,
        ...this.#encoded(workspaceId, id, fields),
        ...this.#uniqueOf(fields),
        ...kept,
      })
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    return this.byId(workspaceId, id)
  }

  /**
   * Sets these fields where `before` is still so. `taken` where somebody else has what only one may have; undefined
   * where it was changed meanwhile, or is gone.
   */
  async change(
    workspaceId: string,
    before: Kept<z.output<Fields>>,
    change: Partial<z.output<Fields>>,
    { by, now }: { by: string; now: number },
  ): Promise<Kept<z.output<Fields>> | 'taken' | undefined> {
    await this.#source.rest.ready(workspaceId)
    const after = { ...before, ...change }
    const set = {
      ...this.#encoded(workspaceId, before.id, change),
      ...this.#uniqueOf(after),
      updatedAt: new Date(now),
      updatedBy: by,
    }
    const filter = { _id: before.id, rev: before.rev, deletedAt: { $exists: false } }
    try {
      const update = { $set: set, $inc: { rev: 1 } }
      const found = await this.#of(workspaceId).change(this.#home.collection, filter, update)
      return found && this.#read(workspaceId, found)
    } catch (error) {
      if (isDuplicate(error)) return 'taken'
      throw error
    }
  }

  /** False where it was changed meanwhile, or is gone. With `isKept` it rests, and no list shows it. */
  async remove(
    workspaceId: string,
    { id, rev }: { id: string; rev: number },
    { by, now, isKept }: { by: string; now: number; isKept: boolean },
  ): Promise<boolean> {
    const tenant = this.#of(workspaceId)
    const filter = { _id: id, rev, deletedAt: { $exists: false } }
    if (!isKept) return tenant.remove(this.#home.collection, filter)
    const gone = { $set: { deletedAt: new Date(now), updatedBy: by }, $unset: { unique: '' }, $inc: { rev: 1 } }
    return tenant.update(this.#home.collection, filter, gone)
  }

  /** The names of the fields that differ. */
  differing(before: Values, change: Values): string[] {
    return Object.keys(change).filter((name) => canonical(before[name]) !== canonical(change[name]))
  }

  #of(workspaceId: string) {
    return this.#source.store.of(workspaceId)
  }

  #encoded(workspaceId: string, id: string, fields: Values): Values {
    const { collection, fields: schema } = this.#home
    const known = Object.fromEntries(Object.entries(fields).filter(([name]) => name in schema.shape))
    return this.#source.rest.encode(schema, known, { workspaceId, at: `${collection}/${id}` })
  }

  #uniqueOf(fields: z.output<Fields>): Values {
    const unique = this.#home.unique?.(fields)
    return unique === undefined ? {} : { unique }
  }

  #read(workspaceId: string, { _id: id, ...document }: Stored): Kept<z.output<Fields>> {
    const { collection, fields } = this.#home
    const own = Object.fromEntries(Object.keys(fields.shape).map((name) => [name, document[name]]))
    const { rev, createdAt, createdBy, updatedAt } = document as Record<string, Date> & { rev: never; createdBy: never }
    return {
      ...withDefaults(fields, this.#source.rest.decode(fields, own, { workspaceId, at: `${collection}/${id}` })),
      id,
      rev,
      createdAt: createdAt?.getTime() ?? 0,
      createdBy,
      updatedAt: updatedAt?.getTime() ?? 0,
    }
  }
}

/** A document that is older than a field has what the field begins with. */
function withDefaults<Fields extends z.ZodObject>(fields: Fields, decoded: unknown): z.output<Fields> {
  const whole = Object.entries(decoded as Values).map(([name, value]) => {
    const field: unknown = fields.shape[name]
    return [name, value === undefined && field instanceof z.ZodDefault ? field.def.defaultValue : value]
  })
  return Object.fromEntries(whole) as z.output<Fields>
}

/** What somebody typed, to be found as it is. */
const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
