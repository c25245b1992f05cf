import { conversation } from '../../actors/conversation/contract.ts'
import { del, post } from '../http/route.ts'
import { knownChannel } from '../known-ids.ts'

const { ask, withdrawQuestion } = conversation.messages
const tags = ['Conversations']

/** Questions with choices: the answer comes on the conversation's stream, and to webhooks, as `question.closed`. */
export const questionRoutes = [
  post(
    '/conversations/:id/questions',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'Put a question with its choices to the person; a later one takes its place',
      tags,
      status: 201,
      body: ask.input,
      reply: ask.reply,
      problems: ['conversation_missing', 'unknown_channel', 'invalid_time'],
    },
    async ({ workspace, channels, params, body }) => {
      await knownChannel({ channels, workspace }, body.channelId)
      return workspace.at(conversation, params.id).ask(body)
    },
  ),

  del(
    '/conversations/:id/questions/:questionId',
    {
      allow: 'conversations.write',
      module: 'inbox',
      summary: 'It need not be answered any more',
      tags,
      reply: withdrawQuestion.reply,
      problems: ['conversation_missing'],
    },
    ({ workspace, params }) =>
      workspace.at(conversation, params.id).withdrawQuestion({ questionId: params.questionId }),
  ),
]
