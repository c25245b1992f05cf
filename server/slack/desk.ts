import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Alert, Outcome, Press } from '../../actors/slack/contract.ts'
import type { Delivery, SlackPorts } from '../../actors/slack/effects.ts'
import type { Caller } from '../../kernel/caller.ts'
import { demandOn } from '../../kernel/modules.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { SlackAccount, SlackAnswer, SlackApi } from '../../providers/slack/api.ts'
import type { Store } from '../../store/connection.ts'
import { leftIn } from '../../store/queries/slack.ts'
import { memberById } from '../../store/settings/members.ts'
import type { SlackConnection } from '../../store/settings/slack.ts'
import { strangerBlocks } from './forms.ts'
import type { SlackPeople } from './people.ts'
import type { SlackRoom } from './room.ts'
import { messageOf, type Named, type Refusals, refusalsIn } from './words.ts'

interface Parts {
  store: Store
  api: SlackApi
  room: Pick<SlackRoom, 'ofWorkspace' | 'accountOf'>
  people: SlackPeople
  settingsOf(workspaceId: string): Settings
  /** Where the console is reached, and a workspace on behalf of somebody; undefined until this server is there. */
  there(): { url: string; workspace(caller: Caller): Workspace } | undefined
  /** Epoch ms of this world: Slack's. */
  now(): number
}

const searchedMs = 24 * 60 * 60_000
interface Answered {
  outcome: string
  memberId: string | null
  /** What is said to them alone. */
  says?: string
  blocks?: readonly object[]
}

/** What stands between the Slack actor and Slack. */
export class SlackDesk implements SlackPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async deliver(workspace: Workspace, delivery: Delivery): Promise<Outcome> {
    const account = await this.#account(workspace.id)
    if (!account) return notConnected
    const { alert, ts, isUnsure } = delivery
    if (isUnsure && ts === null) {
      const found = await this.#found(account, alert)
      if (found) return found
    }
    const message = await this.#message(workspace, alert)
    const answer =
      ts === null ? await this.#parts.api.post(account, message) : await this.#parts.api.update(account, ts, message)
    return answer.outcome === 'done' ? { outcome: 'accepted', ts: answer.data.ts } : outcomeOf(answer)
  }

  /** A change may be made again; what is new is looked for. */
  async find(workspace: Workspace, { alert, ts }: Delivery): Promise<Outcome | undefined> {
    const account = ts === null ? await this.#account(workspace.id) : undefined
    return account && this.#found(account, alert)
  }

  waiting = (workspaceId: string, limit: number) => leftIn(this.#parts.store, workspaceId, limit)

  async act(workspace: Workspace, press: Press) {
    const connection = await this.#parts.room.ofWorkspace(workspace.id)
    if (connection?.status !== 'active') return { outcome: 'not_connected', memberId: null }
    const account = this.#parts.room.accountOf(connection)
    const { says, blocks, ...answer } = await this.#done(workspace.id, connection, press)
    // Who cannot be told sees by the message itself that nothing changed.
    if (says !== undefined) await this.#parts.api.whisper(account, press.responseUrl, says, blocks)
    return answer
  }

  async #done(workspaceId: string, connection: SlackConnection, press: Press): Promise<Answered> {
    const { locale, modules } = this.#parts.settingsOf(workspaceId)
    const says = refusalsIn(locale)
    const who = await this.#parts.people.who(connection, workspaceId, press)
    if (who.is === 'refused') {
      const { outcome, memberId, why } = who
      return {
        outcome,
        memberId,
        says: says[why],
        ...(why === 'stranger' && { blocks: strangerBlocks(says[why], locale) }),
      }
    }
    const { caller, member } = who
    try {
      demandOn(modules, 'inbox')
      await this.#commanded(caller, press)
      return { outcome: 'done', memberId: member.id }
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error
      return { outcome: error.code, memberId: member.id, says: await this.#wordsOf(workspaceId, error, says) }
    }
  }

  /** The very commands of the console; said again, they change nothing. */
  async #commanded(caller: Caller, { act, conversationId }: Press) {
    const there = this.#parts.there()
    if (!there) throw new Error('this server is not there yet')
    const it = there.workspace(caller).at(conversation, conversationId)
    if (act === 'take') await it.take()
    else await it.setStatus({ status: 'resolved' })
  }

  async #wordsOf(workspaceId: string, { code, message, advice }: Problem, says: Refusals) {
    if (code === 'conversation_missing') return says.gone
    const holderId = code === 'already_taken' ? advice.holderId : undefined
    const holder = holderId === undefined ? undefined : await memberById(this.#parts.store, workspaceId, holderId)
    return holder ? says.takenBy(holder.name) : says.cannot(message)
  }

  async #account(workspaceId: string): Promise<SlackAccount | undefined> {
    const connection = await this.#parts.room.ofWorkspace(workspaceId)
    return connection?.status === 'active' ? this.#parts.room.accountOf(connection) : undefined
  }

  /** Undefined where it surely does not stand there. */
  async #found(account: SlackAccount, { channel, postId: id }: Alert): Promise<Outcome | undefined> {
    const since = this.#parts.now() - searchedMs
    const found = await this.#parts.api.find(account, { channel, id, since })
    if (found.outcome !== 'done') return outcomeOf(found)
    return found.data === undefined ? undefined : { outcome: 'accepted', ts: found.data }
  }

  async #message(workspace: Workspace, alert: Alert) {
    const { postId: id, channel, conversationId } = alert
    const link = `${this.#parts.there()?.url ?? ''}/inbox/${encodeURIComponent(conversationId ?? '')}`
    const { locale } = this.#parts.settingsOf(workspace.id)
    return { id, channel, ...messageOf(alert, await this.#named(workspace, alert), { locale, link }) }
  }

  async #named(workspace: Workspace, alert: Alert): Promise<Named> {
    const { conversationId, namesPerson, assigneeId, by, mentions } = alert
    const called = async (id: string | null) =>
      id === null ? undefined : (await memberById(this.#parts.store, workspace.id, id))?.name
    const [person, assignee, who, ...whom] = await Promise.all([
      namesPerson && conversationId !== null ? nameOf(workspace, conversationId) : undefined,
      ...[assigneeId, by, ...mentions].map(called),
    ])
    return { person, assignee, by: who, mentions: whom.filter((one) => one !== undefined) }
  }
}

/** Undefined where there is none: whoever was erased, or merged with somebody, is not named. */
async function nameOf(workspace: Workspace, conversationId: string): Promise<string | undefined> {
  try {
    return (await workspace.at(conversation, conversationId).view()).name || undefined
  } catch (error) {
    if (error instanceof Problem && !error.retryable) return undefined
    throw error
  }
}

type Failed = Exclude<SlackAnswer<unknown>, { outcome: 'done' }>

function outcomeOf(answer: Failed): Outcome {
  if (answer.outcome === 'unknown') return { outcome: 'unknown', why: answer.why }
  const { code, title, action } = answer.error
  return { outcome: 'refused', action, code, why: title.slice(0, 500), retryAfterMs: answer.retryAfterMs }
}

const notConnected: Outcome = {
  outcome: 'refused',
  action: 'never',
  code: 'not_connected',
  why: 'Slack is not connected.',
  retryAfterMs: null,
}
