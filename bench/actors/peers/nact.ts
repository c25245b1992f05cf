import { dispatch, query, spawn, start } from 'nact'
import type { Peer } from '../peer.ts'

type Message = { type: 'view' | 'increment'; sender: never }

const system = start()

export const peer: Peer = {
  name: 'nact 7.6.2',
  note: 'spawn and query with its 5 s time-out; nothing is validated',
  spawn(id) {
    const reference = spawn(
      system,
      (state: { count: number } = { count: 0 }, { type, sender }: Message) => {
        const next = type === 'increment' ? { count: state.count + 1 } : state
        dispatch(sender, next.count as never)
        return next
      },
      { name: id, initialState: { count: 0 } } as never,
    )
    const ask = (type: Message['type']) =>
      query(reference as never, (sender: unknown) => ({ type, sender }) as never, 5_000) as Promise<number>
    return { view: () => ask('view'), increment: () => ask('increment') }
  },
}
