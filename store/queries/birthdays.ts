import { daysFrom } from '../../kernel/filter-terms.ts'
import { dayAfter, localDateOf } from '../../kernel/local-time.ts'
import type { Store } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { peopleByIds, type PersonLine, present } from './people-list.ts'

export type Birthday = PersonLine & {
  /** The next one: `2026-11-22`. */
  on: string
  /** How old they become; null where nobody knows their year. */
  turns: number | null
}

/** Who was born on 29 February has the 28th where a year has no 29th. */
function dayOf(date: string): string {
  const [, month, day] = date.split('-')
  return `${month}-${day}`
}

/** The next birthdays, in the order of the days, by the clocks of the zone. */
export async function birthdaysPage(
  source: { store: Store; rest: Rest },
  workspaceId: string,
  { now, zone, days, limit }: { now: number; zone: string; days: number; limit: number },
): Promise<{ items: Birthday[]; isMore: boolean }> {
  const today = localDateOf(now, zone)
  const items: Birthday[] = []
  const dates = new Map<string, string>()
  for (let date = today, n = 0; n < days; n++, date = dayAfter(date)) dates.set(dayOf(date), date)
  // Month by month, in the order of the days: a page is filled from today on.
  for (const { month, from, to } of daysFrom(today, days)) {
    const filter = { ...present, 'birth.month': month, 'birth.day': { $gte: from, $lte: to } }
    const sort = { 'birth.month': 1, 'birth.day': 1 } as const
    const found = await source.store
      .of(workspaceId)
      .find('users', filter, { sort, limit: limit + 1 - items.length, projection: { _id: 1 } })
    const people = await peopleByIds(
      source,
      workspaceId,
      found.map(({ _id }) => _id),
    )
    const known = people.flatMap((person) => birthdayOf(person, dates))
    items.push(...known.sort((a, b) => (a.on < b.on ? -1 : 1)))
    if (items.length > limit) break
  }
  return { items: items.slice(0, limit), isMore: items.length > limit }
}

const unknownYear = 9_999

function birthdayOf(person: PersonLine, dates: ReadonlyMap<string, string>): Birthday[] {
  if (person.birthday === null) return []
  const [year = unknownYear] = person.birthday.split('-').map(Number)
  const day = dayOf(person.birthday)
  const on = dates.get(day) ?? (day === '02-29' ? dates.get('02-28') : undefined)
  if (on === undefined) return []
  return [{ ...person, on, turns: year === unknownYear ? null : Number(on.slice(0, 4)) - year }]
}
