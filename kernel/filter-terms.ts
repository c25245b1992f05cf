import type { Condition, Filter } from './filter.ts'
import type { Asked, Asking, Bounds, Days, Scalar, Term } from './filter-asked.ts'
import { type Field, spanOf, type StateName } from './filter-fields.ts'
import { stateIs } from './filter-states.ts'
import { dayAfter, firstInstantAt, instantOf, localDateOf, shifted } from './local-time.ts'

function asked(filter: Filter, asking: Asking): Asked {
  if ('field' in filter) return termOf(filter, asking)
  if ('not' in filter) return { none: asked(filter.not, asking) }
  if ('all' in filter) return { every: filter.all.map((part) => asked(part, asking)) }
  return { some: filter.any.map((part) => asked(part, asking)) }
}

function termOf(condition: Condition, asking: Asking): Asked {
  const field = asking.fields[condition.field]
  if (!field) throw new Error(`a filter was not checked: ${condition.field}`)
  const { is } = condition
  if (field.state !== undefined) return stateTerm(condition, field.state, asking)
  if (is === 'known') return { not: unknown(field) }
  if (is === 'unknown') return unknown(field)
  if (field.type === 'birthday') return { path: field.path, days: birthdays(condition, asking) }
  if (field.type === 'date') return { path: field.path, range: rangeOf(condition, asking), isTime: true }
  return plainTerm(condition, field)
}

function stateTerm({ is, value }: Condition, state: StateName, asking: Asking): Asked {
  const some: Asked = { some: [value].flat().map((option) => stateIs(state, String(option), asking)) }
  return refusing.has(is) ? { none: some } : some
}

function unknown({ type, path }: Field): Term {
  if (type === 'list') return { not: { path, isFilled: true } }
  return { path, in: [null, ''] }
}

function plainTerm({ is, value }: Condition, { path, type }: Field): Term {
  const values = (Array.isArray(value) ? value : [value]) as Scalar[]
  const [first = null] = values
  if (refusing.has(is)) return { not: { path, in: values } }
  if (is === 'has_all') return { path, all: values }
  if (is === 'contains') return { path, matches: quoted(String(first)) }
  if (is === 'starts_with') return { path, matches: `^${quoted(String(first))}` }
  if (type === 'number' && is !== 'is')
    return { path, range: { [is === 'at_least' ? 'from' : 'to']: Number(first) }, isTime: false }
  return { path, in: type === 'yes_no' ? answersLike(first) : values }
}

const refusing = new Set<Condition['is']>(['is_not', 'none_of', 'has_none'])
/** Who was never asked has said no. */
const answersLike = (answer: Scalar): Scalar[] => (answer === false ? [false, null] : [answer])

const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function rangeOf({ is, value }: Condition, { now, zone }: Asking): Bounds {
  const text = String(value)
  const span = spanOf(value)
  if (span) {
    const back = () => shifted(now, { ...span, amount: -span.amount }, zone)
    if (is === 'within_next') return { from: now, to: shifted(now, span, zone) }
    return is === 'within_last' ? { from: back(), to: now } : { below: back() }
  }
  if (text.includes('T')) return is === 'before' ? { below: Date.parse(text) } : { above: Date.parse(text) }
  const begins = (date: string) => firstInstantAt(date, '00:00', zone)
  if (is === 'before') return { below: begins(text) }
  if (is === 'after') return { from: begins(dayAfter(text)) }
  return { from: begins(text), below: begins(dayAfter(text)) }
}

const monthEnd = 31

function birthdays({ is, value }: Condition, { now, zone }: Asking): Days[] {
  if (is === 'in_month') return [{ month: Number(value), from: 1, to: monthEnd }]
  if (is === 'on') {
    const [month, day] = String(value).split('-').map(Number)
    return [{ month: month ?? 0, from: day ?? 0, to: day ?? 0 }]
  }
  const days = spanOf(value)?.amount ?? 0
  const today = localDateOf(now, zone)
  const noon = instantOf(today, '12:00', zone)
  const first = is === 'within_next' ? today : localDateOf(shifted(noon, { amount: -days, unit: 'd' }, zone), zone)
  return daysFrom(first, Math.min(days, 365) + 1)
}

/** So many days from a date on, by months. Who was born on 29 February has the 28th where a year has no 29th. */
export function daysFrom(first: string, count: number): Days[] {
  const found: Days[] = []
  let date = first
  for (let n = 0; n < count; n++) {
    const [, month = 0, day = 0] = date.split('-').map(Number)
    const after = dayAfter(date)
    const to = month === 2 && day === 28 && after.endsWith('-03-01') ? 29 : day
    const last = found.at(-1)
    if (last?.month === month && last.to === day - 1) last.to = to
    else found.push({ month, from: day, to })
    date = after
  }
  return found
}

/** Whether it is so of this one, as it is in memory. */
export function matches(filter: Filter, subject: object, asking: Asking): boolean {
  return holds(asked(filter, asking), subject)
}

function holds(term: Asked, subject: object): boolean {
  if ('every' in term) return term.every.every((part) => holds(part, subject))
  if ('some' in term) return term.some.some((part) => holds(part, subject))
  if ('none' in term) return !holds(term.none, subject)
  if ('not' in term) return !holds(term.not, subject)
  const value = valueAt(subject, term.path.split('.'))
  if ('in' in term) return valuesOf(value).some((one) => term.in.includes(one as Scalar))
  if ('all' in term) return term.all.every((wanted) => valuesOf(value).includes(wanted))
  if ('isFilled' in term) return valuesOf(value).some((one) => typeof one === 'string')
  if ('matches' in term) return valuesOf(value).some((one) => isLike(one, term.matches))
  if ('days' in term) return term.days.some((days) => isIn(value, days))
  return valuesOf(value).some((one) => typeof one === 'number' && isWithin(one, term.range))
}

const isLike = (value: unknown, pattern: string) => typeof value === 'string' && new RegExp(pattern, 'iu').test(value)

const isWithin = (value: number, { from, to, below, above }: Bounds) =>
  !(
    (from !== undefined && value < from) ||
    (to !== undefined && value > to) ||
    (below !== undefined && value >= below) ||
    (above !== undefined && value <= above)
  )

function isIn(birth: unknown, { month, from, to }: Days) {
  const { month: theirs, day = 0 } = (birth ?? {}) as { month?: number; day?: number }
  return theirs === month && day >= from && day <= to
}

/** As the database looks at it: an empty list holds nothing, and what is missing is null. */
const valuesOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value ?? null])

function valueAt(subject: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return subject
  if (Array.isArray(subject)) return subject.map((one) => valueAt(one, [name, ...rest]))
  if (subject === null || typeof subject !== 'object') return undefined
  return valueAt((subject as Record<string, unknown>)[name], rest)
}

/** The same, asked of the documents as they rest. Whoever asks adds the workspace. */
export function mongoFilter(filter: Filter, asking: Asking): Record<string, unknown> {
  return inMongo(asked(filter, asking))
}

function inMongo(term: Asked): Record<string, unknown> {
  if ('every' in term) return term.every.length === 0 ? {} : { $and: term.every.map(inMongo) }
  if ('some' in term) return term.some.length === 0 ? { _id: { $in: [] } } : { $or: term.some.map(inMongo) }
  if ('none' in term) return { $nor: [inMongo(term.none)] }
  if ('not' in term) return { $nor: [inMongo(term.not)] }
  const { path } = term
  if ('in' in term) return { [path]: { $in: term.in } }
  if ('all' in term) return { [path]: { $all: term.all } }
  // Of a list, this asks whether any of it is a text.
  if ('isFilled' in term) return { [path]: { $type: 'string' } }
  if ('matches' in term) return { [path]: { $regex: term.matches, $options: 'i' } }
  if ('days' in term) return { $or: term.days.map((days) => birthIn(path, days)) }
  return { [path]: boundsOf(term.range, term.isTime) }
}

const birthIn = (path: string, { month, from, to }: Days) => ({
  [`${path}.month`]: month,
  [`${path}.day`]: { $gte: from, $lte: to },
})

const names = { from: '$gte', to: '$lte', below: '$lt', above: '$gt' } as const

const boundsOf = (range: Bounds, isTime: boolean) =>
  Object.fromEntries(
    Object.entries(range).map(([name, value]: [string, number]) => [
      names[name as keyof Bounds],
      isTime ? new Date(value) : value,
    ]),
  )
