import { dispatch, query, type Ref, spawn, start } from 'nact'
import type { Peer } from '../peer.ts'

interface Message {
  type: 'view' | 'increment'
  sender: Ref<number>
}
type State = { count: number }

const system = start()

const counter = (state: State, { type, sender }: Message) => {
  const next = type === 'increment' ? { count: state.count + 1 } : state
  dispatch(sender, next.count)
  return next
}

export const peer: Peer = {
  name: 'nact 7.6.2',
  note: 'spawn and query with a 5 s time-out; nothing is validated',
  spawn(id) {
    const reference: Ref<Message> = spawn(system, counter, id, { initialState: { count: 0 } })
    const ask = (type: Message['type']) =>
      query<Message, (sender: Ref<number>) => Message>(reference, (sender) => ({ type, sender }), 5_000)
    return { view: () => ask('view'), increment: () => ask('increment') }
  },
}
