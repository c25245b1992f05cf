import { randomInt } from 'node:crypto'
import type { Caller } from '../kernel/caller.ts'
import type { Hours } from '../kernel/hours.ts'
import { derivedId, newId } from '../kernel/id.ts'
import { lacking, Module } from '../kernel/modules.ts'
import { conflict, missing, Problem, staleRevision } from '../kernel/problem.ts'
import type { Settings } from '../kernel/settings.ts'
import type { Store } from '../store/connection.ts'
import { createMember, memberById, membershipsOf } from '../store/settings/members.ts'
import {
  type Branding,
  changeWorkspace,
  createWorkspace,
  type Profile,
  workspaceById,
  workspaceBySlug,
  type WorkspaceChange,
  type WorkspaceSettings,
  type WorkspaceStatus,
} from '../store/settings/workspaces.ts'
import { refused } from './auth/tokens.ts'

/** Businesses of one account, beyond which somebody is no owner but a flood. */
const ownedMax = 20

interface Parts {
  store: Store
  now(): number
  /** The workspace as this process knows it; undefined where it does not. */
  known(workspaceId: string): WorkspaceSettings | undefined
  /** Something of it was changed here: this process knows it when this resolves, the others soon. */
  changed(workspaceId: string): Promise<void>
}

/** Any of them, and of a group any of its own. */
type SomeSettings<Of> = {
  [Name in keyof Of]?: Of[Name] extends readonly unknown[]
    ? Of[Name]
    : Of[Name] extends object
      ? Partial<Of[Name]>
      : Of[Name]
}

/** What its people may change of a business. Names of `settings` are among its own. */
export interface BusinessChange {
  name?: string
  profile?: Partial<Profile>
  branding?: Partial<Branding>
  settings?: SomeSettings<Omit<Settings, 'modules' | 'hours'>>
}

/** Businesses: how one begins, and what is set of it. */
export class Workspaces {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** As it is now, or was a few seconds ago: for rules that every request asks about. @throws Problem `not_found` */
  async known(id: string): Promise<WorkspaceSettings> {
    return this.#parts.known(id) ?? this.now(id)
  }

  /** As it is now. @throws Problem `not_found` */
  async now(id: string): Promise<WorkspaceSettings> {
    return there(await workspaceById(this.#parts.store, id))
  }

  /** Whether there is room for one more beside so many. @throws Problem `quota_reached` */
  async demandRoom(id: string, of: 'members' | 'channels', there: number) {
    const max = (await this.now(id)).quotas[of]
    if (there >= max) throw conflict('quota_reached', `This business may have ${String(max)} ${of}, and has them.`)
  }

  /** Something was changed by others than these methods. */
  changed(id: string) {
    return this.#parts.changed(id)
  }

  /**
   * Another business for somebody who has an account; they own it, and it is a draft. The same request again finds the
   * same one. @throws Problem `too_many_workspaces`
   */
  async create(caller: Caller, made: { name: string; settings: Partial<Settings> }, id = newId('ws')) {
    const { store } = this.#parts
    const member = await memberById(store, caller.workspaceId, caller.id)
    if (!member) throw refused()
    const owned = (await membershipsOf(store, member.accountId)).filter(({ role }) => role === 'owner')
    if (owned.length >= ownedMax)
      throw conflict('too_many_workspaces', `One account owns at most ${String(ownedMax)} businesses.`)
    return this.found({ id, ...made, owner: { accountId: member.accountId, name: member.name } })
  }

  /** A draft with its owner. With the same id it can be begun again after a crash. */
  async found(made: {
    id: string
    name: string
    settings: Partial<Settings>
    owner: { accountId: string; name: string }
  }): Promise<{ workspace: WorkspaceSettings; memberId: string }> {
    const { store, now, changed } = this.#parts
    const { id, name, settings, owner } = made
    const workspace = await this.#draft({ id, name, settings })
    const memberId = derivedId('mem', id, owner.accountId)
    if (!(await memberById(store, id, memberId)))
      await createMember(store, id, { id: memberId, ...owner, role: 'owner' }, now())
    await changed(id)
    return { workspace, memberId }
  }

  /** @throws Problem `not_found`, `stale_revision` */
  async change(id: string, { name, ...parts }: BusinessChange, rev?: number): Promise<WorkspaceSettings> {
    const change: WorkspaceChange = { ...(name !== undefined && { name }) }
    for (const [part, fields] of Object.entries(parts))
      for (const [field, value] of Object.entries(fields)) Object.assign(change, named(`${part}.${field}`, value))
    return this.#apply(id, change, rev)
  }

  /** @throws Problem `not_found`, `stale_revision` */
  setHours(id: string, hours: Hours, rev?: number): Promise<WorkspaceSettings> {
    const holidays = [...hours.holidays].sort((one, other) => (one.date < other.date ? -1 : 1))
    return this.#apply(id, { 'settings.hours': { ...hours, holidays } }, rev)
  }

  /** What was kept in a module stays when it is switched off. @throws Problem `module_needed`, `stale_revision` */
  async setModules(id: string, wanted: readonly Module[], rev?: number): Promise<WorkspaceSettings> {
    const reasons = lacking(wanted)
    if (reasons.length > 0)
      throw new Problem('conflict', 'module_needed', reasons.map(({ why }) => why).join(' '), {
        errors: reasons.map(({ module, why }) => ({ path: module, message: why })),
      })
    return this.#apply(id, { 'settings.modules': Module.options.filter((one) => wanted.includes(one)) }, rev)
  }

  async #apply(id: string, change: WorkspaceChange, rev?: number): Promise<WorkspaceSettings> {
    const { store, changed } = this.#parts
    const after =
      Object.keys(change).length === 0 ? await workspaceById(store, id) : await changeWorkspace(store, id, change, rev)
    if (!after && (await workspaceById(store, id))) throw staleRevision()
    await changed(id)
    return there(after)
  }

  /** Two of one name may come at once: whoever finds the address taken looks for another. */
  async #draft(made: { id: string; name: string; settings: Partial<Settings> }): Promise<WorkspaceSettings> {
    const { store, now } = this.#parts
    for (;;) {
      const slug = await this.#freeSlug(made.name)
      try {
        return await createWorkspace(store, { ...made, slug, status: 'draft' }, now())
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'slug_taken') throw error
      }
    }
  }

  async #freeSlug(name: string): Promise<string> {
    const plain = slugOf(name)
    for (let slug = plain; ; slug = `${plain}-${randomInt(0x10_0000).toString(16)}`)
      if (!(await workspaceBySlug(this.#parts.store, slug))) return slug
  }
}

/** A draft is tried out on simulated people; what was suspended or closed reaches nobody. */
export const mayDeliver = (status: WorkspaceStatus, isSimulated: boolean) =>
  status === 'active' || (status === 'draft' && isSimulated)

/** For addresses: of `Dr. Müller & Söhne`, `dr-muller-sohne`. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return slug === '' ? 'business' : slug
}

/** A group's fields by their own names, so that two who change different ones do not undo each other. */
function named(path: string, value: unknown): WorkspaceChange {
  if (value === undefined) return {}
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { [path]: value }
  const fields = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(fields.map(([name, one]) => [`${path}.${name}`, one]))
}

function there(found: WorkspaceSettings | undefined): WorkspaceSettings {
  if (!found) throw missing('not_found', 'There is no such workspace.')
  return found
}
