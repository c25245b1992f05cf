import type { Header } from '../conversation/contract/header.ts'
import type { Message } from '../conversation/contract/message.ts'
import { conversation } from '../conversation/contract.ts'
import { type Reaction, when } from '../runtime/reaction.ts'
import { slack } from '../slack/contract.ts'

/** Whether the staff of a workspace hears of things in Slack, as it is known here now. */
export type HasSlack = (workspaceId: string) => boolean

interface Place {
  id: string
  workspaceId: string
}

const standing = ({ status, priority, assigneeId, teamId, waitingSince }: Header, { id }: Place) => ({
  conversationId: id,
  status,
  priority,
  assigneeId,
  teamId,
  waitingSince,
})

/** The first message of somebody who waits now, and the answer of a member of the staff, change how it stands. */
function matters({ direction, author, at }: Message, { waitingSince }: Header) {
  return direction === 'in' ? waitingSince === at : direction === 'activity' || author.kind === 'staff'
}

/** What of conversations the staff may hear of in Slack: which of it leaves, the rules there say. */
export function slackReactions(has: HasSlack): Reaction[] {
  const about = ({ workspaceId }: Place) => slack.tell(workspaceId)
  const plain = { promised: null, by: null, mentions: [] }
  return [
    when(conversation, 'conversation.changed', ({ conversation: header }, place) =>
      has(place.workspaceId) ? [about(place).stands(standing(header, place))] : [],
    ),
    when(conversation, 'message.created', ({ message, conversation: header }, place) => {
      if (!has(place.workspaceId)) return []
      const { mentions = [], author } = message
      const now = standing(header, place)
      if (message.direction === 'note')
        return mentions.length === 0
          ? []
          : [about(place).happened({ ...plain, why: 'mentioned', standing: now, by: author.id, mentions })]
      return matters(message, header) ? [about(place).stands(now)] : []
    }),
    ...(['sla_warning', 'sla_breached'] as const).map((why) =>
      when(
        conversation,
        why === 'sla_warning' ? 'sla.warning' : 'sla.breached',
        ({ promised, conversation: header }, place) =>
          has(place.workspaceId)
            ? [about(place).happened({ ...plain, why, promised, standing: standing(header, place) })]
            : [],
      ),
    ),
  ]
}
