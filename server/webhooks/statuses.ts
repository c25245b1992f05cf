import { conversation } from '../../actors/conversation/contract.ts'
import type { InputOf, Workspace } from '../../actors/runtime/contract.ts'
import { rankOf } from '../../kernel/delivery.ts'
import type { ReceivedOf as ItemOf } from '../../providers/received.ts'
import { failureOf } from './opaque.ts'
import { Turnstile } from './turnstile.ts'

type Change = InputOf<typeof conversation, 'statusChanged'>

/** What is told of one message, and whoever waits until its conversation knows. */
interface Told {
  change: Change
  told: PromiseWithResolvers<undefined>
}

interface Waiting {
  workspace: Workspace
  /** By message, and the way it went. */
  told: Map<string, Told>
}

/** Conversations that are told at once. What people write never waits for these. */
const atOnce = 32
/** Of one conversation: far fewer than its mailbox holds. */
const togetherMax = 64

/**
 * Statuses are three of four things that WhatsApp tells, and nobody waits for one as for an answer: so few conversations
 * are told at once that in a rush those of one message meet here. What was read was delivered, and what was delivered
 * was sent, so one turn with the furthest of them does for all.
 */
export class Statuses {
  readonly #turnstile = new Turnstile(atOnce)
  readonly #waiting = new Map<string, Waiting>()
  readonly #underWay = new Set<string>()

  /** Resolves when the conversation knows. @throws Problem of the conversation */
  tell(workspace: Workspace, conversationId: string, change: Change): Promise<unknown> {
    const key = `${workspace.id}/${conversationId}`
    const waiting = this.#waiting.get(key) ?? { workspace, told: new Map<string, Told>() }
    const { promise } = meeting(waiting.told, change)
    this.#waiting.set(key, waiting)
    if (!this.#underWay.has(key)) this.#turn(key, conversationId, workspace.id)
    return promise
  }

  #turn(key: string, conversationId: string, workspaceId: string) {
    this.#underWay.add(key)
    this.#turnstile.add(workspaceId, async () => {
      const waiting = this.#waiting.get(key)
      if (waiting) await handOver(waiting.workspace, conversationId, this.#taken(key, waiting.told))
      if (this.#waiting.has(key)) this.#turn(key, conversationId, workspaceId)
      else this.#underWay.delete(key)
    })
  }

  #taken(key: string, told: Map<string, Told>): Told[] {
    const taken = [...told].slice(0, togetherMax)
    for (const [one] of taken) told.delete(one)
    if (told.size === 0) this.#waiting.delete(key)
    return taken.map(([, one]) => one)
  }
}

/** Those of one message by one way become the furthest of them; that it failed is a thing of its own. */
function meeting(waiting: Map<string, Told>, change: Change) {
  const { messageId, channelId, providerId, status } = change
  const key = [messageId, channelId, providerId, status === 'failed'].join('/')
  const other = waiting.get(key)
  if (other) {
    if (rankOf(change) > rankOf(other.change)) other.change = change
    return other.told
  }
  const told = Promise.withResolvers<undefined>()
  waiting.set(key, { change, told })
  return told
}

/** All are in its mailbox at once, so that they are written together. */
async function handOver(workspace: Workspace, conversationId: string, taken: Told[]) {
  const it = workspace.at(conversation, conversationId)
  const handed = taken.map(async ({ change, told }) => {
    try {
      await it.statusChanged(change)
      told.resolve(undefined)
    } catch (error) {
      told.reject(error)
    }
  })
  await Promise.all(handed)
}

/** What the conversation hears of a status. */
export function changeOf(
  { status, error, providerId }: ItemOf<'status'>,
  messageId: string,
  channelId: string,
): Change {
  return { messageId, status, error: status === 'failed' ? failureOf(error) : null, providerId, channelId }
}
