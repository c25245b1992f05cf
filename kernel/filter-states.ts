import { ChannelKind, kindRules } from './channel-kind.ts'
import type { Asked, Asking } from './filter-asked.ts'
import { closingMs, type StateName } from './filter-fields.ts'

// States of a conversation that stand in no one place of its document: each is said by times, and by what the business
// knows of its channels.

const at = (path: string, range: { from?: number; to?: number; above?: number }): Asked => ({
  path,
  range,
  isTime: true,
})

/** Clocks stand still and run together, so whatever is so of any of them is so of all that run. */
function promise(option: string, { now }: Asking): Asked {
  const broken: Asked = {
    some: [at('sla.clocks.breachedAt', { from: 0 }), at('sla.clocks.dueAt', { to: now })],
  }
  const runs = at('sla.clocks.dueAt', { from: 0 })
  const isWarned: Asked = {
    some: [{ path: 'sla.clocks.isWarned', in: [true] }, at('sla.clocks.warnAt', { to: now })],
  }
  if (option === 'breached') return broken
  if (option === 'due_soon') return { every: [{ none: broken }, runs, isWarned] }
  if (option === 'on_time') return { every: [{ none: broken }, runs, { none: isWarned }] }
  return { none: { some: [broken, runs] } }
}

const idsOf = ({ channels = [] }: Asking, is: (kind: ChannelKind) => boolean) =>
  channels.flatMap(({ id, kind }) => {
    const known = ChannelKind.safeParse(kind)
    return known.success && is(known.data) ? [id] : []
  })

/** Whether free text may go by the channel that is in use, where that is so for a while only. */
function freeText(option: string, asking: Asking): Asked {
  const { now } = asking
  const ids = idsOf(asking, (kind) => kindRules[kind].windowMs !== null)
  const ranges = { open: { above: now + closingMs }, closing: { above: now, to: now + closingMs } }
  const until = (id: string): Asked => {
    if (option === 'open' || option === 'closing') return at(`windows.${id}`, ranges[option])
    return { none: at(`windows.${id}`, { above: now }) }
  }
  return { some: ids.map((id): Asked => ({ every: [{ path: 'channelId', in: [id] }, until(id)] })) }
}

const states: Readonly<Record<StateName, (option: string, asking: Asking) => Asked>> = {
  promise,
  freeText,
  channelKind: (option, asking) => ({ path: 'channelId', in: idsOf(asking, (kind) => kind === option) }),
}

/** Whether the state of that name is this one. */
export const stateIs = (name: StateName, option: string, asking: Asking): Asked => states[name](option, asking)
