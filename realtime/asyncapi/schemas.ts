import { z } from 'zod'

const place = (id: string) => `#/components/schemas/${id}`

/** Schemas with a name each, and what else bears a name inside them. Their JSON is draft 7, as AsyncAPI 3 has it. */
export class Schemas {
  readonly #named = z.registry<{ id: string }>()

  /** `names` are for what occurs in many places: it is shown once. */
  constructor(names: Record<string, z.ZodType>) {
    for (const [id, schema] of Object.entries(names)) this.#named.add(schema, { id })
  }

  /** The answer stands in the schema's place. */
  name(id: string, schema: z.ZodType) {
    this.#named.add(schema, { id })
    return { $ref: place(id) }
  }

  /** The wire's side; our own marks are nobody else's business. */
  get json(): Record<string, object> {
    const { schemas } = z.toJSONSchema(this.#named, {
      io: 'input',
      target: 'draft-7',
      uri: place,
      override({ jsonSchema }) {
        delete jsonSchema['mark']
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern // It says no more than the format, at length.
      },
    })
    return Object.fromEntries(
      Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema as object]),
    )
  }
}
