import { z } from 'zod'
import { actor } from '../../actors/runtime/change.ts'
import { contract } from '../../actors/runtime/contract.ts'

const count = z.int().nonnegative()

/** The smallest actor there is. It is called `user` because the store must know where the documents of a kind rest. */
export const counter = contract({
  kind: 'user',
  messages: {
    increment: { input: z.object({}), reply: count },
    view: { input: z.object({}), reply: count },
  },
})

export const CounterState = z.object({ count, topic: z.string().max(64), members: z.array(z.string().max(64)).max(8) })

export const counterActor = actor(counter, {
  state: CounterState,
  initial: { count: 0, topic: 'care', members: ['u1', 'u2'] },
  on: {
    increment(state) {
      const after = { ...state, count: state.count + 1 }
      return { state: after, reply: after.count }
    },
    view: (state) => ({ state, reply: state.count }),
  },
})
