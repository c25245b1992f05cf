import { attention } from '../../actors/attention/contract.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { type Asks, streamName } from '../../actors/runtime/contract.ts'
import { type CommandCall, command, type Command } from './command.ts'
import type { CommandName, CommandShapes } from './contract.ts'
import type { z } from 'zod'

type Input<Name extends CommandName> = z.output<CommandShapes[Name]['input']>
type Result<Name extends CommandName> = z.output<CommandShapes[Name]['result']>
type Of = { [Name in CommandName]: Input<Name> extends { conversationId: string } ? Name : never }[CommandName]

/** A command that is one message to its conversation. */
function toConversation<Name extends Of>(
  name: Name,
  say: (at: Asks<typeof conversation>, words: Omit<Input<Name>, 'conversationId'>) => Promise<Result<Name>>,
): Command {
  return command(name, 'conversations.write', async ({ input, workspace }: CommandCall<Input<Name>>) => {
    const { conversationId, ...words } = input as Input<Name> & { conversationId: string }
    const result = await say(workspace.at(conversation, conversationId), words)
    return { result, stream: streamName(conversation.kind, 'main', conversationId) }
  })
}

/** How staff work with a conversation, besides writing. */
export const workflow: readonly Command[] = [
  toConversation('conversation.set_status', (at, words) => at.setStatus(words)),
  toConversation('conversation.set_priority', (at, words) => at.setPriority(words)),
  toConversation('conversation.tag', (at, words) => at.tag(words)),
  toConversation('conversation.set_team', (at, words) => at.setTeam(words)),
  toConversation('conversation.pause_automation', (at, words) => at.pauseAutomation(words)),
  toConversation('conversation.resume_automation', (at) => at.resumeAutomation()),
  toConversation('conversation.set_ai_mode', (at, words) => at.setAiMode(words)),
  toConversation('message.schedule', (at, words) => at.schedule(words)),
  toConversation('message.reschedule', (at, words) => at.reschedule(words)),
  toConversation('message.cancel', (at, words) => at.cancelScheduled(words)),
  toConversation('draft.settle', (at, words) => at.settleDraft(words)),
  toConversation('rating.ask', (at) => at.askRating()),
  command('attention.look', 'conversations.read', async ({ input, workspace, caller }) => ({
    result: await workspace.at(attention, caller.id).look(input),
    stream: streamName(attention.kind, 'main', caller.id),
  })),
]
