import { z } from 'zod'
import { backoffMs } from '../../kernel/backoff.ts'
import { isoOf } from '../../kernel/clock.ts'
import { instant } from '../../kernel/marks.ts'
import { conversation } from '../conversation/contract.ts'
import { actor, type Change, type Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { Device, devicesMax, push, Told } from './contract.ts'

const id = z.string().max(128)
/** So long a device has to show what it was sent. */
export const patienceMs = 2_000
/** A notice that comes later than this tells nobody anything new. */
const newsMs = 6 * 60 * 60_000
const triesMax = 6
const waitingMax = 50

const Underway = Device.extend({
  at: z.enum(['going', 'again', 'told', 'gone', 'failed', 'unknown']),
  code: z.string().max(64).nullable(),
})

const Notice = Told.extend({
  since: instant(),
  tries: z.int().nonnegative(),
  /** Of those that were tried. */
  devices: z.array(Underway).max(devicesMax),
  /** When a service that is full may be asked again. */
  againAt: instant().nullable(),
})
type Notice = z.infer<typeof Notice>

export const PushState = z.object({
  /** How far a device of theirs has shown their stream. */
  shownSeq: z.int().nonnegative(),
  /** By message: what no device has shown yet. */
  waiting: z.record(id, Notice),
})
type State = z.infer<typeof PushState>
type PushChange = Change<typeof push, State>

const { effect, remind } = push
const dueOf = (messageId: string) => `due/${messageId}`

const without = (state: State, messageId: string): State => {
  const { [messageId]: _, ...waiting } = state.waiting
  return { ...state, waiting }
}
const put = (state: State, notice: Notice): State => ({
  ...state,
  waiting: { ...state.waiting, [notice.messageId]: notice },
})
const due = ({ messageId }: Pick<Notice, 'messageId'>, at: number) => ({
  [dueOf(messageId)]: remind('due', at, { messageId }),
})

export const pushActor = actor(push, {
  state: PushState,
  initial: { shownSeq: 0, waiting: {} },

  on: {
    told(state, told, { now }): PushChange {
      // A receipt may be here before what it is for.
      if (told.seq <= state.shownSeq || state.waiting[told.messageId]) return { state }
      const [oldest] = Object.keys(state.waiting)
      const isFull = Object.keys(state.waiting).length >= waitingMax && oldest !== undefined
      const room = isFull ? without(state, oldest) : state
      const notice = { ...told, since: now, tries: 0, devices: [], againAt: null }
      return {
        state: put(room, notice),
        reminders: { ...due(told, now + patienceMs), ...(isFull && { [dueOf(oldest)]: null }) },
        ...(isFull && { decisions: [decided(oldest, 'too_many', {})] }),
      }
    },

    shown(state, { seq }): PushChange {
      if (seq <= state.shownSeq) return { state }
      // What is on its way to a device already has an answer coming.
      const seen = Object.values(state.waiting).filter((one) => one.seq <= seq && one.devices.every(isAtRest))
      const rest = seen.reduce((before, { messageId }) => without(before, messageId), state)
      return {
        state: { ...rest, shownSeq: seq },
        reminders: Object.fromEntries(seen.map(({ messageId }) => [dueOf(messageId), null])),
      }
    },

    due(state, { messageId }): PushChange {
      const notice = state.waiting[messageId]
      if (!notice || !notice.devices.every(isAtRest)) return { state }
      const { tries, channelId } = notice
      return { state, effects: [effect('look', `${messageId}/${tries}`, { messageId, tries, channelId })] }
    },

    looked(state, { messageId, tries, verdict }): PushChange {
      const notice = state.waiting[messageId]
      // Shown meanwhile, or looked at twice.
      if (!notice || notice.tries !== tries || !notice.devices.every(isAtRest)) return { state }
      if (verdict.is === 'over') return over(state, notice, verdict.why)
      if (verdict.is === 'held') return held(state, notice, verdict.until)
      return notified(state, notice, verdict.devices)
    },

    tried(state, { messageId, deviceId, result }, given): PushChange {
      const notice = state.waiting[messageId]
      const one = notice?.devices.find((device) => device.id === deviceId)
      if (!notice || one?.at !== 'going') return { state }
      return concluded(state, withResult(notice, one, result, given))
    },

    view(state) {
      return { state, reply: { waiting: Object.keys(state.waiting).length } }
    },
  },
})

const isAtRest = ({ at }: z.infer<typeof Underway>) => at !== 'going'

function over(state: State, { messageId, tries }: Notice, why: string): PushChange {
  return { state: without(state, messageId), decisions: [decided(messageId, why, { tries })] }
}

function held(state: State, notice: Notice, until: number): PushChange {
  // What was told once, and is tried again, is no news by the morning.
  if (notice.tries > 0) return over(state, notice, 'quiet_hours')
  return {
    state: put(state, { ...notice, since: until }),
    reminders: due(notice, until),
    decisions: [decided(notice.messageId, 'deferred', { until: isoOf(until) })],
  }
}

type Devices = readonly z.infer<typeof Device>[]

/** Each device is told once: the second time only those are asked whose service had no time. */
function notified(state: State, notice: Notice, known: Devices): PushChange {
  const { messageId, conversationId, channelId, tries } = notice
  const isFirst = tries === 0
  const next = isFirst
    ? known
    : known.filter(({ id }) => notice.devices.some((one) => one.id === id && one.at === 'again'))
  const going = next.map((device) => ({ ...device, at: 'going' as const, code: null }))
  const rest = notice.devices.filter((one) => !going.some(({ id }) => id === one.id))
  const settled = rest.map((one) => (one.at === 'again' ? { ...one, at: 'failed' as const } : one))
  const after = { ...notice, tries: tries + 1, againAt: null, devices: [...settled, ...going].slice(0, devicesMax) }
  if (going.length === 0) return concluded(state, after)
  return {
    state: put(state, after),
    effects: going.map(({ id: deviceId }) =>
      effect('notify', `${messageId}/${deviceId}/${tries}`, { messageId, conversationId, channelId, deviceId }),
    ),
  }
}

type Result = InputOf<typeof push, 'tried'>['result']

function withResult(notice: Notice, device: z.infer<typeof Underway>, result: Result, given: Given): Notice {
  const at = result.outcome
  const code = 'code' in result ? result.code : null
  const devices = notice.devices.map((one) => (one === device ? { ...one, at, code } : one))
  if (result.outcome !== 'again') return { ...notice, devices }
  const wait = Math.max(result.retryAfterMs ?? 0, backoffMs(notice.tries, given.random()))
  return { ...notice, devices, againAt: Math.max(notice.againAt ?? 0, given.now + wait) }
}

/** Waits for the others, tries again, or says what came of it. */
function concluded(state: State, notice: Notice): PushChange {
  const { messageId, conversationId, channelId, devices, againAt, tries, since } = notice
  if (!devices.every(isAtRest)) return { state: put(state, notice) }
  const isWorthIt = tries < triesMax && againAt !== null && againAt <= since + newsMs
  if (isWorthIt && devices.some(({ at }) => at === 'again'))
    return { state: put(state, notice), reminders: due(notice, againAt) }
  const told = devices.filter(({ at }) => at === 'told').length
  const unknown = devices.filter(({ at }) => at === 'unknown').length
  const code = devices.find((one) => one.code !== null)?.code ?? (devices.length === 0 ? 'no_device' : null)
  const decision = decided(messageId, outcomeOf(told, unknown), { devices: devices.length, told, code, tries })
  return {
    state: without(state, messageId),
    decisions: [decision],
    ...(told + unknown === 0 && {
      tells: [conversation.tell(conversationId).unreached({ messageId, channelId, code: code ?? 'push_failed' })],
    }),
  }
}

function outcomeOf(told: number, unknown: number): string {
  if (told > 0) return 'told'
  return unknown > 0 ? 'unknown' : 'unreached'
}

const decided = (messageId: string, outcome: string, facts: Record<string, string | number | null>) => ({
  rule: 'push@1' as const,
  outcome,
  facts: { messageId, ...facts },
})
