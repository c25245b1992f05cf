import type { Caller } from '../../kernel/caller.ts'
import { isPermission, may, wordsOf } from '../../kernel/permissions.ts'
import { Problem } from '../../kernel/problem.ts'
import { isStaff } from '../../kernel/role.ts'
import { denied } from '../audit.ts'
import type { Parts } from '../ports.ts'
import { bearerOf } from './bearer.ts'
import { type Limits, placeOf } from './limits.ts'
import type { Allow, Limit, Route } from './route.ts'

interface Asked {
  ip: string
  get(header: string): string
}

type Needed = 'audit' | 'authenticate' | 'operators' | 'persons' | 'config' | 'quotasOf'

/**
 * Who calls a route, once it is sure that they may, and that they do not call too often. Undefined for a route that is
 * for everybody. @throws Problem `unauthorized`, `not_allowed`, `not_while_acting`, `too_many_requests`
 */
export type Admission = (asked: Asked) => Promise<Caller | undefined>

export function admissionTo(
  { terms }: Route,
  { audit, authenticate: ofWorkspaces, operators, persons, config, quotasOf }: Pick<Parts, Needed>,
  limits: Limits,
): Admission {
  const { allow } = terms
  // A realm of its own: neither's tokens are good in the other.
  const realms = { operator: operators.authenticate, person: persons.authenticate }
  const authenticate = allow === 'operator' || allow === 'person' ? realms[allow] : ofWorkspaces
  const limit: Limit = terms.limit ?? (allow === 'public' ? 'pub' : 'staff')
  const ofAddress = async (ip: string, name: Limit) => {
    if (name !== 'none') await limits.take(`${name}/${placeOf(ip)}`, config.limits[name])
  }
  if (allow === 'public')
    return async ({ ip }) => {
      await ofAddress(ip, limit)
      return undefined
    }

  const isAllowed = predicateOf(allow)
  const ofCaller = async ({ workspaceId, id, perMinute = config.limits.staff }: Caller) => {
    const own = limits.take(`caller/${workspaceId}/${id}`, perMinute)
    const all = limits.take(`workspace/${workspaceId}`, quotasOf(workspaceId).requestsPerMinute)
    await Promise.all([own, all])
  }
  return async (asked) => {
    const token = bearerOf(asked.get('authorization'))
    if (token === undefined) throw new Problem('unauthorized', 'unauthorized', 'Please sign in.')
    const caller = await authenticate(token).catch(async (error: unknown) => {
      // Whoever tries tokens out is a stranger, and counted as one.
      await limits.take(`refused/${placeOf(asked.ip)}`, config.limits.staff)
      throw error
    })
    // Before all else: a refusal is written down, and must not be had without end either.
    await (limit === 'staff' ? ofCaller(caller) : ofAddress(asked.ip, limit))
    if (!isAllowed(caller)) {
      await denied({ audit }, terms.audit, { caller, from: { ip: asked.ip, userAgent: asked.get('user-agent') } })
      throw new Problem('forbidden', 'not_allowed', refusalOf(allow))
    }
    if (caller.actingId !== undefined && allow === 'any' && terms.alsoActing !== true)
      throw new Problem(
        'forbidden',
        'not_while_acting',
        'This is a matter of the person’s own: end acting as them first.',
      )
    return caller
  }
}

function predicateOf(allow: Exclude<Allow, 'public'>): (caller: Caller) => boolean {
  if (isPermission(allow)) return (caller) => may(caller, allow)
  // A key is not somebody: it does what it has scopes for, and nothing that is a person's own.
  return allow === 'any' ? isStaff : ({ role }) => role === allow
}

function refusalOf(allow: Allow) {
  if (isPermission(allow)) return `This needs the permission ${allow} (${wordsOf(allow)}).`
  if (allow === 'person') return 'This is for the people who are looked after.'
  return allow === 'any' ? 'This is for people who sign in, not for programs.' : 'This is for operators.'
}
