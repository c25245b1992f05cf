import { z } from 'zod'
import { actor } from '../../actors/runtime/change.ts'
import { contract } from '../../actors/runtime/contract.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { conflict, missing } from '../../kernel/problem.ts'

const count = z.int().min(0).max(1e9)
const text = z.string().max(1e6)
const Recur = z.object({
  everyMs: z.int().min(1).max(1e12).optional(),
  missed: z.enum(['once', 'all', 'skip']).optional(),
  lateMs: z.int().min(0).max(1e12).optional(),
})

/** An actor for tests of the runtime. It is called `user` because the store must know where documents of a kind rest. */
export const cell = contract({
  kind: 'user',
  messages: {
    add: { input: z.object({ by: count.optional() }), reply: count },
    note: { input: z.object({ text: sensitive(text) }), reply: z.string().max(128) },
    grow: { input: z.object({ bytes: count }), reply: count },
    refuse: { input: z.object({}) },
    break: { input: z.object({}) },
    pass: { input: z.object({ to: text, by: count.optional() }) },
    wake: { input: z.object({ key: text, at: instant() }).extend(Recur.shape) },
    due: { input: z.object({ what: text }) },
    fetch: { input: z.object({ what: text }) },
    fetched: { input: z.object({ found: text }) },
    send: { input: z.object({ what: text }) },
    sent: { input: z.object({ outcome: text }) },
    view: {
      input: z.object({}),
      reply: z.object({ n: count, note: sensitive(text), fired: z.array(text).max(10_000), bytes: count }),
    },
  },
  streams: { main: 'staff' },
  events: { 'cell.added': { stream: 'main', data: z.object({ n: count }) } },
  effects: {
    fetch: {
      input: z.object({ what: text }),
      result: z.object({ found: text }),
      answer: 'fetched',
      repeatable: true,
    },
    send: {
      input: z.object({ what: text }),
      result: z.object({ outcome: text }),
      answer: 'sent',
      repeatable: false,
    },
  },
})

export const CellState = z.object({
  n: count,
  note: sensitive(text),
  fired: z.array(text).max(10_000),
  ballast: text,
})

const { event, effect, remind, tell } = cell

/** What tests of a kind put in the place of what a handler does. */
export interface CellHooks {
  add?: () => void
  grow?: () => void
}

export const cellActor = (hooks: CellHooks = {}) =>
  actor(cell, {
    state: CellState,
    initial: { n: 0, note: '', fired: [], ballast: '' },
    on: {
      add(state, { by = 1 }) {
        hooks.add?.()
        const n = state.n + by
        return { state: { ...state, n }, reply: n, events: [event('cell.added', { n })] }
      },
      note: (state, { text: note }, given) => ({ state: { ...state, note }, reply: given.newId('note') }),
      grow(state, { bytes }) {
        hooks.grow?.()
        return { state: { ...state, ballast: 'x'.repeat(bytes) }, reply: bytes }
      },
      refuse() {
        throw conflict('not_now', 'It is refused on purpose.')
      },
      break() {
        throw new Error('broken on purpose')
      },
      pass: (state, { to, by }) => ({ state: { ...state }, tells: [tell(to).add({ by })] }),
      wake: (state, { key, at, ...recurrence }) => ({
        state: { ...state },
        reminders: { [key]: remind('due', at, { what: key }, recurrence) },
      }),
      due(state, { what }, { reminder }) {
        const fired = `${what}@${reminder?.at}${reminder?.missed ? ` and ${reminder.missed} missed` : ''}`
        return { state: { ...state, fired: [...state.fired, fired] } }
      },
      fetch: (state, input) => ({ state: { ...state }, effects: [effect('fetch', input.what, input)] }),
      fetched: (state, { found }) => ({ state: { ...state, fired: [...state.fired, found] } }),
      send: (state, input) => ({ state: { ...state }, effects: [effect('send', input.what, input)] }),
      sent: (state, { outcome }) => ({ state: { ...state, fired: [...state.fired, outcome] } }),
      view(state) {
        if (state.n === 0 && state.note === '' && state.fired.length === 0 && state.ballast === '')
          throw missing('cell_missing', 'There is no such cell.')
        const { n, note, fired, ballast } = state
        return { state, reply: { n, note, fired, bytes: ballast.length } }
      },
    },
  })
