import { z } from 'zod'
import { memorySchema } from '../../kernel/codec.ts'
import { isExact, parsed } from '../../kernel/exact.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Actor } from './change.ts'
import type { RowWrite, Shape } from './contract.ts'

interface Prepared {
  input: z.ZodType
  reply: z.ZodType | undefined
}
const preparedBy = new WeakMap<Actor, Map<string, Prepared>>()

/** The schemas of a message's memory side, found once per kind. */
export function prepared(actor: Actor, message: string): Prepared {
  const known = preparedBy.get(actor)?.get(message)
  if (known) return known
  const messages = preparedBy.get(actor) ?? new Map<string, Prepared>()
  preparedBy.set(actor, messages)
  const takes = actor.contract.messages[message]
  if (!takes) throw new Error(`${actor.contract.kind} takes no message ${message}`)
  const made = { input: memorySchema(takes.input), reply: takes.reply && memorySchema(takes.reply) }
  messages.set(message, made)
  return made
}

/** @throws Problem `invalid_message` */
export function taken(schema: z.ZodType, input: unknown): unknown {
  if (isExact(schema, input)) return input
  const read = schema.safeParse(input)
  if (!read.success) throw new Problem('invalid', 'invalid_message', z.prettifyError(read.error))
  return read.data
}

// As events do: what a row's schema does not name is not written.
export function checked(contract: Shape, write: RowWrite<string>): RowWrite<string> {
  const declared = contract.rows[write.row]
  if (!declared) throw new Error(`${contract.kind} has no rows called ${write.row}`)
  const schema = memorySchema(declared) as z.ZodObject
  return 'insert' in write
    ? { ...write, insert: parsed(schema, write.insert) as object }
    : { ...write, set: parsed(partialOf(schema), write.set) as object }
}

const partials = new WeakMap<z.ZodObject, z.ZodObject>()
function partialOf(schema: z.ZodObject) {
  const partial = partials.get(schema) ?? schema.partial()
  partials.set(schema, partial)
  return partial
}
