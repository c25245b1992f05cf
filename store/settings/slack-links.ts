import { derivedId } from '../../kernel/id.ts'
import { isDuplicate, type Store } from '../connection.ts'

/** Which Slack user a member is: each has one, and belongs to one. */
export interface SlackLink {
  memberId: string
  teamId: string
  userId: string
  /** As Slack called them when it was made. */
  userName: string
  /** Epoch ms. */
  linkedAt: number
}

const idOf = ({ teamId, userId }: Pick<SlackLink, 'teamId' | 'userId'>, workspaceId: string) =>
  derivedId('sll', workspaceId, teamId, userId)

/** The member whom a Slack user linked themselves with. */
export async function linkedMember(store: Store, workspaceId: string, teamId: string, userId: string) {
  const found = await store.of(workspaceId).one('slack_links', { _id: idOf({ teamId, userId }, workspaceId) })
  return found?.['memberId'] as string | undefined
}

export async function linkOf(store: Store, workspaceId: string, memberId: string): Promise<SlackLink | undefined> {
  const found = await store.of(workspaceId).one('slack_links', { memberId })
  if (!found) return undefined
  const { teamId, userId, userName, linkedAt } = found as unknown as Omit<SlackLink, 'linkedAt'> & { linkedAt: Date }
  return { memberId, teamId, userId, userName, linkedAt: linkedAt.getTime() }
}

/**
 * Who has it now: `member` where they linked another Slack user, `user` where somebody else is this one. The same link
 * again is made already.
 */
export async function makeLink(
  store: Store,
  workspaceId: string,
  link: SlackLink,
): Promise<'made' | 'member' | 'user'> {
  const { linkedAt, ...named } = link
  const mine = await linkOf(store, workspaceId, link.memberId)
  // Of a Slack that the business has left.
  if (mine && mine.teamId !== link.teamId) await dropLink(store, workspaceId, link.memberId)
  try {
    const document = { _id: idOf(link, workspaceId), ...named, linkedAt: new Date(linkedAt) }
    await store.of(workspaceId).insert('slack_links', document)
    return 'made'
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const holder = await linkedMember(store, workspaceId, link.teamId, link.userId)
  if (holder === link.memberId) return 'made'
  return holder === undefined ? 'member' : 'user'
}

/** True where there was one. */
export async function dropLink(store: Store, workspaceId: string, memberId: string): Promise<boolean> {
  return store.of(workspaceId).remove('slack_links', { memberId })
}
