import { assign, createActor, setup, waitFor } from 'xstate'
import type { Peer } from '../peer.ts'

const machine = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'increment' } | { type: 'view' } },
}).createMachine({
  context: { count: 0 },
  on: { increment: { actions: assign({ count: ({ context }) => context.count + 1 }) }, view: {} },
})

export const peer: Peer = {
  name: 'xstate 5.33.3',
  note: 'send and waitFor with a 5 s time-out: its way to ask and be answered later',
  spawn() {
    const actor = createActor(machine).start()
    let target = 0
    const reaches = async (wanted: number) => {
      const { context } = await waitFor(actor, (snapshot) => snapshot.context.count >= wanted, { timeout: 5_000 })
      return context.count
    }
    return {
      view() {
        actor.send({ type: 'view' })
        return reaches(target)
      },
      increment() {
        const reached = reaches(++target)
        actor.send({ type: 'increment' })
        return reached
      },
    }
  },
}
