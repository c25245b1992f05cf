import { conversation } from '../actors/conversation/contract.ts'
import type { Workspace } from '../actors/runtime/contract.ts'
import { user } from '../actors/user/contract.ts'
import { conversationIdOf } from '../kernel/id.ts'

/** Somebody who writes once. */
export async function meet(workspace: Workspace, name: string) {
  const userId = `usr_${name}`
  const conversationId = conversationIdOf(userId)
  const address = `4915${name}`
  const identity = { kind: 'wa_id' as const, value: address }
  await workspace.at(user, userId).meet({ identity, claim: `${workspace.id}/${name}`, name, timezone: null })
  await workspace.at(conversation, conversationId).receive({
    messageId: `msg_${name}`,
    providerId: `wamid.in.${name}`,
    channelId: 'ch_bench',
    userId,
    address,
    name,
    content: { kind: 'text', text: 'Good morning' },
    replyTo: null,
    sentAt: Date.now(),
  })
  return conversationId
}
