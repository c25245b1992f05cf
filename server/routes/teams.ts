import { invalid } from '../../kernel/problem.ts'
import { membersOf } from '../../store/settings/members.ts'
import { services, servicesMax } from '../../store/settings/services.ts'
import { teams, teamsMax } from '../../store/settings/teams.ts'
import { resource } from '../http/resource.ts'

/** Groups of those who work here. */
export const teamRoutes = resource({
  ...teams,
  path: '/teams',
  noun: 'team',
  prefix: 'team',
  allow: { read: 'teams.read', write: 'teams.manage' },
  words: { one: 'a team', all: 'The teams, the latest first' },
  tags: ['Teams'],
  max: teamsMax,
  unique: { of: teams.unique, code: 'team_exists', says: 'Another team has this name.' },
  problems: ['unknown_member'],
  async check({ store, workspace }, { memberIds }, before) {
    const joining = memberIds.filter((id) => before?.memberIds.includes(id) !== true)
    if (joining.length === 0) return
    const working = new Set(
      (await membersOf(store, workspace.id)).filter(({ status }) => status !== 'removed').map(({ id }) => id),
    )
    if (joining.every((id) => working.has(id))) return
    const message = 'Only who works here can be in a team.'
    throw invalid('unknown_member', message, [{ path: 'memberIds', message }])
  },
})

/** What the business offers. */
export const serviceRoutes = resource({
  ...services,
  path: '/services',
  noun: 'service',
  prefix: 'svc',
  allow: { read: 'services.read', write: 'services.manage' },
  words: { one: 'a service', all: 'The services, the latest first' },
  tags: ['Services'],
  max: servicesMax,
  unique: { of: services.unique, code: 'service_exists', says: 'Another service has this name.' },
})
