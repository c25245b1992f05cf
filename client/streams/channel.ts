import type { ChannelEvent, Health } from '../wire.ts'
import { reducing, whole } from './reducing.ts'

export const onChannel = reducing<Health, ChannelEvent>({ 'channel.health_changed': whole })
