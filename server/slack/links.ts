import type { Caller } from '../../kernel/caller.ts'
import { newSecret } from '../../kernel/id.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { memberById } from '../../store/settings/members.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { dropLink, linkedMember, linkOf, makeLink } from '../../store/settings/slack-links.ts'
import { keepTicket, spendTicket, type Ticket, ticketOf } from '../../store/settings/tickets.ts'
import { ownAccount } from '../auth/own-account.ts'
import type { TellOwner } from '../auth/security-letters.ts'
import type { Sudo } from '../auth/sudo.ts'
import { hashOf } from '../auth/tokens.ts'
import type { SlackRoom } from './room.ts'

/** For so long whoever pressed the button may take to sign in. */
export const linkMinutes = 10

interface Asked {
  workspaceId: string
  teamId: string
  userId: string
  userName: string
}

/** A token by which somebody says, signed in, that this Slack user is them. */
export async function offerLink(store: Store, { workspaceId, teamId, userId, userName }: Asked, now: number) {
  const token = newSecret()
  const about = { workspaceId, teamId, userId, userName: userName.slice(0, 200) }
  const expiresAt = now + linkMinutes * 60_000
  await keepTicket(store, 'slack', { accountId: null, about, tokenHash: hashOf(token), expiresAt }, now)
  return token
}

interface Parts {
  store: Store
  room: Pick<SlackRoom, 'ofWorkspace'>
  sudo: Pick<Sudo, 'require'>
  tell: TellOwner
  now(): number
}

/** What members do with their own Slack user: whoever is linked acts by its buttons as them. */
export class SlackLinks {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Which Slack it is, and whom of it the caller is; nulls where there is none. */
  async of({ workspaceId, id }: Caller) {
    const { store, room } = this.#parts
    const connection = await room.ofWorkspace(workspaceId)
    const link = connection && (await linkOf(store, workspaceId, id))
    const isOfThis = link !== undefined && link.teamId === connection?.teamId
    return {
      team: connection?.teamName ?? null,
      link: isOfThis ? { userName: link.userName, linkedAt: link.linkedAt } : null,
    }
  }

  /** Whom a link of Slack would make the caller; nothing happens yet. @throws Problem `slack_link_invalid` */
  async look(caller: Caller, token: string) {
    const { store, now } = this.#parts
    const asked = askedIn(await ticketOf(store, 'slack', hashOf(token), now()))
    const connection = await this.#connected(caller, asked)
    return { userName: asked.userName, team: connection.teamName }
  }

  /** @throws Problem `proof_required`, `slack_link_invalid`, `slack_linked`, `slack_taken` */
  async link(caller: Caller, token: string, from: Origin) {
    const { store, sudo, tell, now } = this.#parts
    await sudo.require(caller)
    // Looked at first: what belongs to somebody else is not used up.
    await this.look(caller, token)
    const { workspaceId, teamId, userId, userName } = askedIn(await spendTicket(store, 'slack', hashOf(token), now()))
    const link = { memberId: caller.id, teamId, userId, userName, linkedAt: now() }
    await this.#freed(workspaceId, teamId, userId)
    const made = await makeLink(store, workspaceId, link)
    if (made === 'member') throw conflict('slack_linked', 'You are linked with another Slack user: unlink that first.')
    if (made === 'user') throw conflict('slack_taken', 'This Slack user is linked with a colleague.')
    await tell((await ownAccount(store, caller)).id, 'slack_linked', from)
    return this.of(caller)
  }

  /** @throws Problem `not_found` */
  async unlink(caller: Caller, from: Origin) {
    const { store, tell } = this.#parts
    if (!(await dropLink(store, caller.workspaceId, caller.id))) throw missing('not_found', 'Slack is not linked.')
    await tell((await ownAccount(store, caller)).id, 'slack_unlinked', from)
  }

  /** Whoever works here no more keeps nobody else from it. */
  async #freed(workspaceId: string, teamId: string, userId: string) {
    const { store } = this.#parts
    const holderId = await linkedMember(store, workspaceId, teamId, userId)
    const holder = holderId === undefined ? undefined : await memberById(store, workspaceId, holderId)
    if (holderId !== undefined && (!holder || holder.status === 'removed')) await dropLink(store, workspaceId, holderId)
  }

  /** @throws Problem `slack_link_invalid` of another business, or of a Slack that it has left */
  async #connected({ workspaceId }: Caller, asked: Asked) {
    const connection = await this.#parts.room.ofWorkspace(workspaceId)
    if (asked.workspaceId !== workspaceId || connection?.teamId !== asked.teamId) throw invalidLink()
    return connection
  }
}

const invalidLink = () =>
  conflict('slack_link_invalid', 'This link is no good any more, or for another business: press again.')

/** @throws Problem `slack_link_invalid` */
function askedIn(ticket: Ticket | undefined): Asked {
  const { workspaceId, teamId, userId, userName } = ticket?.about ?? {}
  if (!workspaceId || !teamId || !userId || userName === undefined) throw invalidLink()
  return { workspaceId, teamId, userId, userName }
}
