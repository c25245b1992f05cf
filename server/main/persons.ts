import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Auth } from '../auth/auth.ts'
import { PersonDevices } from '../auth/person-devices.ts'
import { type PersonCodes, Persons } from '../auth/persons.ts'
import type { People } from '../webhooks/people.ts'
import type { Notices } from './notices.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Storage
  people: People
  auth: Auth
  system: ActorSystem
  settings: Pick<KnownSettings, 'ofWorkspace'>
  notices: Notices
  now(): number
}

/** The realm of the people who are looked after. How codes reach them is said when that is there. */
export function openPersons({ storage, auth, system, settings, people, notices, now }: Parts) {
  const later: { codes?: PersonCodes } = {}
  const persons = new Persons({
    store: storage.store,
    tokens: auth.tokens,
    codes: () => {
      if (!later.codes) throw new Error('Nobody signs in before everything is there.')
      return later.codes
    },
    holderOf: (workspaceId, address) => people.holderOf(workspaceId, address),
    meet: (workspace, userId, address) => people.give(workspace, userId, address),
    workspaceFor: (workspaceId) => system.workspace(workspaceId, principal('system', 'persons')),
    hasApp: (workspaceId) =>
      (settings.ofWorkspace(workspaceId).channels ?? []).some(({ kind, isActive }) => kind === 'app' && isActive),
    announce: (sessionId) => void notices.tell({ topic: 'session', sessionId }),
    now,
  })
  notices.hear('session', ({ sessionId }) => persons.ended(sessionId))
  const { store, rest } = storage
  const personDevices = new PersonDevices({ store, rest, now, end: (familyId) => persons.end(familyId) })
  return { persons, personDevices, codesAre: (codes: PersonCodes) => void (later.codes = codes) }
}
