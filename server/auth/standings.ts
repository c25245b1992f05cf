import type { Caller } from '../../kernel/caller.ts'
import { isSameStanding, type Permissions, permissionsActing } from '../../kernel/permissions.ts'
import type { Store } from '../../store/connection.ts'
import { type Member, type Place, placesOf } from '../../store/settings/members.ts'
import { isOperatorId, presentOperators } from '../../store/settings/operators.ts'
import { countLasting, type Holder, lastingOf } from '../../store/settings/sessions.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { Together } from './together.ts'

/** A sign-in that another process ended ends here no later than this. */
const standingMs = 5_000

/** Whose a sign-in is, and what they may do now. */
interface Standing {
  memberId: string
  workspaceId: string
  role: Member['role']
  permissions: Permissions
  actingId?: string
}

/** Who has which sign-in, and what they may do by it: read once for many requests, and never believed for long. */
export class Standings {
  readonly #store: Store
  readonly #now: () => number
  readonly #standing: BoundedCache<Promise<Standing | undefined>>
  /** Counts what was told of standings: a read that began before must not bring back what has ended. */
  #changes = 0
  readonly #reading = new Together((ids) => this.#read(ids))

  constructor(store: Store, now: () => number) {
    this.#store = store
    this.#now = now
    this.#standing = new BoundedCache({ max: 10_000, ttlMs: standingMs, now })
  }

  /** Who a sign-in belongs to while it lasts. */
  of(familyId: string): Promise<Standing | undefined> {
    const kept = this.#standing.get(familyId)
    if (kept) return kept
    const standing = this.#reading.ask(familyId)
    this.#standing.set(familyId, standing)
    standing.catch(() => this.#standing.delete(familyId))
    return standing
  }

  async #read(familyIds: readonly string[]): Promise<Map<string, Standing>> {
    const now = this.#now()
    return this.#standingsOf(await lastingOf(this.#store, familyIds, now), now)
  }

  async #standingsOf(holderOf: ReadonlyMap<string, Holder>, now: number): Promise<Map<string, Standing>> {
    const ids = [...holderOf.values()].flatMap(({ memberId, actingId }) => [memberId, ...(actingId ? [actingId] : [])])
    const operators = [...new Set(ids.filter(isOperatorId))]
    const [placeOf, present] = await Promise.all([
      placesOf(this.#store, [...new Set(ids)]),
      presentOperators(this.#store, operators, now),
    ])
    const standings = new Map<string, Standing>()
    for (const [familyId, holder] of holderOf) {
      const standing = standingIn(holder, { placeOf, present, now })
      if (standing) standings.set(familyId, standing)
    }
    return standings
  }

  /** Who these callers are by now, read from the store; undefined for whom it is over. */
  async now(callers: readonly Caller[]): Promise<(Caller | undefined)[]> {
    const changes = this.#changes
    const now = this.#now()
    const standings = await this.#standingsOf(await this.#lasting(callers, now), now)
    // After a cut everybody comes back at once: then they are known.
    if (changes === this.#changes)
      for (const [id, standing] of standings) this.#standing.set(id, Promise.resolve(standing))
    return callers.map((caller) => {
      if (caller.sessionId === undefined) return caller
      const standing = standings.get(caller.sessionId)
      if (standing && isSameStanding(standing, caller)) return caller
      this.#standing.delete(caller.sessionId)
      return standing && { ...caller, role: standing.role, permissions: standing.permissions }
    })
  }

  /**
   * Nearly always all of them last. That is counted: to read a thousand sign-ins, of which everything is known but
   * whether they have ended, would hold up everybody else for some milliseconds.
   */
  async #lasting(callers: readonly Caller[], now: number): Promise<ReadonlyMap<string, Holder>> {
    const shown = new Map<string, Holder>()
    for (const { sessionId, id: memberId, actingId } of callers)
      if (sessionId !== undefined) shown.set(sessionId, { memberId, ...(actingId !== undefined && { actingId }) })
    const ids = [...shown.keys()]
    const count = ids.length > 0 ? await countLasting(this.#store, ids, now) : 0
    return count === ids.length ? shown : lastingOf(this.#store, ids, now)
  }

  /** It has ended. */
  forget(familyId: string) {
    this.#changes++
    this.#standing.delete(familyId)
  }

  /** Somebody's standing changed, whoever it is. */
  forgetAll() {
    this.#changes++
    this.#standing.clear()
  }

  /** It had ended before; what is known of it is of no use. */
  drop(familyId: string) {
    this.#standing.delete(familyId)
  }
}

interface Known {
  placeOf: ReadonlyMap<string, Place>
  /** Operators who are signed in. */
  present: ReadonlyMap<string, string>
  now: number
}

/** Nothing where they do not work there any more, or somebody acts as them without consent, or who may not. */
function standingIn({ memberId, actingId }: Holder, known: Known): Standing | undefined {
  const place = known.placeOf.get(memberId)
  if (!place) return undefined
  const { workspaceId, role, permissions } = place
  if (actingId === undefined) return { memberId, workspaceId, role, permissions }
  const own = ownPermissions(actingId, place, known)
  return own && { memberId, workspaceId, role, permissions: permissionsActing(permissions, own), actingId }
}

/** What whoever acts as a member may do themselves; undefined where they may not act as them now. */
function ownPermissions(actingId: string, of: Place, { placeOf, present, now }: Known): Permissions | undefined {
  const lasts = (until: number | null) => until !== null && until > now
  // An operator has no permissions in a workspace: what the member may is the bound.
  if (isOperatorId(actingId)) return present.has(actingId) && lasts(of.operatorsUntil) ? of.permissions : undefined
  const colleague = placeOf.get(actingId)
  const isAllowed = colleague?.workspaceId === of.workspaceId && colleague.permissions.has('members.impersonate')
  return isAllowed && lasts(of.consentUntil) ? colleague.permissions : undefined
}
