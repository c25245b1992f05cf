import type { Document } from 'bson'
import { z } from 'zod'
import { type Actor, actor } from '../../../actors/runtime/change.ts'
import { contract } from '../../../actors/runtime/contract.ts'
import type { Sent } from '../../harness/mongo-proxy.ts'

/*
 * Two actors whose history can be checked: a counter that appends to a list what it is given, and a ledger that hears of
 * each addition by a tell. The store knows where kinds rest, so they borrow the names of two that it knows.
 */

const tag = z.string().min(1).max(24)
const n = z.int().min(0).max(1_000_000)
const key = z.string().min(1).max(64)

export const Add = z.object({
  tag,
  /** Rings this long afterwards, ms. */
  remindMs: z.int().min(0).max(3_600_000).nullable(),
  /** Does something outside that must not be done twice. */
  charges: z.boolean(),
  /** The ledger that is told. */
  ledger: z.string().min(1).max(64).nullable(),
})
export type Add = z.infer<typeof Add>

const CounterState = z.object({
  n,
  tags: z.array(tag).max(20_000),
  rung: z.array(key).max(20_000),
  charged: z.array(key).max(20_000),
})
export type CounterState = z.infer<typeof CounterState>

const LedgerState = z.object({
  /** The last addition of each counter. */
  last: z.record(z.string().max(64), n),
  /** What came twice, out of order, or after one that never came. */
  disorder: z.array(z.string().max(128)).max(100),
})
export type LedgerState = z.infer<typeof LedgerState>

const View = z.object({ n, last: tag.nullable(), rung: n })
export type View = z.infer<typeof View>

export const counter = contract({
  kind: 'user',
  messages: {
    add: { input: Add, reply: z.object({ n }) },
    view: { input: z.object({}), reply: View },
    rang: { input: z.object({ key }) },
    charged: { input: z.object({ key }) },
    fail: { input: z.object({}), reply: z.object({ n }) },
    crash: { input: z.object({}), reply: z.object({ n }) },
  },
  streams: { main: 'staff' },
  events: { 'user.added': { stream: 'main', data: z.object({ n, tag }) } },
  rows: { message: z.object({ _id: z.string().max(96), n, tag }) },
  effects: {
    charge: {
      input: z.object({ key, tag }),
      result: z.object({ key }),
      answer: 'charged',
      repeatable: false,
    },
  },
})

export const ledger = contract({
  kind: 'inbox',
  messages: {
    noted: { input: z.object({ from: z.string().max(64), n, tag }) },
    view: { input: z.object({}), reply: LedgerState },
    /** Tells a counter what its handler cannot take. */
    poison: { input: z.object({ counter: z.string().min(1).max(64) }) },
  },
})

export const initial: { counter: CounterState; ledger: LedgerState } = {
  counter: { n: 0, tags: [], rung: [], charged: [] },
  ledger: { last: {}, disorder: [] },
}

const counterActor = actor(counter, {
  state: CounterState,
  initial: initial.counter,
  on: {
    add(state, { tag, remindMs, charges, ledger: to }, { now, id }) {
      const n = state.n + 1
      return {
        state: { ...state, n, tags: [...state.tags, tag] },
        reply: { n },
        rows: [counter.insert('message', { _id: `${id}:${n}`, n, tag })],
        events: [counter.event('user.added', { n, tag })],
        tells: to === null ? [] : [ledger.tell(to).noted({ from: id, n, tag })],
        effects: charges ? [counter.effect('charge', `${id}:${n}`, { key: `${id}:${n}`, tag })] : [],
        ...(remindMs !== null && {
          reminders: { [`r${n}`]: counter.remind('rang', now + remindMs, { key: `r${n}` }) },
        }),
      }
    },
    view: (state) => ({ state, reply: { n: state.n, last: state.tags.at(-1) ?? null, rung: state.rung.length } }),
    rang: (state, { key }) => ({ state: { ...state, rung: [...state.rung, key] } }),
    charged: (state, { key }) => ({ state: { ...state, charged: [...state.charged, key] } }),
    fail() {
      throw new Error('broken on purpose')
    },
    crash() {
      process.kill(process.pid, 'SIGKILL')
      throw new Error('a process outlived its kill -9')
    },
  },
})

const ledgerActor = actor(ledger, {
  state: LedgerState,
  initial: initial.ledger,
  on: {
    noted(state, { from, n, tag }) {
      const before = state.last[from] ?? 0
      const isNext = n === before + 1
      const disorder = isNext
        ? state.disorder
        : [...state.disorder, `${from}: ${n} (${tag}) after ${before}`].slice(-100)
      return { state: { last: { ...state.last, [from]: Math.max(n, before) }, disorder } }
    },
    view: (state) => ({ state, reply: state }),
    poison: (state, { counter: id }) => ({ state: { ...state }, tells: [counter.tell(id).fail()] }),
  },
})

/** The counter of the next release, which keeps something that this one does not know. */
const laterCounter = {
  ...counterActor,
  version: 2,
  state: CounterState.extend({ release: n }),
  initial: { ...counterActor.initial, release: 2 },
  migrations: { 2: (state: CounterState) => ({ ...state, release: 2 }) },
}

/** The actors of the present release, or of the next. */
export const chaosActors = (release = 1) =>
  [release === 1 ? counterActor : laterCounter, ledgerActor] as unknown as readonly Actor[]
export const workspaceId = 'w1'
export const masterKey = Buffer.alloc(32, 5)

/** Counters are `c{round}_{number}{letter}`; those of one letter tell one ledger. */
export const counterNamed = (round: number, number: number) => `c${round}_${number}${'abc'.charAt(number % 3)}`
/** Also of what begins with a counter or a ledger, or names its stream. */
export const roundOf = (id: string) => Number(/^(?:user:)?[cl](\d+)_/.exec(id)?.[1])
export const ledgerOf = (counterId: string) => counterId.replace(/^c(\d+)_\d+/, 'l$1_')

/** An update that adds something to a counter, on its way to the store. */
export const isAddition = ({ name, body }: Sent) =>
  name === 'update' && (body['updates'] as { u: Document }[]).some(({ u }) => u['$set']?.['tags'] !== undefined)
