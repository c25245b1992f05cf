import type { Role } from './role.ts'

const everybody: readonly Role[] = ['owner', 'admin', 'staff', 'expert']
const leads: readonly Role[] = ['owner', 'admin']
const owners: readonly Role[] = ['owner']

interface Declared {
  /** What somebody may do who has it, as a person reads it. */
  words: string
  /** The roles that have it, unless somebody was given more or less. */
  roles: readonly Role[]
  /** Only somebody who signed in has it: no API key can. */
  isForPeople?: true
}

/** Everything that somebody may or may not do here. Routes, streams and commands name what they ask for. */
export const permissions = {
  'conversations.read': { words: 'Read conversations and the inbox', roles: everybody },
  'conversations.write': { words: 'Write to people, leave notes, assign and resolve', roles: everybody },
  'queue.read': { words: 'See the queue, and who holds how much', roles: leads },
  'assignment.manage': { words: 'Set how conversations are assigned', roles: leads },
  'replies.read': { words: 'Use canned answers and macros', roles: everybody },
  'replies.manage': { words: 'Make and change canned answers and macros', roles: leads },
  'templates.read': { words: 'See the templates that WhatsApp has approved, and send them', roles: everybody },
  'templates.manage': { words: 'Make templates, hand them in and delete them', roles: leads },
  'views.share': { words: 'Share views of the inbox with everybody', roles: leads },
  'people.read': { words: 'See what is known of a person', roles: everybody },
  'people.write': { words: 'Change what is known of a person', roles: everybody },
  'people.sensitive': { words: 'See and change what is sensitive about a person', roles: leads },
  'people.merge': { words: 'Merge two records of one person, and part them again', roles: everybody },
  'people.fields': { words: 'Decide what is known of people: own fields, status options', roles: leads },
  'people.erase': { words: 'Erase a person for good', roles: leads, isForPeople: true },
  'people.import': { words: 'Import people from a file', roles: leads },
  'people.export': { words: 'Take lists of people along as a file', roles: leads },
  'segments.manage': { words: 'Make and change segments', roles: everybody },
  'messages.search': { words: 'Search in what was said', roles: everybody },
  'files.read': { words: 'Open files', roles: everybody },
  'files.write': { words: 'Keep and delete files', roles: everybody },
  'remarks.read': { words: 'Read remarks', roles: everybody },
  'remarks.write': { words: 'Leave remarks', roles: everybody },
  'members.read': { words: 'See who works here', roles: everybody },
  'members.manage': { words: 'Invite people, change their roles and permissions, take them out', roles: leads },
  'members.impersonate': { words: 'Act as a colleague who consents', roles: leads, isForPeople: true },
  'teams.read': { words: 'See the teams', roles: everybody },
  'sla.manage': { words: 'Set what is promised to people who write', roles: leads },
  'teams.manage': { words: 'Make and change teams', roles: leads },
  'channels.read': { words: 'See the channels and whether they work', roles: everybody },
  'channels.manage': { words: 'Connect, test, rotate and disable channels', roles: leads },
  'services.read': { words: 'See the services', roles: everybody },
  'services.manage': { words: 'Make and change services', roles: leads },
  'workspace.read': { words: 'See the settings of the business', roles: everybody },
  'workspace.manage': { words: 'Change the settings of the business', roles: leads },
  'workspace.activate': { words: 'Go live', roles: owners, isForPeople: true },
  'workspace.export': { words: 'Export everything', roles: owners, isForPeople: true },
  'workspace.close': { words: 'Close the workspace', roles: owners, isForPeople: true },
  'keys.manage': { words: 'Make and revoke API keys', roles: leads, isForPeople: true },
  'webhooks.manage': { words: 'Register webhook endpoints and replay deliveries', roles: leads },
  'clock.read': { words: 'See what time it is here', roles: everybody },
  'clock.move': { words: 'Move the time of a sandbox', roles: leads },
  'actors.read': { words: 'Look inside: actors, streams, processes', roles: leads },
  'letters.manage': { words: 'Read, replay and drop what could not be delivered', roles: leads },
  'audit.read': { words: 'See who did and who read what', roles: leads },
  'errors.read': { words: 'See errors', roles: leads },
  'errors.manage': { words: 'Resolve, ignore and assign errors', roles: leads },
  'jobs.read': { words: 'See the schedules', roles: leads },
  'jobs.manage': { words: 'Run and pause schedules', roles: leads },
  'backups.read': { words: 'See the backups', roles: leads },
  'backups.manage': { words: 'Make backups', roles: owners, isForPeople: true },
} as const satisfies Record<string, Declared>

export type Permission = keyof typeof permissions
export type Permissions = ReadonlySet<Permission>

const declared: Record<Permission, Declared> = permissions
export const permissionNames = Object.keys(permissions) as Permission[]
export const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
export const wordsOf = (permission: Permission) => declared[permission].words

/** What an API key can be given. */
export const scopes = permissionNames.filter((name) => declared[name].isForPeople !== true)

const nothing: Permissions = new Set()
const byRole = new Map<Role, Permissions>(
  everybody.map((role) => [role, new Set(permissionNames.filter((name) => declared[name].roles.includes(role)))]),
)

/** What a role has, unless more or less was given. */
export const permissionsOfRole = (role: Role): Permissions => byRole.get(role) ?? nothing

/** What is given to somebody beyond their role, and what is withheld from them. */
export interface Given {
  grants: readonly Permission[]
  withheld: readonly Permission[]
}

/** What somebody may do. An owner has everything: what is withheld from one would be theirs again in a moment. */
export function permissionsOf(role: Role, { grants, withheld }: Given): Permissions {
  const usual = permissionsOfRole(role)
  if (role === 'owner' || (grants.length === 0 && withheld.length === 0)) return usual
  return new Set([...usual, ...grants].filter((name) => !withheld.includes(name)))
}

/** Somebody's role, and what they may do where it is not what their role may. */
interface Held {
  readonly role: Role
  readonly permissions?: Permissions
}
const heldBy = ({ role, permissions }: Held) => permissions ?? permissionsOfRole(role)

/** What a colleague may do who acts as somebody: what both may, and nothing that is a person's own. */
export const permissionsActing = (as: Permissions, colleague: Permissions): Permissions =>
  new Set([...as].filter((name) => colleague.has(name) && declared[name].isForPeople !== true))

const isWithin = (some: Permissions, all: Permissions) => [...some].every((name) => all.has(name))

/** The one question that every edge asks. */
export const may = (caller: Held, permission: Permission): boolean => heldBy(caller).has(permission)

/** Whether somebody may do everything of these: only then can they give it away, or take it. */
export const mayAll = (caller: Held, wanted: Permissions): boolean => isWithin(wanted, heldBy(caller))

/** Whether somebody is who they were, and may do what they did. */
export function isSameStanding(one: Held, other: Held) {
  if (one.role !== other.role) return false
  const [before, after] = [heldBy(one), heldBy(other)]
  return before === after || (before.size === after.size && isWithin(before, after))
}
