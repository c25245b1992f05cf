import type { z } from 'zod'

// zod takes a value apart and puts a new one together, also where nothing has to be changed, which is what our own parts
// hand each other (decision 22). What is exactly as its schema says is looked at, and taken as it is;
// for all else, and wherever a schema holds something that is not understood here, zod decides as always.

/** True where the schema's `parse` would answer an equal value. False says nothing. */
type Look = (value: unknown) => boolean

// As in `codec.ts`: zod keeps the parts of a schema in `_zod.def`, which is internal. The version is pinned, and
// `exact.test.ts` holds every schema of the actors against zod itself.
interface Def {
  type: string
  check?: string
  checks?: { _zod: { def: CheckDef } }[]
  coerce?: boolean
  shape?: Record<string, Schema>
  catchall?: Schema
  element?: Schema
  options?: Schema[]
  discriminator?: string
  innerType?: Schema
  keyType?: Schema
  valueType?: Schema
  values?: unknown[]
  entries?: Record<string, unknown>
}
interface CheckDef {
  check: string
  minimum?: number
  maximum?: number
  length?: number
  value?: number
  inclusive?: boolean
  format?: string
  pattern?: RegExp
  tx?: (value: unknown) => unknown
  fn?: (value: unknown) => unknown
}
type Schema = z.ZodType & { _zod: { def: Def; optin?: string | undefined } }

const looks = new WeakMap<z.ZodType, Look | null>()

/** As `schema.parse(value)`; what is exactly right already is not copied. @throws ZodError */
export function parsed(schema: z.ZodType, value: unknown): unknown {
  return isExact(schema, value) ? value : schema.parse(value)
}

export function isExact(schema: z.ZodType, value: unknown): boolean {
  const look = lookOf(schema)
  return look !== null && look(value)
}

function lookOf(schema: Schema): Look | null {
  const known = looks.get(schema)
  if (known !== undefined) return known
  looks.set(schema, null) // A schema inside itself is zod's.
  const look = made(schema)
  looks.set(schema, look)
  return look
}

function made(schema: Schema): Look | null {
  const { def } = schema._zod
  const shape = def.coerce ? null : ofType(def)
  const rules = checksOf(def)
  if (!shape || !rules) return null
  if (rules.length === 0) return shape
  const [only] = rules
  if (rules.length === 1 && only) return (value) => shape(value) && only(value)
  return (value) => shape(value) && rules.every((rule) => rule(value))
}

const plain: Readonly<Record<string, Look>> = {
  string: (value) => typeof value === 'string',
  number: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  unknown: (value) => value !== undefined,
  any: (value) => value !== undefined,
}

const types: Readonly<Record<string, (def: Def) => Look | null>> = {
  object: ofObject,
  record: ofRecord,
  array: ({ element }) => ofArray(element && lookOf(element)),
  union: (def) => (def.discriminator === undefined ? ofUnion(def.options ?? []) : ofTagged(def.discriminator, def)),
  nullable: ofInner,
  optional: ofInner,
  default: ofInner,
  literal: ofValues,
  enum: ofValues,
}

const ofType = (def: Def): Look | null => plain[def.type] ?? types[def.type]?.(def) ?? null

function ofInner({ type, innerType }: Def): Look | null {
  const inner = innerType ? lookOf(innerType) : null
  if (!inner) return null
  if (type === 'nullable') return (value) => value === null || inner(value)
  // Where nothing is, a default is put in: that is zod's.
  if (type === 'default' || innerType?._zod.optin === 'defaulted') return (value) => value !== undefined && inner(value)
  return (value) => value === undefined || inner(value)
}

const valuesOf = ({ values, entries = {} }: Def) => values ?? Object.values(entries)

function ofValues(def: Def): Look {
  const known = new Set(valuesOf(def))
  return (value) => known.has(value)
}

function ofObject({ shape = {}, catchall }: Def): Look | null {
  if (catchall && catchall._zod.def.type !== 'never') return null
  const keys = Object.keys(shape)
  const parts = keys.map((key) => lookOf(shape[key] as Schema))
  if (parts.some((part) => part === null)) return null
  const all = parts as Look[]
  const mayMiss = keys.map((key) => shape[key]?._zod.def.type === 'optional' && shape[key]._zod.optin === 'optional')
  return (value) => {
    if (!isPlain(value)) return false
    let named = 0
    for (let n = 0; n < keys.length; n++) {
      const key = keys[n] as string
      const part = value[key]
      if (part === undefined) {
        if (!mayMiss[n]) return false
        if (Object.hasOwn(value, key)) named++
      } else if (all[n]?.(part)) named++
      else return false
    }
    // Without a list of its keys, which would be most of what a look leaves to collect.
    for (const _ in value) named--
    return named === 0
  }
}

function ofArray(item: Look | null | undefined): Look | null {
  if (!item) return null
  return (value) => {
    if (!Array.isArray(value)) return false
    for (const one of value as unknown[]) if (!item(one)) return false
    return true
  }
}

function ofRecord({ keyType, valueType }: Def): Look | null {
  const key = keyType?._zod.def.type === 'string' ? lookOf(keyType) : null
  const part = valueType && lookOf(valueType)
  if (!key || !part) return null
  return (value) => {
    if (!isPlain(value)) return false
    for (const name of Object.keys(value)) if (name === '__proto__' || !key(name) || !part(value[name])) return false
    return true
  }
}

const simple = new Set(['literal', 'enum', 'null', 'boolean', 'number', 'string'])

/** Of which zod leaves nothing out, and changes nothing. */
function isKept({ _zod: { def } }: Schema): boolean {
  if (def.type === 'array') return def.element !== undefined && isKept(def.element)
  return simple.has(def.type) && !(def.checks ?? []).some((check) => check._zod.def.check === 'overwrite')
}

/** zod takes the first that fits, and may leave out what only a later one names: where nothing is left out, all fit alike. */
function ofUnion(options: Schema[]): Look | null {
  const all = options.map((option) => (isKept(option) ? lookOf(option) : null))
  if (all.some((look) => look === null)) return null
  return (value) => all.some((look) => look?.(value))
}

function ofTagged(tag: string, { options = [] }: Def): Look | null {
  const byTag = new Map<unknown, Look>()
  for (const option of options) {
    const look = lookOf(option)
    const named = option._zod.def.shape?.[tag]?._zod.def
    if (named?.type !== 'literal' && named?.type !== 'enum') return null
    if (!look) continue // Only those that it names are zod's.
    for (const value of valuesOf(named)) byTag.set(value, look)
  }
  return (value) => isPlain(value) && byTag.get(value[tag])?.(value) === true
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The checks of a schema, itself included where it is one (`z.int()`); null where one of them is not known here. */
function checksOf(def: Def): Look[] | null {
  const own = def.check === undefined ? [] : [def as CheckDef]
  const all = [...own, ...(def.checks ?? []).map((check) => check._zod.def)].map(checkOf)
  return all.some((check) => check === null) ? null : (all as Look[])
}

/** Formats that are a pattern and nothing else. */
const patterns = new Set(['regex', 'datetime', 'date', 'time', 'email', 'uuid', 'guid', 'starts_with', 'ends_with'])

const lengthOf = (value: unknown) => (value as { length: number }).length
// zod counts the characters of a text, two of these units at most: so many units are surely enough.
const isLong = (value: unknown, minimum: number) =>
  lengthOf(value) >= (typeof value === 'string' && minimum > 1 ? 2 * minimum : minimum)

const checks: Readonly<Record<string, (check: CheckDef) => Look | null>> = {
  max_length:
    ({ maximum = 0 }) =>
    (value) =>
      lengthOf(value) <= maximum,
  min_length:
    ({ minimum = 0 }) =>
    (value) =>
      isLong(value, minimum),
  length_equals:
    ({ length }) =>
    (value) =>
      typeof value !== 'string' && lengthOf(value) === length,
  less_than: (check) => bound(true, check),
  greater_than: (check) => bound(false, check),
  number_format: ({ format }) => (format === 'safeint' ? Number.isSafeInteger : null),
  string_format: patterned,
  overwrite:
    ({ tx }) =>
    (value) =>
      tx?.(value) === value,
  // A rule that is more than a question is zod's.
  custom: ({ fn }) => (fn ? (value) => fn(value) === true : null),
}

const checkOf = (check: CheckDef): Look | null => checks[check.check]?.(check) ?? null

function bound(isMost: boolean, { value: limit, inclusive = false }: CheckDef): Look | null {
  if (typeof limit !== 'number') return null
  if (isMost) return inclusive ? (value) => (value as number) <= limit : (value) => (value as number) < limit
  return inclusive ? (value) => (value as number) >= limit : (value) => (value as number) > limit
}

function patterned({ format = '', pattern }: CheckDef): Look | null {
  if (!pattern || !patterns.has(format)) return null
  return (value) => {
    pattern.lastIndex = 0
    return pattern.test(value as string)
  }
}
