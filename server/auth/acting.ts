import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { newId } from '../../kernel/id.ts'
import { conflict, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { keepAsked, keepConsent, type Member, memberById } from '../../store/settings/members.ts'
import { actingOf, type Origin } from '../../store/settings/sessions.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import type { Auth, SignedIn } from './auth.ts'

/** It ends by itself, however long the consent lasts. */
const actingMs = 60 * 60_000
const letterMs = 24 * 60 * 60_000

interface Parts {
  store: Store
  auth: Auth
  /** Where people reach this server. */
  url: string
  now(): number
  post: ((posted: Posted, workspaceId: string) => Promise<unknown>) | undefined
}

/** A colleague who acts as somebody else: only with that person's consent, for an hour at most, and named in the audit. */
export class Acting {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Tells somebody by letter, and on their own page, that a colleague asks. @throws Problem `not_found`, `own_membership` */
  async ask(caller: Caller, id: string) {
    const { store, now, url, post } = this.#parts
    const [member, colleague] = [await this.#other(caller, id), await memberById(store, caller.workspaceId, caller.id)]
    await keepAsked(store, caller.workspaceId, id, { by: caller.id, at: now() })
    const [accounts, workspace] = await Promise.all([
      accountsById(store, [member.accountId]),
      workspaceById(store, caller.workspaceId),
    ])
    const to = accounts.get(member.accountId)?.email
    if (!post || !to || !workspace) return
    const letter = { about: 'impersonation', link: `${url}/settings/account`, name: colleague?.name ?? '' } as const
    const rest = { to, language: workspace.settings.locale, notAfter: now() + letterMs }
    await post({ letterId: newId('let'), letter, ...rest }, caller.workspaceId)
  }

  /** @throws Problem `not_found`, `own_membership`, `consent_missing` */
  async begin(caller: Caller, id: string, from: Origin): Promise<SignedIn> {
    const { store, auth, now } = this.#parts
    const [member, colleague] = [await this.#other(caller, id), await memberById(store, caller.workspaceId, caller.id)]
    if (!colleague) throw missing('not_found', 'There is no such member.')
    if (member.consentUntil === null || member.consentUntil <= now())
      throw conflict('consent_missing', 'They have not consented to it: ask them first.')
    const acting = { id: colleague.id, accountId: colleague.accountId, until: now() + actingMs }
    return auth.openActing(caller.workspaceId, id, acting, from)
  }

  /** What somebody consented to, who asked, and who acts as them now. */
  async standing({ workspaceId, id }: Caller) {
    const { store, now } = this.#parts
    const [member, sessions] = await Promise.all([memberById(store, workspaceId, id), actingOf(store, id, now())])
    const { consentUntil = null, asked = null } = member ?? {}
    const named = async (memberId: string) => ({
      id: memberId,
      name: (await memberById(store, workspaceId, memberId))?.name ?? '',
    })
    return {
      until: consentUntil !== null && consentUntil > now() ? consentUntil : null,
      asked: asked && { ...(await named(asked.by)), at: asked.at },
      acting: await Promise.all(sessions.map(async (one) => ({ ...(await named(one.actingId)), since: one.since }))),
    }
  }

  /** For so long colleagues who are allowed to may act as them. */
  async consent({ workspaceId, id }: Caller, forMs: number) {
    const { store, now } = this.#parts
    await keepConsent(store, workspaceId, id, now() + forMs)
  }

  /** No longer; whoever acts as them is out at once. */
  async withdraw({ workspaceId, id }: Caller) {
    const { store, auth, now } = this.#parts
    await keepConsent(store, workspaceId, id, null)
    for (const session of await actingOf(store, id, now())) await auth.revoke(session.id, 'consent_withdrawn')
  }

  async #other({ workspaceId, id: own }: Caller, id: string): Promise<Member> {
    const member = await memberById(this.#parts.store, workspaceId, id)
    if (member?.status !== 'active') throw missing('not_found', 'There is no such member.')
    if (id === own) throw new Problem('forbidden', 'own_membership', 'This is you.')
    return member
  }
}
