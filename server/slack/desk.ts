import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Alert, Outcome, Press } from '../../actors/slack/contract.ts'
import type { Delivery, SlackPorts } from '../../actors/slack/effects.ts'
import type { Caller } from '../../kernel/caller.ts'
import { demandOn } from '../../kernel/modules.ts'
import { may, permissionsOf } from '../../kernel/permissions.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { SlackAccount, SlackAnswer, SlackApi } from '../../providers/slack/api.ts'
import type { Store } from '../../store/connection.ts'
import { leftIn } from '../../store/queries/slack.ts'
import { accountByEmail } from '../../store/settings/accounts.ts'
import { type Member, memberById, membershipsOf } from '../../store/settings/members.ts'
import type { SlackConnection } from '../../store/settings/slack.ts'
import type { SlackRoom } from './room.ts'
import { messageOf, type Named, type Refusals, refusalsIn } from './words.ts'

interface Parts {
  store: Store
  api: SlackApi
  room: Pick<SlackRoom, 'ofWorkspace' | 'accountOf'>
  settingsOf(workspaceId: string): Settings
  /** Where the console is reached, and a workspace on behalf of somebody; undefined until this server is there. */
  there(): { url: string; workspace(caller: Caller): Workspace } | undefined
  /** Epoch ms of this world: Slack's. */
  now(): number
}

const searchedMs = 24 * 60 * 60_000
type Reply = keyof Refusals
interface Answered {
  outcome: string
  memberId: string | null
  /** What is said to them alone. */
  says?: string
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
    const { says, ...answer } = await this.#done(workspace.id, connection, press)
    // Who cannot be told sees by the message itself that nothing changed.
    if (says !== undefined) await this.#parts.api.whisper(account, press.responseUrl, says)
    return answer
  }

  async #done(workspaceId: string, connection: SlackConnection, press: Press): Promise<Answered> {
    const says = refusalsIn(this.#parts.settingsOf(workspaceId).locale)
    const refused = (outcome: string, why: Exclude<Reply, 'takenBy' | 'cannot'>, memberId: string | null = null) => {
      return { outcome, memberId, says: says[why] }
    }
    // Somebody of another company may sit in a shared channel, or have installed the same app.
    if (press.userTeamId !== connection.teamId) return refused('other_team', 'otherTeam')
    const email = await this.#emailOf(connection, press.userId)
    if (email === undefined) return refused('slack_unavailable', 'unknownNow')
    const member = email === null ? undefined : await this.#memberOf(workspaceId, email)
    if (!member) return refused('unknown_member', 'stranger')
    const caller = { workspaceId, id: member.id, role: member.role, permissions: permissionsOf(member.role, member) }
    if (!may(caller, 'conversations.write')) return refused('not_allowed', 'notAllowed', member.id)
    try {
      demandOn(this.#parts.settingsOf(workspaceId).modules, 'inbox')
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

  /** Null for whom it is not sure of: a guest of another team, a bot, an address that nobody confirmed. */
  async #emailOf(connection: SlackConnection, userId: string): Promise<string | null | undefined> {
    const answer = await this.#parts.api.user(this.#parts.room.accountOf(connection), userId)
    if (answer.outcome === 'unknown') return undefined
    if (answer.outcome === 'refused') return answer.error.code === 'user_not_found' ? null : undefined
    const { team_id: teamId, deleted, is_bot, is_email_confirmed, is_stranger, profile } = answer.data.user
    const isSure = teamId === connection.teamId && !deleted && !is_bot && !is_stranger && is_email_confirmed !== false
    return (isSure && profile?.email) || null
  }

  async #memberOf(workspaceId: string, email: string): Promise<Member | undefined> {
    const account = await accountByEmail(this.#parts.store, email)
    const places = account ? await membershipsOf(this.#parts.store, account.id) : []
    return places.find((one) => one.workspaceId === workspaceId)
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
