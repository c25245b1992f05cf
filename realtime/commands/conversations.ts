import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import { conflict, invalid, Problem, taken } from '../../kernel/problem.ts'
import { command, type Seat } from './command.ts'

const streamOf = (conversationId: string) => streamName(conversation.kind, 'main', conversationId)

export const assign = command('conversation.assign', 'conversations.write', async ({ input, workspace, queries }) => {
  const { conversationId, assigneeId } = input
  if (assigneeId !== null && !(await queries.isMember(workspace.id, assigneeId)))
    throw invalid('invalid_request', 'Nobody of this id works here.', [{ path: 'assigneeId', message: 'Unknown.' }])
  const result = await workspace.at(conversation, conversationId).assign({ assigneeId })
  return { result, stream: streamOf(conversationId) }
})

/** For themselves, if nobody has it. */
export const take = command(
  'conversation.take',
  'conversations.write',
  async ({ input, workspace, caller, contests }) => {
    const { conversationId } = input
    const ask = () =>
      workspace
        .at(conversation, conversationId)
        .take()
        .then(({ assigneeId }) => assigneeId, holderIn)
        .then((holderId) => ({ holderId, refusal: taken(holderId) }))
    const { holderId, refusal } = await contests.holder(`${workspace.id}/${conversationId}`, ask)
    if (holderId !== caller.id) throw refusal
    return { result: { assigneeId: holderId }, stream: streamOf(conversationId) }
  },
)

/** Who was first. @throws any other error */
function holderIn(error: unknown): string {
  const holderId = error instanceof Problem ? error.advice.holderId : undefined
  if (holderId === undefined) throw error
  return holderId
}

/** The others at their screens see it at once, and so does the person in the app; elsewhere their phone now and then. */
export const typing = command(
  'conversation.typing',
  { allow: 'conversations.write', alsoSelf: true, module: 'inbox' },
  async ({ input, workspace, caller, seat }) => {
    const { conversationId, on } = input
    mustFollow(seat, conversationId)
    seat.typing(conversationId, on)
    const isToShow = on && caller.role !== 'person' && seat.isToShowTyping(conversationId)
    if (isToShow) await workspace.at(conversation, conversationId).typing()
    return { result: {} }
  },
)

export const viewing = command(
  'conversation.viewing',
  'conversations.read',
  async ({ input: { conversationId, on }, seat }) => {
    mustFollow(seat, conversationId)
    seat.viewing(conversationId, on)
    return { result: {} }
  },
)

// Whoever follows it was let in; so nobody signals into a conversation that they may not read.
function mustFollow(seat: Seat, conversationId: string) {
  if (!seat.follows(conversationId))
    throw conflict('not_subscribed', `Subscribe to ${streamOf(conversationId)} first: this is for who follows it.`)
}
