import { z } from 'zod'
import { dayAfter, firstInstantAt, localDateOf, shifted } from '../../kernel/local-time.ts'
import { addedUp, type ChannelDay, channelDays, type Counted, type Day } from '../../store/queries/channel-days.ts'
import { known } from '../channel-rules.ts'
import { get } from '../http/route.ts'

const count = z.int().nonnegative()
const Names = z.array(z.object({ name: z.string().max(128), count })).max(50)
const counts = {
  received: count,
  /** All that was said from here; what is neither delivered nor failed is on its way, or nobody told. */
  sent: count,
  /** Those that were read are among them. */
  delivered: count,
  read: count,
  failed: count,
  /** By what they are: `text`, `image`, `template` … */
  kinds: Names,
  /** By our code of what went wrong. */
  failures: Names,
  /** By the rule that kept a message from leaving, or had it wait. */
  heldBack: Names,
  /** Half of those that arrived were on the person's device within so long, ms; null where none did. */
  medianReachMs: z.number().nonnegative().nullable(),
}
const DayCounts = z.object({ day: z.iso.date(), ...counts })
const daysMax = 90

/** The last days of a business, today included. */
function lastDays(now: number, howMany: number, zone: string): Day[] {
  const today = localDateOf(now, zone)
  let day = localDateOf(shifted(now, { amount: 1 - howMany, unit: 'd' }, zone), zone)
  const all: Day[] = []
  for (; day <= today; day = dayAfter(day)) {
    const from = firstInstantAt(day, '00:00', zone)
    all.push({ day, from, to: firstInstantAt(dayAfter(day), '00:00', zone) })
  }
  return all
}

/** That of all days: each day's weighs as much as arrived on it. */
function medianOver(days: readonly ChannelDay[]): number | null {
  const known = days.flatMap(({ medianReachMs: ms, delivered }) => (ms === null ? [] : [{ ms, delivered }]))
  const half = known.reduce((sum, { delivered }) => sum + delivered, 0) / 2
  let sum = 0
  for (const { ms, delivered } of known.sort((one, other) => one.ms - other.ms)) {
    sum += delivered
    if (sum >= half) return ms
  }
  return null
}

function totalOf(days: readonly ChannelDay[]) {
  const sum = (of: (day: ChannelDay) => number) => days.reduce((total, day) => total + of(day), 0)
  const names = (of: (day: ChannelDay) => Counted[]) => addedUp(days.flatMap(of))
  return {
    received: sum((day) => day.received),
    sent: sum((day) => day.sent),
    delivered: sum((day) => day.delivered),
    read: sum((day) => day.read),
    failed: sum((day) => day.failed),
    kinds: names((day) => day.kinds),
    failures: names((day) => day.failures),
    heldBack: names((day) => day.heldBack),
    medianReachMs: medianOver(days),
  }
}

/** What goes by a channel, and how well. */
export const channelStats = [
  get(
    '/channels/:id/stats',
    {
      allow: 'channels.read',
      summary: 'What came and went by a channel, day by day: what arrived, what failed and why, what was held back',
      tags: ['Integrations'],
      query: z.object({ days: z.coerce.number().int().min(1).max(daysMax).default(30) }),
      reply: z.object({
        channelId: z.string().max(128),
        timezone: z.string().max(64),
        total: z.object(counts),
        days: z.array(DayCounts).max(daysMax + 1),
      }),
    },
    async ({ store, channels, workspaces, clocks, workspace, params, query }) => {
      await known(channels, workspace.id, params.id)
      const now = clocks.of(workspace.id).now()
      const { timezone } = (await workspaces.known(workspace.id)).settings
      const asked = { channelId: params.id, days: lastDays(now, query.days, timezone), now }
      const days = await channelDays(store, workspace.id, asked)
      return { channelId: params.id, timezone, total: totalOf(days), days }
    },
  ),
]
