import { z } from 'zod'
import { conflict, missing, staleRevision } from '../../kernel/problem.ts'
import type { Filter } from '../../store/connection.ts'
import type { TenantName } from '../../store/models/index.ts'
import { Kept, Resources } from '../../store/settings/resources.ts'
import { revisionOf } from './if-match.ts'
import { type Allow, type Call, del, get, page, pageOf, patch, post, type Route } from './route.ts'

type Values<Fields extends z.ZodObject> = z.output<Fields>
type Held<Fields extends z.ZodObject> = Kept<Values<Fields>>
type At = Call<'any', unknown, unknown, unknown>

/** Plain settings, declared once: five routes, and all that they promise. */
export interface Declared<Fields extends z.ZodObject> {
  path: `/${string}`
  /** What one of them is called: in the audit (`team.created`), and by the prefix of its id. */
  noun: string
  prefix: string
  collection: TenantName
  /** What people edit. Every field has a maximum; one with a default may be left out. */
  fields: Fields
  allow: { read: Allow; write: Allow }
  /** As in `the teams`. */
  words: { one: string; all: string }
  tags: readonly string[]
  /** How many a workspace may have; `Infinity` of what people write every day. */
  max: number
  /** Fields by whose exact value the list can be asked: `?kind=…`. */
  filters?: readonly (keyof Fields['shape'] & string)[]
  /** The field that `?q=` looks into. */
  search?: keyof Fields['shape'] & string
  /** What only one may have at a time, and what is said to the second. */
  unique?: { of(fields: Values<Fields>): string | undefined; code: string; says: string }
  /** Refuses with a Problem what the fields alone cannot say; `before` is missing for a new one. */
  check?(call: At, after: Values<Fields>, before: Held<Fields> | undefined): void | Promise<void>
  /** Whose they are, where not everybody sees all: what the list is asked besides, and whether this very one is theirs. */
  seen?: { where(call: At): Filter; by(call: At, one: Held<Fields>): boolean }
  /** Refuses with a Problem who may not touch this very one. */
  mayChange?(call: At, one: Held<Fields>): void
  /** Runs when something has changed; `after` is missing when it is gone. */
  changed?(call: At, one: Held<Fields>, after: Held<Fields> | undefined): void | Promise<void>
  /** `kept`: what was deleted rests, and no list shows it. */
  removal?: 'deleted' | 'kept'
  problems?: readonly string[]
}

/** How often a change without `If-Match` is tried while others change the same one. */
const triesMax = 5

/** List, make, read, change, delete: with revision, audit, pages and a signal to every console that is open. */
export function resource<Fields extends z.ZodObject>(declared: Declared<Fields>): Route[] {
  const One = declared.fields.extend(Kept.shape)
  const doing = new Doing(declared)
  return [...readings(declared, One, doing), ...writings(declared, One, doing)]
}

function readings<Fields extends z.ZodObject>(declared: Declared<Fields>, One: z.ZodObject, doing: Doing<Fields>) {
  const { path, allow, words, tags } = declared
  const query = z.object({ ...page, ...queryOf(declared) })
  return [
    get(
      path,
      { allow: allow.read, summary: words.all, tags, query, reply: pageOf(One) },
      (call) => doing.page(call as never) as never,
    ),
    get(
      `${path}/:id`,
      { allow: allow.read, summary: `Read ${words.one}`, tags, reply: One },
      (call) => doing.known(call as never, idOf(call)) as never,
    ),
  ]
}

function writings<Fields extends z.ZodObject>(declared: Declared<Fields>, One: z.ZodObject, doing: Doing<Fields>) {
  const { path, noun, fields, allow, words, tags, max, unique, problems = [] } = declared
  const own = [...problems, ...(unique ? [unique.code] : [])]
  const bounded = Number.isFinite(max) ? ['too_many'] : []
  const about = { allow: allow.write, tags }
  return [
    post(
      path,
      {
        ...about,
        summary: `Make ${words.one}`,
        status: 201,
        body: fields,
        reply: One,
        problems: [...own, ...bounded],
        audit: `${noun}.created`,
      },
      (call) => doing.make(call as never, call.body as never) as never,
    ),
    patch(
      `${path}/:id`,
      {
        ...about,
        summary: `Change ${words.one}; what is not named stays`,
        takesRevision: true,
        body: changeOf(fields),
        reply: One,
        problems: [...own, 'stale_revision'],
        audit: `${noun}.changed`,
      },
      (call) => doing.change(call as never, idOf(call), call.body as never) as never,
    ),
    del(
      `${path}/:id`,
      {
        ...about,
        summary: `Delete ${words.one}`,
        takesRevision: true,
        problems: [...problems, 'stale_revision'],
        audit: `${noun}.deleted`,
      },
      (call) => doing.remove(call as never, idOf(call)),
    ),
  ]
}

const idOf = ({ params }: { params: unknown }) => (params as { id: string }).id

function queryOf<Fields extends z.ZodObject>({ filters = [], search }: Declared<Fields>): z.ZodRawShape {
  const text = z.string().min(1).max(200).optional()
  return { ...Object.fromEntries(filters.map((name) => [name, text])), ...(search !== undefined && { q: text }) }
}

/** Every field may be missing; one that is missing has no default here: it stays as it is. */
function changeOf(fields: z.ZodObject) {
  const bare = Object.entries(fields.shape).map(([name, field]) => {
    const own = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : (field as z.ZodType)
    return [name, own.optional()]
  })
  return z.object(Object.fromEntries(bare) as z.ZodRawShape)
}

class Doing<Fields extends z.ZodObject> {
  readonly #declared: Declared<Fields>

  constructor(declared: Declared<Fields>) {
    this.#declared = declared
  }

  page(call: At) {
    const { q, cursor, limit, ...asked } = call.query as { q?: string; cursor?: string; limit: number }
    const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
    const equal = { ...said, ...this.#declared.seen?.where(call) }
    return this.#of(call).page(call.workspace.id, { equal, q, cursor, limit })
  }

  async known(call: At, id: string): Promise<Held<Fields>> {
    const found = await this.#of(call).byId(call.workspace.id, id)
    if (!found || this.#declared.seen?.by(call, found) === false)
      throw missing('not_found', `There is no such ${this.#declared.noun.replaceAll('_', ' ')}.`)
    return found
  }

  async make(call: At, fields: Values<Fields>) {
    const { prefix, max } = this.#declared
    const all = this.#of(call)
    await this.#declared.check?.(call, fields, undefined)
    const tooMany = () => conflict('too_many', `There can be ${max} at most.`)
    if (Number.isFinite(max) && (await all.count(call.workspace.id, max)) >= max) throw tooMany()
    const made = { id: call.workspace.newId(prefix), fields, by: call.caller.id }
    const one = await all.insert(call.workspace.id, made, call.now())
    if (!one) throw this.#taken()
    // Of several that come at the same moment each has counted before the others: whoever finds one too many goes.
    if (Number.isFinite(max) && (await all.count(call.workspace.id, max + 1)) > max) {
      await all.remove(call.workspace.id, one, { by: call.caller.id, now: call.now(), isKept: false })
      throw tooMany()
    }
    await this.#declared.changed?.(call, one, one)
    this.#tell(call, one.id, one.rev)
    return one
  }

  async change(call: At, id: string, said: Partial<Values<Fields>>): Promise<Held<Fields>> {
    const rev = revisionOf(call.request)
    const all = this.#of(call)
    for (let tries = 0; tries < triesMax; tries++) {
      const before = await this.#mine(call, id, rev)
      const change = { ...said }
      const differing = all.differing(before, change)
      if (differing.length === 0) return before
      await this.#declared.check?.(call, { ...before, ...change }, before)
      const after = await all.change(call.workspace.id, before, change, { by: call.caller.id, now: call.now() })
      if (after === 'taken') throw this.#taken()
      if (!after) continue // Somebody was quicker: with `If-Match` the next look refuses.
      await this.#declared.changed?.(call, before, after)
      this.#tell(call, id, after.rev)
      return after
    }
    throw staleRevision()
  }

  async remove(call: At, id: string) {
    const rev = revisionOf(call.request)
    const isKept = this.#declared.removal === 'kept'
    for (let tries = 0; tries < triesMax; tries++) {
      const one = await this.#mine(call, id, rev)
      const how = { by: call.caller.id, now: call.now(), isKept }
      if (!(await this.#of(call).remove(call.workspace.id, one, how))) continue
      await this.#declared.changed?.(call, one, undefined)
      this.#tell(call, id, one.rev + 1)
      return
    }
    throw staleRevision()
  }

  async #mine(call: At, id: string, rev: number | undefined) {
    const one = await this.known(call, id)
    this.#declared.mayChange?.(call, one)
    if (rev !== undefined && one.rev !== rev) throw staleRevision()
    return one
  }

  #of({ store, rest }: At) {
    const { collection, fields, search, unique } = this.#declared
    return new Resources({ store, rest }, { collection, fields, search, unique: unique?.of })
  }

  #tell(call: At, id: string, rev: number) {
    call.resourceChanged(call.workspace.id, { resource: this.#declared.path.slice(1), id, rev })
  }

  #taken() {
    const { unique } = this.#declared
    return conflict(unique?.code ?? 'taken', unique?.says ?? 'Another one has this.')
  }
}
