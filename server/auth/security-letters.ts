import type { Posted, SecurityChange } from '../../actors/letterbox/contract.ts'
import { newId } from '../../kernel/id.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { membershipsOf } from '../../store/settings/members.ts'
import type { Origin } from '../../store/settings/sessions.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'

const dayMs = 24 * 60 * 60_000

/**
 * Tells the owner of an account what was changed of how they sign in, at their address or at the one that they had.
 * Durable when it resolves.
 */
export type TellOwner = (accountId: string, what: SecurityChange, from: Origin, former?: string) => Promise<void>

interface Parts {
  store: Store
  /** Where people reach this server. */
  url: string
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted) => Promise<unknown>) | undefined
}

export const tellingOwners =
  ({ store, url, now, post }: Parts): TellOwner =>
  async (accountId, what, { ip }, former) => {
    const to = former ?? (await accountsById(store, [accountId])).get(accountId)?.email ?? null
    if (!post || to === null) return
    const [member] = await membershipsOf(store, accountId)
    const workspace = member && (await workspaceById(store, member.workspaceId))
    const letter: Posted['letter'] = { about: 'security', what, link: `${url}/settings/account`, ip }
    const language = workspace?.settings.locale ?? 'en'
    await post({ letterId: newId('let'), to, language, letter, notAfter: now() + dayMs })
  }
