import { z } from 'zod'

// Marks in a schema decide how a value rests, travels and shows; `codec.ts` acts on them, everywhere alike.
// `mark` survives .min, .refine, .describe and .brand; under .optional() and .nullable() the codec looks inside.

/** A moment: epoch ms (UTC) in memory, an ISO 8601 string on the wire, a BSON Date at rest. */
export const instant = () =>
  z
    .codec(z.iso.datetime({ offset: true }), z.int().min(-8_640_000_000_000_000).max(8_640_000_000_000_000), {
      decode: (text) => Date.parse(text),
      encode: (ms) => new Date(ms).toISOString(),
    })
    .meta({ mark: 'instant' })

/** Plain in memory and to those who may read it; encrypted at rest, masked in logs and in the inspector. */
export const sensitive = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema.meta({ ...schema.meta(), mark: 'sensitive' })

/**
 * One piece of JSON at rest, for a list of an actor's state that is written whole with nearly every message and that no
 * query looks into: a database takes apart, field by field, whatever it is given in parts. Never of what is sensitive.
 */
export const packed = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema.meta({ ...schema.meta(), mark: 'packed' })
