import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { command } from './command.ts'

const asked = { allow: 'self', module: 'inbox' } as const
const streamOf = (conversationId: string) => streamName(conversation.kind, 'own', conversationId)

/** What the people who are looked after do in their app. */
export const sendOwn = command('own_message.send', asked, async ({ input, caller, workspace }) => {
  const id = conversationIdOf(caller.id)
  return { result: await workspace.at(conversation, id).write(input), stream: streamOf(id) }
})

export const readOwn = command('own_message.read', asked, async ({ input, caller, workspace }) => {
  const id = conversationIdOf(caller.id)
  await workspace.at(conversation, id).seenByPerson(input)
  return { result: {}, stream: streamOf(id) }
})
