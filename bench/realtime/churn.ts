import { setTimeout as pass } from 'node:timers/promises'
import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { nowUs } from '../messages/webhooks.ts'

export interface Churn {
  conversations: string[]
  perSecond: number
  ms: number
}

/**
 * Lines of a list that change all the time: each change writes into a line when it happened, so that whoever sees the
 * line can say how old it is. Answers how many changes there were, and how each conversation is called now.
 */
export async function churn(workspace: Workspace, { conversations, perSecond, ms }: Churn) {
  const begin = performance.now()
  const under = new Set<Promise<unknown>>()
  let changes = 0
  for (let now = begin; now - begin < ms; now = performance.now()) {
    for (; changes < ((now - begin) / 1_000) * perSecond; changes++) {
      const id = conversations[changes % conversations.length] ?? ''
      const change = workspace
        .at(conversation, id)
        .renamed({ name: `at ${nowUs()}` })
        .finally(() => under.delete(change))
      under.add(change)
    }
    await pass(2)
  }
  await Promise.all(under)
  const headers = conversations.map(async (id) => [id, (await workspace.at(conversation, id).view()).name])
  return { changes, names: Object.fromEntries(await Promise.all(headers)) as Record<string, string> }
}
