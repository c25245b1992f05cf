import { channel, Health } from '../../actors/channel/contract.ts'
import { staff, stream, streamsOf } from '../socket/stream.ts'

export const channelStreams = streamsOf(channel, {
  main: stream({ allow: staff, shape: Health, snapshot: ({ workspace, id }) => workspace.at(channel, id).view() }),
})
