import type { ChannelEvent, Health } from '../wire.ts'

export function onChannel(state: Health, event: ChannelEvent): Health {
  return event.type === 'channel.health_changed' ? event.data : state
}
