import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { vouched } from '../../kernel/own-words.ts'
import { command } from './command.ts'

const asked = { allow: 'self', module: 'inbox' } as const
const streamOf = (conversationId: string) => streamName(conversation.kind, 'own', conversationId)

/** What the people who are looked after do in their app. */
export const sendOwn = command('own_message.send', asked, async ({ input, caller, workspace, queries }) => {
  const id = conversationIdOf(caller.id)
  const words = await vouched(
    input,
    { userId: caller.id, conversationId: id },
    {
      message: (messageId) => queries.messageById(workspace.id, messageId),
      file: (fileId) => queries.fileRow(workspace.id, fileId),
    },
  )
  return { result: await workspace.at(conversation, id).write(words), stream: streamOf(id) }
})

export const readOwn = command('own_message.read', asked, async ({ input, caller, workspace }) => {
  const id = conversationIdOf(caller.id)
  await workspace.at(conversation, id).seenByPerson(input)
  return { result: {}, stream: streamOf(id) }
})
