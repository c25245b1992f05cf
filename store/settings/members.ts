import type { Role } from '../../kernel/role.ts'
import { newId } from '../../kernel/id.ts'
import { type Given, isPermission, type Permissions, permissionsOf } from '../../kernel/permissions.ts'
import { conflict } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored, timeOf } from '../connection.ts'

export type MemberRole = Extract<Role, 'owner' | 'admin' | 'staff' | 'expert'>

/** Who asked last to act as somebody, and when (epoch ms). */
export interface Asked {
  by: string
  at: number
  /** The name of an operator: no workspace knows it by the id. */
  operator?: string
}

/** Whom somebody lets act as them. */
export type Trusted = 'colleagues' | 'operators' | 'both'

/** Somebody who works for a workspace. The id is what messages, assignments and tokens name. */
export interface Member extends Given {
  id: string
  workspaceId: string
  accountId: string
  name: string
  role: MemberRole
  /** Invited: they have not come yet. Removed: they are kept for what they once wrote. */
  status: 'invited' | 'active' | 'disabled' | 'removed'
  /** Until when colleagues who are allowed to may act as them, epoch ms; null where they do not consent. */
  consentUntil: number | null
  /** The same, of operators of the installation. */
  operatorsUntil: number | null
  asked: Asked | null
}

const membersMax = 500

export const memberFrom = ({ _id, workspaceId, accountId, name, role, status, ...rest }: Stored): Member => ({
  id: _id,
  workspaceId: workspaceId as string,
  accountId: accountId as string,
  name: name as string,
  role: role as MemberRole,
  status: status as Member['status'],
  ...givenIn(rest),
  consentUntil: timeOf(rest['consentUntil']),
  operatorsUntil: timeOf(rest['operatorsUntil']),
  asked: (rest['asked'] as Member['asked'] | undefined) ?? null,
})

/** A name that no release knows any more gives nothing, and takes nothing. */
const givenIn = ({ grants, withheld }: Record<string, unknown>): Given => ({
  grants: ((grants as string[] | undefined) ?? []).filter(isPermission),
  withheld: ((withheld as string[] | undefined) ?? []).filter(isPermission),
})

/** @throws Problem `already_member` */
export async function createMember(
  store: Store,
  workspaceId: string,
  made: { id?: string; accountId: string; name: string; role: MemberRole },
  now: number,
): Promise<Member> {
  const { id = newId('mem'), ...rest } = made
  const document = { _id: id, ...rest, status: 'active', createdAt: new Date(now) }
  try {
    await store.of(workspaceId).insert('members', document)
  } catch (error) {
    if (isDuplicate(error)) throw conflict('already_member', 'This account is a member of the workspace already.')
    throw error
  }
  return memberFrom({ ...document, workspaceId })
}

export async function memberById(store: Store, workspaceId: string, id: string): Promise<Member | undefined> {
  const found = await store.of(workspaceId).one('members', { _id: id })
  return found ? memberFrom(found) : undefined
}

/** What members are called, also those who went. */
export async function memberNames(store: Store, workspaceId: string, ids: readonly string[]) {
  const found = await store.of(workspaceId).find('members', { _id: { $in: ids } }, { projection: { name: 1 } })
  return new Map(found.map(({ _id, name }) => [_id, name as string]))
}

/** All of a workspace, in the order in which they came; at most 500. */
export async function membersOf(store: Store, workspaceId: string): Promise<Member[]> {
  const found = await store.of(workspaceId).find('members', {}, { sort: { _id: 1 }, limit: membersMax })
  return found.map(memberFrom)
}

/** Where an account works; the oldest membership first. A read across workspaces: it is what a sign-in asks. */
export async function membershipsOf(store: Store, accountId: string): Promise<Member[]> {
  const found = await store
    .collection('members')
    .find({ accountId, status: 'active' })
    .sort({ _id: 1 })
    .limit(membersMax)
    .toArray()
  return found.map(memberFrom)
}

/** Where somebody works, as what, and what they may do there. */
export interface Place {
  workspaceId: string
  role: MemberRole
  permissions: Permissions
  consentUntil: number | null
  operatorsUntil: number | null
}

/** Of these members, of whichever workspace, those who are active. */
export async function placesOf(store: Store, ids: readonly string[]): Promise<Map<string, Place>> {
  const active = { _id: { $in: [...ids] }, status: 'active' }
  const found = await store
    .collection('members')
    .find(active, {
      projection: { workspaceId: 1, role: 1, grants: 1, withheld: 1, consentUntil: 1, operatorsUntil: 1 },
    })
    .toArray()
  return new Map(
    found.map((one) => {
      const role = one['role'] as MemberRole
      const permissions = permissionsOf(role, givenIn(one))
      const until = { consentUntil: timeOf(one['consentUntil']), operatorsUntil: timeOf(one['operatorsUntil']) }
      return [one._id, { workspaceId: one['workspaceId'] as string, role, permissions, ...until }]
    }),
  )
}

/** What others are to hear of a change: kept with the change itself, until all of them have. */
export interface Untold {
  eventId: string
  /** Epoch ms. */
  at: number
}

/** What `$set` takes to keep it. */
export const untoldSince = (now: number) => ({ untold: { eventId: newId('evt'), at: new Date(now) } })

/**
 * True when the member exists. Their sessions notice within five seconds. `changedAt` (epoch ms) where others are to
 * hear of it; null where what they were to hear is taken back.
 */
export function changeMember(
  store: Store,
  workspaceId: string,
  id: string,
  change: Partial<Pick<Member, 'name' | 'role' | 'status' | 'grants' | 'withheld'>>,
  changedAt?: number | null,
) {
  const $set = { ...change, ...(typeof changedAt === 'number' && untoldSince(changedAt)) }
  const update = { $set, ...(changedAt === null && { $unset: { untold: '' } }) }
  return store.of(workspaceId).update('members', { _id: id }, update)
}

/** Somebody as they are now, and what is to be told of it: of one moment. Undefined where everybody has heard. */
export async function memberNews(
  store: Store,
  workspaceId: string,
  id: string,
): Promise<{ member: Member; untold: Untold } | undefined> {
  const found = await store.of(workspaceId).one('members', { _id: id })
  const untold = found?.['untold'] as { eventId: string; at: Date } | undefined
  return found && untold && { member: memberFrom(found), untold: { eventId: untold.eventId, at: untold.at.getTime() } }
}

/** Everybody has heard of this change; of a later one nobody may have. */
export const told = (store: Store, workspaceId: string, id: string, { eventId }: Untold) =>
  store.of(workspaceId).update('members', { _id: id, 'untold.eventId': eventId }, { $unset: { untold: '' } })

/** Whose change was before this moment (epoch ms) and not told. A read across workspaces: a sweep serves all. */
export async function untoldMembers(store: Store, before: number, limit: number) {
  const found = await store
    .collection('members')
    .find({ 'untold.at': { $lt: new Date(before) } }, { projection: { workspaceId: 1 } })
    .sort({ 'untold.at': 1 })
    .limit(limit)
    .toArray()
  return found.map(({ _id: id, workspaceId }) => ({ id, workspaceId: workspaceId as string }))
}

/** What these may do until then, or not any more (null); of the others nothing changes. What was asked is answered. */
export function keepConsent(store: Store, workspaceId: string, id: string, who: Trusted, until: number | null) {
  const at = until === null ? null : new Date(until)
  const colleagues = who === 'operators' ? {} : { consentUntil: at }
  const operators = who === 'colleagues' ? {} : { operatorsUntil: at }
  return store.of(workspaceId).update('members', { _id: id }, { $set: { ...colleagues, ...operators, asked: null } })
}

/** Somebody asks to act as somebody. */
export const keepAsked = (store: Store, workspaceId: string, id: string, asked: Asked) =>
  store.of(workspaceId).update('members', { _id: id, status: 'active' }, { $set: { asked } })
