import { z } from 'zod'
import { operators } from './filter-operators.ts'
import { invalid } from './problem.ts'
import { type Field, type Fields, operatorsOf, problemWith } from './filter-fields.ts'

// One language for segments of people, views of the inbox and conditions of rules. What it says is data: it is checked
// against the fields of its subject, asked of one subject (`matches`), or of the database (`mongoFilter`).

const scalar = z.union([z.string().max(200), z.number(), z.boolean()])

/** One question about one field. Spans of time are `30m`, `4h`, `7d`; dates are `2026-11-22`, in the zone of who asks. */
export const Condition = z.strictObject({
  field: z.string().min(1).max(100),
  is: z.enum(operators),
  value: z.union([scalar, z.array(z.union([z.string().max(200), z.number()])).max(100)]).optional(),
})
export type Condition = z.infer<typeof Condition>

export type Filter = Condition | { all: Filter[] } | { any: Filter[] } | { not: Filter }

const partsMax = 25
const conditionsMax = 50

// Three levels of parts, each written out: a schema inside itself could not say how deep it goes.
const over = (part: z.ZodType<Filter>): z.ZodType<Filter> =>
  z.union([
    Condition,
    z.strictObject({ all: z.array(part).max(partsMax) }),
    z.strictObject({ any: z.array(part).max(partsMax) }),
    z.strictObject({ not: part }),
  ])

export const Filter: z.ZodType<Filter> = over(over(over(Condition)))

export const everything: Filter = { all: [] }

/** Every condition in it. */
export function conditionsOf(filter: Filter): Condition[] {
  if ('field' in filter) return [filter]
  if ('not' in filter) return conditionsOf(filter.not)
  return ('all' in filter ? filter.all : filter.any).flatMap(conditionsOf)
}

/**
 * The same filter, once every condition of it can be asked of such a subject.
 * @throws Problem `invalid_filter`, which names each that cannot
 */
export function checked(filter: Filter, fields: Fields, path = 'filter'): Filter {
  const errors = problemsOf(filter, fields, path)
  if (conditionsOf(filter).length > conditionsMax)
    errors.push({ path, message: `A filter has at most ${conditionsMax} conditions.` })
  if (errors.length > 0) throw invalid('invalid_filter', 'This filter asks what cannot be asked.', errors)
  return filter
}

function problemsOf(filter: Filter, fields: Fields, path: string): { path: string; message: string }[] {
  if ('field' in filter) return conditionProblems(filter, fields[filter.field], path)
  if ('not' in filter) return problemsOf(filter.not, fields, `${path}.not`)
  const [name, parts] = 'all' in filter ? ['all', filter.all] : ['any', filter.any]
  return parts.flatMap((part, index) => problemsOf(part, fields, `${path}.${name}.${index}`))
}

function conditionProblems({ field, is, value }: Condition, known: Field | undefined, path: string) {
  if (!known) return [{ path: `${path}.field`, message: `There is no field ${field}.` }]
  if (!operatorsOf(known).includes(is))
    return [{ path: `${path}.is`, message: `${field} can be asked: ${operatorsOf(known).join(', ')}.` }]
  const message = problemWith(known, is, value)
  return message === undefined ? [] : [{ path: `${path}.value`, message }]
}

/** Whether what it finds changes as time goes by, though nobody changes. */
export const movesWithTime = (filter: Filter): boolean =>
  conditionsOf(filter).some(({ is }) => is === 'within_last' || is === 'within_next' || is === 'longer_ago_than')
