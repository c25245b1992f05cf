import { conversation } from '../../actors/conversation/contract.ts'
import { get } from '../http/route.ts'

const { ways } = conversation.messages

/** By which channels a person is reached. */
export const waysToPeople = [
  get(
    '/conversations/:id/ways',
    {
      allow: 'conversations.read',
      module: 'inbox',
      summary: 'By which channels, and at which addresses, the person can be reached now, and which not, and why',
      tags: ['Conversations'],
      problems: ['conversation_missing'],
      reply: ways.reply,
    },
    async ({ workspace, params }) => workspace.at(conversation, params.id).ways(),
  ),
]
