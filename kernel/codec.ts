import type { z } from 'zod'

// One walk over a schema serves all forms of a value: memory, wire (JSON), rest (BSON) and masked. It is compiled once
// per schema and form; values without a mark keep their identity, so an unchanged part costs nothing.

/** Changes one marked value; `path` says where it stands (without array positions), for the encryption's context. */
export type Mark = (value: unknown, path: string) => unknown
export interface Marks {
  instant?: Mark
  sensitive?: Mark
  /** A form without it takes what is packed like anything else. */
  packed?: (value: unknown) => unknown
  /** Fields that the schema does not name are left out. */
  isClosed?: boolean
}
export type Walk = (value: unknown, path: string) => unknown

// zod keeps the parts of a schema in `_zod.def`, which is internal: the version is pinned, and `codec.test.ts` guards it.
interface Def {
  type: string
  shape?: Record<string, Schema>
  element?: Schema
  options?: Schema[]
  discriminator?: string
  innerType?: Schema
  valueType?: Schema
  items?: Schema[]
  values?: unknown[]
  entries?: Record<string, unknown>
  /** What other fields may be; missing where there may be none. */
  catchall?: Schema
  getter?: () => Schema
}
type Schema = z.ZodType & { _zod: { def: Def } }

const same: Walk = (value) => value

export function compile(schema: z.ZodType, marks: Marks): Walk {
  return walkOf(schema, marks, new Map())
}

/** Whether a value of this schema can hold what is marked so, however deep. */
export const holds = (schema: z.ZodType, mark: 'instant' | 'sensitive'): boolean =>
  compile(schema, { [mark]: (value: unknown) => value }) !== same

function walkOf(schema: Schema, marks: Marks, known: Map<Schema, { walk?: Walk }>): Walk {
  const before = known.get(schema)
  if (before) return before.walk ?? ((value, path) => (before.walk ?? same)(value, path)) // A schema inside itself.
  const entry: { walk?: Walk } = {}
  known.set(schema, entry)
  entry.walk = build(schema, marks, known)
  return entry.walk
}

function build(schema: Schema, marks: Marks, known: Map<Schema, { walk?: Walk }>): Walk {
  const mark = schema.meta()?.['mark'] as 'instant' | 'sensitive' | 'packed' | undefined
  if (mark === 'packed') return ofPacked(schema, partsOf(schema, marks, known), marks)
  if (mark) {
    const change = marks[mark]
    return change ? (value, path) => (value === null || value === undefined ? value : change(value, path)) : same
  }
  return partsOf(schema, marks, known)
}

function ofPacked(schema: Schema, inside: Walk, { packed, sensitive }: Marks): Walk {
  if (!packed) return inside
  const secrets = sensitive && shaped(schema._zod.def, (part) => (part ? compile(part, { sensitive }) : same), false)
  if (secrets !== undefined && secrets !== same) throw new Error('what is packed holds nothing sensitive')
  return (value) => (value === null || value === undefined ? value : packed(value))
}

function partsOf(schema: Schema, marks: Marks, known: Map<Schema, { walk?: Walk }>): Walk {
  const { def } = schema._zod
  const inside = (part: Schema | undefined) => (part ? walkOf(part, marks, known) : same)
  if (!marks.isClosed) return shaped(def, inside, false)
  // Without a field that tells its parts apart, nobody knows which names are meant: it is taken as it is.
  if (def.type === 'union' && def.discriminator === undefined) return compile(schema, { ...marks, isClosed: false })
  return shaped(def, inside, def.catchall === undefined)
}

function shaped(def: Def, inside: (part: Schema | undefined) => Walk, isClosed: boolean): Walk {
  switch (def.type) {
    case 'object':
      return ofShape(def.shape ?? {}, inside, isClosed)
    case 'array':
      return ofArray(inside(def.element))
    case 'record':
      return ofRecord(inside(def.valueType))
    case 'tuple':
      return ofTuple((def.items ?? []).map(inside))
    case 'union':
      return ofUnion(def, inside)
    case 'lazy':
      return inside(def.getter?.())
    case 'transform':
    case 'pipe': // A codec has its mark and never comes here.
      throw new Error('a contract holds no transform: it could not be undone on the way out')
    default:
      return inside(def.innerType)
  }
}

function ofShape(shape: Record<string, Schema>, inside: (part: Schema) => Walk, isClosed: boolean): Walk {
  const walk = ofObject(Object.entries(shape).map(([key, part]) => [key, inside(part)]))
  return isClosed ? closed(new Set(Object.keys(shape)), walk) : walk
}

function ofObject(all: [string, Walk][]): Walk {
  const parts = all.filter(([, walk]) => walk !== same)
  if (parts.length === 0) return same
  return (value, path) => {
    if (value === null || typeof value !== 'object') return value
    const before = value as Record<string, unknown>
    let after = before
    for (const [key, walk] of parts) {
      if (before[key] === undefined) continue
      const next = walk(before[key], `${path}.${key}`)
      if (next === before[key]) continue
      if (after === before) after = { ...before }
      after[key] = next
    }
    return after
  }
}

function closed(names: ReadonlySet<string>, walk: Walk): Walk {
  return (value, path) => {
    if (value === null || typeof value !== 'object') return value
    const isMore = Object.keys(value).some((key) => !names.has(key))
    const named = isMore ? Object.fromEntries(Object.entries(value).filter(([key]) => names.has(key))) : value
    return walk(named, path)
  }
}

function ofArray(walk: Walk): Walk {
  if (walk === same) return same
  return (value, path) => {
    if (!Array.isArray(value)) return value
    const before = value as unknown[]
    const next = before.map((item) => walk(item, path))
    return next.some((item, index) => item !== before[index]) ? next : before
  }
}

function ofTuple(walks: Walk[]): Walk {
  if (walks.every((walk) => walk === same)) return same
  return (value, path) =>
    Array.isArray(value) ? value.map((item, index) => (walks[index] ?? same)(item, path)) : value
}

function ofRecord(walk: Walk): Walk {
  if (walk === same) return same
  return (value, path) => {
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, `${path}.${key}`)]))
  }
}

/** A union that holds marks must say by a field which of its parts a value is: guessing could leave a secret plain. */
function ofUnion(def: Def, inside: (part: Schema) => Walk): Walk {
  const walks = (def.options ?? []).map((option) => ({ option, walk: inside(option) }))
  if (walks.every(({ walk }) => walk === same)) return same
  const { discriminator } = def
  if (!discriminator) throw new Error('a plain union holds a mark: make it a discriminated union')
  const byTag = new Map<unknown, Walk>()
  for (const { option, walk } of walks)
    for (const tag of tags(option._zod.def.shape?.[discriminator])) byTag.set(tag, walk)
  return (value, path) => {
    if (value === null || typeof value !== 'object') return value
    return (byTag.get((value as Record<string, unknown>)[discriminator]) ?? same)(value, path)
  }
}

const tags = (schema: Schema | undefined) => schema?._zod.def.values ?? Object.values(schema?._zod.def.entries ?? {})

const memo = (form: Marks) => {
  const walks = new WeakMap<z.ZodType, Walk>()
  return (schema: z.ZodType) => {
    const walk = walks.get(schema) ?? compile(schema, form)
    walks.set(schema, walk)
    return walk
  }
}

const asIso = memo({ instant: (ms) => new Date(ms as number).toISOString() })

/** Memory to JSON: instants become ISO strings. */
export const toWire = <T>(schema: z.ZodType, value: T): unknown => asIso(schema)(value, '')

const asReply = memo({ instant: (ms) => new Date(ms as number).toISOString(), isClosed: true })

/** Memory to JSON that leaves the house: what the schema does not name goes to nobody, whatever a handler answered. */
export const toReply = (schema: z.ZodType, value: unknown): unknown => asReply(schema)(value, '')

const asMasked = memo({ instant: (ms) => new Date(ms as number).toISOString(), sensitive: () => mask })

/** What stands in the place of a sensitive value. */
export const mask = '•••'

/** Memory to JSON that may be shown to operators: what is sensitive is not in it. */
export const toMasked = (schema: z.ZodType, value: unknown): unknown => asMasked(schema)(value, '')

const memorySchemas = new WeakMap<z.ZodType, z.ZodType>()

/** The schema of a value in memory: where the wire has an ISO string, a number. Checks and bounds stay. */
export function memorySchema(schema: z.ZodType): z.ZodType {
  const known = memorySchemas.get(schema)
  if (known) return known
  const made = inMemory(schema)
  memorySchemas.set(schema, made)
  return made
}

function inMemory(schema: Schema): z.ZodType {
  const { def } = schema._zod
  const again = (part: Schema) => memorySchema(part) as Schema
  const changed = (part: Partial<Def>) => schema.clone({ ...def, ...part } as never) as z.ZodType
  if (def.type === 'pipe') return (def as unknown as { out: z.ZodType }).out
  if (def.shape) {
    const shape = Object.fromEntries(Object.entries(def.shape).map(([key, part]) => [key, again(part)]))
    return Object.keys(shape).some((key) => shape[key] !== def.shape?.[key]) ? changed({ shape }) : schema
  }
  if (def.options) {
    const options = def.options.map(again)
    return options.some((option, index) => option !== def.options?.[index]) ? changed({ options }) : schema
  }
  for (const place of ['element', 'innerType', 'valueType'] as const) {
    const part = def[place]
    if (part && again(part) !== part) return changed({ [place]: again(part) })
  }
  return schema
}
