import { assign, createActor, setup } from 'xstate'
import type { Peer } from '../peer.ts'

const machine = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'increment' } | { type: 'view' } },
}).createMachine({
  context: { count: 0 },
  on: { increment: { actions: assign({ count: ({ context }) => context.count + 1 }) }, view: {} },
})

export const peer: Peer = {
  name: 'xstate, no ask',
  note: 'send, then getSnapshot at once: synchronous, no mailbox, no answer to wait for',
  spawn() {
    const actor = createActor(machine).start()
    const ask = (type: 'view' | 'increment') => {
      actor.send({ type })
      return actor.getSnapshot().context.count
    }
    return { view: () => ask('view'), increment: () => ask('increment') }
  },
}
