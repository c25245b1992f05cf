import { z } from 'zod'
import { actor } from '../../../actors/runtime/change.ts'
import { contract } from '../../../actors/runtime/contract.ts'

const count = z.int().min(0).max(1e9)
const text = z.string().max(128)
const list = z.array(text).max(100_000)

/** Counts, keeps what it counted, tells another, is reminded, and calls a provider: all that an actor can do. */
export const tally = contract({
  kind: 'tally',
  messages: {
    add: {
      input: z.object({ id: text, tellTo: text.nullable(), remindAt: count.nullable(), calls: z.boolean() }),
      reply: count,
    },
    heard: { input: z.object({ from: text, n: count }) },
    due: { input: z.object({ id: text }) },
    called: { input: z.object({ id: text, outcome: text }) },
    poison: { input: z.object({}) },
    view: { input: z.object({}), reply: count },
  },
  streams: { main: 'staff' },
  events: { 'tally.added': { stream: 'main', data: z.object({ n: count, id: text }) } },
  rows: { message: z.object({ _id: text, n: count }) },
  effects: {
    call: {
      input: z.object({ id: text }),
      result: z.object({ id: text, outcome: text }),
      answer: 'called',
      repeatable: false,
    },
  },
})

const TallyState = z.object({
  /** The ids of what was added, in their order: their number is what `add` answers. */
  added: list,
  told: z.record(text, count),
  heard: list,
  due: list,
  called: list,
  asked: list,
})
export type TallyState = z.infer<typeof TallyState>

const { event, insert, effect, remind, tell } = tally

export const tallyActor = actor(tally, {
  state: TallyState,
  initial: { added: [], told: {}, heard: [], due: [], called: [], asked: [] },
  on: {
    add(state, { id, tellTo, remindAt, calls }, given) {
      const added = [...state.added, id]
      const n = added.length
      const told = tellTo === null ? state.told : { ...state.told, [tellTo]: (state.told[tellTo] ?? 0) + 1 }
      return {
        state: { ...state, added, told, asked: calls ? [...state.asked, id] : state.asked },
        reply: n,
        rows: [insert('message', { _id: `${given.id}/${id}`, n })],
        events: [event('tally.added', { n, id })],
        tells: tellTo === null ? [] : [tell(tellTo).heard({ from: given.id, n: told[tellTo] ?? 0 })],
        effects: calls ? [effect('call', id, { id })] : [],
        reminders: remindAt === null ? {} : { [id]: remind('due', given.now + remindAt, { id }) },
      }
    },
    heard: (state, { from, n }) => ({ state: { ...state, heard: [...state.heard, `${from}:${n}`] } }),
    due: (state, { id }) => ({ state: { ...state, due: [...state.due, id] } }),
    called: (state, { id, outcome }) => ({ state: { ...state, called: [...state.called, `${id} ${outcome}`] } }),
    poison() {
      throw new Error('poison')
    },
    view: (state) => ({ state, reply: state.added.length }),
  },
})
