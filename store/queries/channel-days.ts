import { derivedId } from '../../kernel/id.ts'
import { isDuplicate, type Filter, type Store, type Stored } from '../connection.ts'

/** So many of something, by its name. */
export interface Counted {
  name: string
  count: number
}

/** What went by a channel on one day of the business, and what did not. */
export interface ChannelDay {
  day: string
  received: number
  sent: number
  delivered: number
  read: number
  failed: number
  /** What came and went, by what it was: `text`, `image`, `template` … */
  kinds: Counted[]
  /** Why messages failed, by code. */
  failures: Counted[]
  /** Which rule kept messages from leaving, or had them wait. */
  heldBack: Counted[]
  /** Of the latest thousand that arrived: half were on the person's device within so long, ms. */
  medianReachMs: number | null
}

/** An instant range; the end is not in it. */
export interface Day {
  day: string
  from: number
  to: number
}

/** Statuses come for days: then a day is counted for good. */
export const settledMs = 3 * 24 * 60 * 60_000
const sampleMax = 1_000

/** As the database is asked, which `explain` shows. */
export const dayFilter = (channelId: string, { from, to }: Pick<Day, 'from' | 'to'>): Filter => ({
  channelId,
  at: { $gte: new Date(from), $lt: new Date(to) },
})
export const heldFilter = (channelId: string, day: Pick<Day, 'from' | 'to'>): Filter => {
  const { at } = dayFilter(channelId, day)
  return { 'facts.channelId': channelId, at }
}

/** Days in their order. Those that are over are counted once and kept, so nobody counts a year twice. */
export async function channelDays(
  store: Store,
  workspaceId: string,
  { channelId, days, now }: { channelId: string; days: readonly Day[]; now: number },
): Promise<ChannelDay[]> {
  const tenant = store.of(workspaceId)
  const dates = days.map(({ day }) => day)
  const found = await tenant.find('channel_days', { channelId, day: { $in: dates } }, { limit: days.length })
  const known = new Map(found.map((one) => [one['day'], kept(one)]))
  const all: ChannelDay[] = []
  for (const day of days) {
    const before = known.get(day.day)
    const one = before ?? (await counted(store, workspaceId, channelId, day))
    if (!before && day.to + settledMs < now) await keep(store, workspaceId, channelId, one)
    all.push(one)
  }
  return all
}

async function keep(store: Store, workspaceId: string, channelId: string, one: ChannelDay) {
  const _id = derivedId('chd', workspaceId, channelId, one.day)
  try {
    await store.of(workspaceId).insert('channel_days', { _id, channelId, ...one })
  } catch (error) {
    // Somebody else counted it at the same time.
    if (!isDuplicate(error)) throw error
  }
}

function kept({ _id: _, workspaceId: __, channelId: ___, ...day }: Stored): ChannelDay {
  return day as unknown as ChannelDay
}

async function counted(store: Store, workspaceId: string, channelId: string, day: Day): Promise<ChannelDay> {
  const tenant = store.of(workspaceId)
  const filter = { ...dayFilter(channelId, day), n: { $gt: 0 }, direction: { $in: ['in', 'out'] } }
  const [messages, decided, medianReachMs] = await Promise.all([
    tenant.tally('messages', filter, ['direction', 'status', 'content.kind', 'error.code']),
    tenant.tally('decisions', heldFilter(channelId, day), ['rule', 'outcome']),
    medianOf(store, workspaceId, { ...filter, direction: 'out', status: { $in: ['delivered', 'read'] } }),
  ])
  const of = (wanted: (direction: unknown, status: unknown) => boolean) =>
    messages.filter(({ of: [direction, status] }) => wanted(direction, status))
  const out = (...statuses: string[]) =>
    sum(of((direction, status) => direction === 'out' && statuses.includes(String(status))))
  const held = decided.filter(({ of: [rule, outcome] }) => isGuard(rule) && outcome !== 'passed')
  return {
    day: day.day,
    received: sum(of((direction) => direction === 'in')),
    sent: sum(of((direction) => direction === 'out')),
    delivered: out('delivered', 'read'),
    read: out('read'),
    failed: out('failed'),
    kinds: byName(messages, ({ of: [, , kind] }) => kind),
    failures: byName(
      of((_, status) => status === 'failed'),
      ({ of: [, , , code] }) => code,
    ),
    heldBack: byName(held, ({ of: [rule] }) => String(rule).replace(/^guard\.|@\d+$/g, '')),
    medianReachMs,
  }
}

type Tallied = Awaited<ReturnType<ReturnType<Store['of']>['tally']>>[number]
const sum = (all: readonly Tallied[]) => all.reduce((total, { count }) => total + count, 0)
const isGuard = (rule: unknown) => typeof rule === 'string' && rule.startsWith('guard.')

function byName(all: readonly Tallied[], nameOf: (one: Tallied) => unknown): Counted[] {
  return addedUp(all.map((one) => ({ name: nameOf(one), count: one.count })))
}

/** The most frequent first. */
export function addedUp(all: readonly { name: unknown; count: number }[]): Counted[] {
  const counts = new Map<string, number>()
  for (const { name, count } of all) {
    if (typeof name === 'string') counts.set(name, (counts.get(name) ?? 0) + count)
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count || one.name.localeCompare(other.name))
    .slice(0, 50)
}

async function medianOf(store: Store, workspaceId: string, filter: Filter): Promise<number | null> {
  const options = { sort: { at: -1 } as const, limit: sampleMax, projection: { at: 1, reachedAt: 1 } as const }
  const found = await store.of(workspaceId).find('messages', filter, options)
  const times = found.flatMap(({ at, reachedAt }) =>
    at instanceof Date && reachedAt instanceof Date ? [Math.max(0, reachedAt.getTime() - at.getTime())] : [],
  )
  return times.sort((one, other) => one - other)[Math.floor((times.length - 1) / 2)] ?? null
}
