/** As much of JSON Schema as our own documents use. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minLength?: number
  minimum?: number
  exclusiveMinimum?: number
  format?: string
  pattern?: string
  default?: unknown
}
type Named = Record<string, Schema>

const resolved = (schema: Schema, named: Named): Schema => {
  if (schema.$ref !== undefined) return resolved(named[schema.$ref.split('/').at(-1) ?? ''] ?? {}, named)
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first) return resolved(first, named)
  if (!schema.allOf) return schema
  const parts = schema.allOf.map((one) => resolved(one, named))
  return {
    ...schema,
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties ?? {})),
  }
}

const known: Record<string, string> = {
  email: 'somebody@example.test',
  'date-time': '2030-01-01T00:00:00.000Z',
  uri: 'https://example.test/',
  date: '2030-01-01',
}

type Make = (schema: Schema, named: Named) => unknown
const number: Make = ({ minimum, exclusiveMinimum }) => minimum ?? (exclusiveMinimum ?? 0) + 1
const ofType: Record<string, Make> = {
  object: ({ properties = {} }, named) =>
    Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, sample(one, named)])),
  array: ({ items, minItems = 0 }, named) => (items && minItems > 0 ? [sample(items, named)] : []),
  integer: number,
  number,
  boolean: () => false,
  string: ({ format = '', minLength = 1 }) => known[format] ?? 'x'.repeat(Math.max(1, minLength)),
}

/** Something that this schema most likely takes. Where a pattern asks for more, it is refused, which is as good. */
export function sample(given: Schema, named: Named): unknown {
  const schema = resolved(given, named)
  const { const: only, enum: some, type } = schema
  if (only !== undefined || some) return only ?? some?.[0]
  const make = ofType[(Array.isArray(type) ? type[0] : type) ?? 'string'] ?? ofType['string']
  return make?.(schema, named)
}

/** The same shape with operators of a query in the place of every value. */
export function hostile(given: Schema, named: Named): unknown {
  const { type, properties } = resolved(given, named)
  if (type !== 'object' || !properties) return { $gt: '', $ne: null }
  return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, hostile(one, named)]))
}
