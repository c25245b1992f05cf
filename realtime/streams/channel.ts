import { channel, Health } from '../../actors/channel/contract.ts'
import { permitted, stream, streamsOf } from '../socket/stream.ts'

export const channelStreams = streamsOf(channel, {
  main: stream({
    allow: permitted('channels.read'),
    shape: Health,
    snapshot: ({ workspace, id }) => workspace.at(channel, id).view(),
  }),
})
