import { attention, Calls } from '../../actors/attention/contract.ts'
import { self, stream, streamsOf } from '../socket/stream.ts'

export const attentionStreams = streamsOf(attention, {
  main: stream({
    allow: self,
    shape: Calls,
    snapshot: ({ workspace, id }) => workspace.at(attention, id).view(),
  }),
})
