import type { ChannelEvent, Health } from '../wire.ts'

export function onChannel(state: Health, event: ChannelEvent): Health {
  const { type, data } = event
  switch (type) {
    case 'channel.health_changed':
      return data
    default:
      return ignored(state, type)
  }
}

const ignored = <State>(state: State, _type: never) => state
