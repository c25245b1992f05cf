import type { Caller } from '../../kernel/caller.ts'
import { may, permissionsOf } from '../../kernel/permissions.ts'
import type { SlackApi } from '../../providers/slack/api.ts'
import type { Store } from '../../store/connection.ts'
import { accountByEmail } from '../../store/settings/accounts.ts'
import { type Member, memberById, membershipsOf } from '../../store/settings/members.ts'
import type { SlackConnection } from '../../store/settings/slack.ts'
import { linkedMember, linkOf } from '../../store/settings/slack-links.ts'
import type { SlackRoom } from './room.ts'

interface Parts {
  store: Store
  api: Pick<SlackApi, 'user'>
  room: Pick<SlackRoom, 'accountOf'>
}

/** Somebody in Slack, as its requests name them. */
export interface SlackPerson {
  userId: string
  userTeamId: string
}

export type Known = { is: 'known'; member: Member; caller: Caller }
/** Nothing is done for them; `why` is what they are told. */
export interface Refused {
  is: 'refused'
  outcome: 'other_team' | 'slack_unavailable' | 'unknown_member' | 'not_allowed'
  why: 'otherTeam' | 'unknownNow' | 'stranger' | 'notAllowed'
  memberId: string | null
}

const refused = (outcome: Refused['outcome'], why: Refused['why'], memberId: string | null = null): Refused => {
  return { is: 'refused', outcome, why, memberId }
}

/** Who somebody in Slack is here: whom they linked themselves with, or whose confirmed address they have. */
export class SlackPeople {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Who may write to people here. `ms`: for how long Slack is waited for, where it must be asked. */
  async who(connection: SlackConnection, workspaceId: string, person: SlackPerson, ms?: number) {
    // Somebody of another company may sit in a shared channel, or have installed the same app.
    if (person.userTeamId !== connection.teamId) return refused('other_team', 'otherTeam')
    const member = await this.#memberOf(connection, workspaceId, person.userId, ms)
    if (member === undefined) return refused('slack_unavailable', 'unknownNow')
    if (member === null) return refused('unknown_member', 'stranger')
    const caller = { workspaceId, id: member.id, role: member.role, permissions: permissionsOf(member.role, member) }
    if (!may(caller, 'conversations.write')) return refused('not_allowed', 'notAllowed', member.id)
    return { is: 'known', member, caller } satisfies Known
  }

  /** Null for nobody of ours; undefined where Slack did not say who it is. */
  async #memberOf(connection: SlackConnection, workspaceId: string, userId: string, ms?: number) {
    const { store } = this.#parts
    const linkedId = await linkedMember(store, workspaceId, connection.teamId, userId)
    if (linkedId !== undefined) {
      const linked = await memberById(store, workspaceId, linkedId)
      return linked?.status === 'active' ? linked : null
    }
    const email = await this.#emailOf(connection, userId, ms)
    if (email === undefined || email === null) return email
    const account = await accountByEmail(store, email)
    const places = account ? await membershipsOf(store, account.id) : []
    const found = places.find((one) => one.workspaceId === workspaceId)
    if (!found) return null
    // Whoever said which Slack user they are is no other one besides.
    const link = await linkOf(store, workspaceId, found.id)
    return link?.teamId === connection.teamId ? null : found
  }

  /** Null for whom it is not sure of: a guest of another team, a bot, an address that nobody confirmed. */
  async #emailOf(connection: SlackConnection, userId: string, ms?: number): Promise<string | null | undefined> {
    const answer = await this.#parts.api.user(this.#parts.room.accountOf(connection), userId, ms)
    if (answer.outcome === 'unknown') return undefined
    if (answer.outcome === 'refused') return answer.error.code === 'user_not_found' ? null : undefined
    const { team_id: teamId, deleted, is_bot, is_email_confirmed, is_stranger, profile } = answer.data.user
    const isSure = teamId === connection.teamId && !deleted && !is_bot && !is_stranger && is_email_confirmed !== false
    return (isSure && profile?.email) || null
  }
}
