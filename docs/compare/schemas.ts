/** As much of JSON Schema as our documents use. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  [bound: string]: unknown
}

export interface Version {
  schema: Schema | undefined
  /** The document that references point into. */
  document: object
}

/** What a client says may be taken more freely than before, what it hears may be said more strictly. */
export type Direction = 'said by clients' | 'heard by clients'

const upperBounds = ['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum', 'maxProperties']
const lowerBounds = ['minLength', 'minItems', 'minimum', 'exclusiveMinimum', 'minProperties']

/** What a client that was written for `before` cannot live with, in words; nothing where all is additive. */
export function schemaBreaks(before: Version, after: Version, direction: Direction): string[] {
  return new Comparison(before.document, after.document, direction).pair(before.schema ?? {}, after.schema ?? {}, '')
}

class Comparison {
  readonly #before: object
  readonly #after: object
  readonly #isSaid: boolean
  /** Pairs of references under way: a schema may stand inside itself. */
  readonly #open = new Set<string>()

  constructor(before: object, after: object, direction: Direction) {
    this.#before = before
    this.#after = after
    this.#isSaid = direction === 'said by clients'
  }

  pair(before: Schema, after: Schema, at: string): string[] {
    const key = `${before.$ref} ${after.$ref}`
    if (before.$ref && after.$ref && this.#open.has(key)) return []
    this.#open.add(key)
    const found = this.#options(optionsOf(before, this.#before), optionsOf(after, this.#after), at)
    this.#open.delete(key)
    return found
  }

  /** Each thing that it could be, held against the thing that it can be now. */
  #options(before: Schema[], after: Schema[], at: string): string[] {
    const left = new Set(after)
    const found: string[] = []
    for (const option of before) {
      const same = closest(option, [...left])
      if (same) {
        left.delete(same)
        found.push(...this.#option(option, same, at))
      } else if (this.#isSaid) found.push(`${place(at)} no longer takes ${nameOf(option)}`)
      else if (option.type !== 'null') found.push(`${place(at)} is never ${nameOf(option)} any more`)
    }
    const types = new Set(before.map(({ type }) => type))
    // One more variant among several is what clients are told to expect; another type is not.
    if (!this.#isSaid && !types.has(undefined))
      for (const option of left) if (!types.has(option.type)) found.push(`${place(at)} may be ${nameOf(option)} now`)
    return found
  }

  #option(before: Schema, after: Schema, at: string): string[] {
    return [
      ...this.#values(before, after, at),
      ...this.#bounds(before, after, at),
      ...this.#properties(before, after, at),
      ...(before.items && after.items ? this.pair(before.items, after.items, `${at}[]`) : []),
      ...this.#entries(before, after, at),
    ]
  }

  #values(before: Schema, after: Schema, at: string): string[] {
    const was = valuesOf(before)
    const is = valuesOf(after)
    if (!was) return is && this.#isSaid ? [`${place(at)} takes only ${is.join(', ')} now`] : []
    const gone = is ? was.filter((value) => !is.includes(value)) : []
    const words = this.#isSaid ? 'no longer takes' : 'is never'
    return gone.map((value) => `${place(at)} ${words} ${value}${this.#isSaid ? '' : ' any more'}`)
  }

  #bounds(before: Schema, after: Schema, at: string): string[] {
    return [
      ...this.#kinds(before, after, at),
      ...(this.#isSaid ? boundsSaid(before, after).map((what) => `${place(at)} ${what} now`) : []),
    ]
  }

  #kinds(before: Schema, after: Schema, at: string): string[] {
    const found: string[] = []
    if (before.format !== after.format && (before.format || this.#isSaid))
      found.push(`${place(at)} is ${after.format ?? 'any text'} now, it was ${before.format ?? 'any text'}`)
    if (before.type === after.type) return found
    if (after.type === 'number' && !this.#isSaid) found.push(`${place(at)} may have a fraction now`)
    if (after.type === 'integer' && this.#isSaid) found.push(`${place(at)} must be whole now`)
    return found
  }

  #properties(before: Schema, after: Schema, at: string): string[] {
    const inner = (name: string) => (at === '' ? name : `${at}.${name}`)
    const [was, is] = [before.properties ?? {}, after.properties ?? {}]
    const kept = Object.entries(was).flatMap(([name, schema]) => {
      const now = is[name]
      return now ? this.pair(schema, now, inner(name)) : [`${place(inner(name))} is gone`]
    })
    const [mustWas, mustIs] = [before.required ?? [], after.required ?? []]
    const added = mustIs.filter((name) => this.#isSaid && !mustWas.includes(name))
    const dropped = mustWas.filter((name) => !this.#isSaid && !mustIs.includes(name) && is[name])
    return [
      ...kept,
      ...added.map((name) => `${place(inner(name))} must be given now`),
      ...dropped.map((name) => `${place(inner(name))} may be missing now`),
    ]
  }

  /** The values of a record, whose names are anybody's. */
  #entries({ additionalProperties: before }: Schema, { additionalProperties: after }: Schema, at: string): string[] {
    if (typeof before === 'object' && typeof after === 'object') return this.pair(before, after, `${at}{}`)
    return this.#isSaid && before !== false && after === false ? [`${place(at)} takes no other fields now`] : []
  }
}

/** Everything that a schema lets through, one type each. */
function optionsOf(schema: Schema, document: object): Schema[] {
  if (schema.$ref !== undefined) return optionsOf(resolved(schema.$ref, document), document)
  const { anyOf, oneOf, allOf, ...rest } = schema
  const choice = anyOf ?? oneOf
  if (choice) return choice.flatMap((one) => optionsOf(one, document))
  if (allOf)
    return allOf
      .map((one) => optionsOf(one, document))
      .reduce((all, options) => all.flatMap((left) => options.map((right) => merged(left, right))), [rest])
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }))
  return [schema]
}

export function resolved(ref: string, document: object): Schema {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document)
  if (found === undefined) throw new Error(`${ref} leads nowhere`)
  return found as Schema
}

const merged = (one: Schema, other: Schema): Schema => ({
  ...one,
  ...other,
  properties: { ...one.properties, ...other.properties },
  required: [...(one.required ?? []), ...(other.required ?? [])],
})

const families: Record<string, string> = { integer: 'number' }
const familyOf = ({ type }: Schema) => families[`${type as string}`] ?? type

/** The option that is meant to be the same one: of its type, with the same tag, and of several the most alike. */
function closest(option: Schema, among: Schema[]): Schema | undefined {
  const alike = among
    .filter((one) => familyOf(one) === familyOf(option) || one.type === undefined || option.type === undefined)
    .map((one) => ({ one, score: likeness(option, one) }))
    .filter(({ score }) => score >= 0)
    .sort((one, other) => other.score - one.score)
  return alike[0]?.one
}

/** Negative where a tag says that they are two different things. */
function likeness(before: Schema, after: Schema): number {
  const [was, is] = [before.properties ?? {}, after.properties ?? {}]
  let score = 0
  for (const [name, schema] of Object.entries(was)) {
    const now = is[name]
    if (!now) continue
    score++
    // Names of streams are told apart by their form alone.
    if (schema.pattern !== undefined && schema.pattern === now.pattern) score += 10
    const [values, nowValues] = [valuesOf(schema), valuesOf(now)]
    if (schema.const === undefined && now.const === undefined) continue
    if (!values || !nowValues) continue
    if (!values.some((value) => nowValues.includes(value))) return -1
    score += 10
  }
  return score
}

const valuesOf = ({ const: only, enum: some }: Schema): string[] | undefined =>
  (only === undefined ? some : [only])?.map((value) => JSON.stringify(value))

/** How much less may be said than before. */
function boundsSaid(before: Schema, after: Schema): string[] {
  const isPattern = after.pattern !== undefined && after.pattern !== before.pattern
  const tighter = (bounds: string[], sign: 1 | -1) =>
    bounds
      .filter((bound) => isTighter(before[bound], after[bound], sign))
      .map((bound) => `has ${bound} ${String(after[bound])}`)
  return [
    ...(isPattern ? [`must match ${after.pattern}`] : []),
    ...tighter(upperBounds, -1),
    ...tighter(lowerBounds, 1),
  ]
}

const isTighter = (before: unknown, after: unknown, sign: 1 | -1) =>
  typeof after === 'number' && (typeof before !== 'number' || (after - before) * sign > 0)

const place = (at: string) => (at === '' ? 'it' : `\`${at}\``)

function nameOf(option: Schema): string {
  const tag = Object.entries(option.properties ?? {}).find(([, schema]) => valuesOf(schema))
  if (tag) return `${tag[0]} ${valuesOf(tag[1])?.join('|')}`
  return option.type === undefined ? 'anything' : `${option.type as string}`
}
