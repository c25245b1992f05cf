import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Json = { [key: string]: unknown }

/**
 * The schemas of the AsyncAPI document. `closed` are those of what the server says: a client ignores what it does not
 * know, but what the document does not name must not leave in the first place.
 */
export class Schemas {
  readonly #open: Ajv
  readonly #closed: Ajv
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor(schemas: Json) {
    this.#open = ajvOf(schemas)
    this.#closed = ajvOf(closed(schemas) as Json)
  }

  /** What is wrong with a value; undefined where nothing is. */
  wrong(ref: string, value: unknown, { isClosed }: { isClosed: boolean }): string | undefined {
    const key = `${isClosed} ${ref}`
    const check = this.#compiled.get(key) ?? (isClosed ? this.#closed : this.#open).compile({ $ref: `document${ref}` })
    this.#compiled.set(key, check)
    if (check(value)) return undefined
    // Of a union, what went furthest in is what was meant.
    const errors = [...(check.errors ?? [])].sort((one, other) => deep(other.instancePath) - deep(one.instancePath))
    return errors
      .slice(0, 3)
      .map(({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`)
      .join('; ')
  }
}

const deep = (path: string) => path.split('/').length

function ajvOf(schemas: Json): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: false })
  // Its types are those of CommonJS, what it exports is the function.
  ;(formats as unknown as (to: Ajv) => void)(ajv)
  ajv.addSchema({ $id: 'document', components: { schemas } })
  return ajv
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner
}
