import { newId } from '../../kernel/id.ts'
import { isDuplicate, type Store } from '../connection.ts'
import { type Member, type MemberRole, memberFrom, untoldSince } from './members.ts'

/** What becomes a membership when it is accepted in time. The token itself is nowhere. */
export interface Invitation {
  accountId: string
  name: string
  role: MemberRole
  tokenHash: string
  /** Epoch ms. */
  expiresAt: number
}

/**
 * Invites this account, or invites it anew: an earlier link is void then. Undefined where somebody who is active or
 * disabled has it.
 */
export async function keepInvitation(
  store: Store,
  workspaceId: string,
  { accountId, name, role, tokenHash, expiresAt }: Invitation,
  now: number,
): Promise<Member | undefined> {
  const invitation = { tokenHash, expiresAt: new Date(expiresAt) }
  // Who was taken out comes back with nothing of what they once were given.
  const set = { name, role, status: 'invited', grants: [], withheld: [], invitation }
  const members = store.of(workspaceId)
  const again = await members.change('members', { accountId, status: { $in: ['invited', 'removed'] } }, { $set: set })
  if (again) return memberFrom(again)
  try {
    const made = { _id: newId('mem'), accountId, ...set, createdAt: new Date(now) }
    await members.insert('members', made)
    return memberFrom({ ...made, workspaceId })
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
}

const good = (tokenHash: string, now: number) => ({
  status: 'invited',
  'invitation.tokenHash': tokenHash,
  'invitation.expiresAt': { $gt: new Date(now) },
})

/** Who an invitation is for. A look uses nothing up: mail scanners look, too. */
export async function invited(store: Store, tokenHash: string, now: number): Promise<Member | undefined> {
  const found = await store.collection('members').findOne(good(tokenHash, now))
  return found ? memberFrom(found) : undefined
}

/** Whoever comes first becomes a member; undefined for everybody after, and when it is too late. One atomic update. */
export async function acceptInvitation(
  store: Store,
  tokenHash: string,
  name: string | undefined,
  now: number,
): Promise<Member | undefined> {
  const joined = { status: 'active', joinedAt: new Date(now), ...(name !== undefined && { name }) }
  const $set = { ...joined, ...untoldSince(now) }
  const found = await store
    .collection('members')
    .findOneAndUpdate(good(tokenHash, now), { $set, $unset: { invitation: '' as const } }, { returnDocument: 'after' })
  return found ? memberFrom(found) : undefined
}
