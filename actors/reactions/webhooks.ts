import { derivedId } from '../../kernel/id.ts'
import type { Reaction } from '../runtime/reaction.ts'
import { announced, webhookEndpoint } from '../webhook-endpoint/contract.ts'

/** The endpoints of a workspace that are to hear of events of this type, as they are known here now. */
export type Listening = (workspaceId: string, type: string) => readonly string[]

/** Events that somebody outside wants to hear of. What is told names the event, which is kept already. */
export const webhookReactions = (listening: Listening): Reaction[] =>
  Object.entries(announced).map(([type, { from }]) => ({
    kind: from.kind,
    type,
    then: (_data, { workspaceId, stream, seq, at }) =>
      listening(workspaceId, type).map((endpointId) =>
        webhookEndpoint.tell(endpointId).take({
          eventId: derivedId('evt', workspaceId, stream, seq),
          type,
          at,
          source: { in: 'stream', stream, seq },
        }),
      ),
  }))
