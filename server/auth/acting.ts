import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { newId } from '../../kernel/id.ts'
import { conflict, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import {
  type Asked,
  keepAsked,
  keepConsent,
  type Member,
  memberById,
  type Trusted,
} from '../../store/settings/members.ts'
import { isOperatorId, operatorName } from '../../store/settings/operators.ts'
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

/** Who asks, or acts: a colleague, or an operator of the installation. */
interface Somebody {
  id: string
  name: string
}

/**
 * Who acts as somebody else: a colleague or an operator, only with that person's consent, for an hour at most, and named
 * in the audit.
 */
export class Acting {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Tells somebody by letter, and on their own page, that a colleague asks. @throws Problem `not_found`, `own_membership` */
  async ask(caller: Caller, id: string) {
    const { store } = this.#parts
    const [member, colleague] = [await this.#other(caller, id), await memberById(store, caller.workspaceId, caller.id)]
    await this.#tell(member, { by: caller.id }, colleague?.name ?? '')
  }

  /** The same, of an operator. @throws Problem `not_found` */
  async askAsOperator(operator: Somebody, workspaceId: string, id: string) {
    const member = await this.#active(workspaceId, id)
    await this.#tell(member, { by: operator.id, operator: operator.name }, `${operator.name} (operator)`)
  }

  /** @throws Problem `not_found`, `own_membership`, `consent_missing` */
  async begin(caller: Caller, id: string, from: Origin): Promise<SignedIn> {
    const { store } = this.#parts
    const [member, colleague] = [await this.#other(caller, id), await memberById(store, caller.workspaceId, caller.id)]
    if (!colleague) throw missing('not_found', 'There is no such member.')
    return this.#open(member, member.consentUntil, colleague, from)
  }

  /** It ends with the operator's own sign-in, too. @throws Problem `not_found`, `consent_missing` */
  async beginAsOperator(operator: Somebody, workspaceId: string, id: string, from: Origin): Promise<SignedIn> {
    const member = await this.#active(workspaceId, id)
    return this.#open(member, member.operatorsUntil, { id: operator.id, accountId: operator.id }, from)
  }

  /** What somebody consented to, who asked, and who acts as them now. */
  async standing({ workspaceId, id }: Caller) {
    const { store, now } = this.#parts
    const [member, sessions] = await Promise.all([memberById(store, workspaceId, id), actingOf(store, id, now())])
    const { consentUntil = null, operatorsUntil = null, asked = null } = member ?? {}
    const lasting = (until: number | null) => (until !== null && until > now() ? until : null)
    const named = async (by: string, operator?: string) => ({
      id: by,
      name: isOperatorId(by)
        ? `${operator ?? (await operatorName(store, by)) ?? ''} (operator)`
        : ((await memberById(store, workspaceId, by))?.name ?? ''),
    })
    return {
      until: lasting(consentUntil),
      operatorsUntil: lasting(operatorsUntil),
      asked: asked && { ...(await named(asked.by, asked.operator)), at: asked.at },
      acting: await Promise.all(sessions.map(async (one) => ({ ...(await named(one.actingId)), since: one.since }))),
    }
  }

  /** For so long these may act as them. */
  async consent({ workspaceId, id }: Caller, who: Trusted, forMs: number) {
    const { store, now } = this.#parts
    await keepConsent(store, workspaceId, id, who, now() + forMs)
  }

  /** No longer; whoever acts as them is out at once. */
  async withdraw({ workspaceId, id }: Caller) {
    const { store, auth, now } = this.#parts
    await keepConsent(store, workspaceId, id, 'both', null)
    for (const session of await actingOf(store, id, now())) await auth.revoke(session.id, 'consent_withdrawn')
  }

  async #tell(member: Member, asking: Omit<Asked, 'at'>, name: string) {
    const { store, now, url, post } = this.#parts
    const { workspaceId, accountId } = member
    await keepAsked(store, workspaceId, member.id, { ...asking, at: now() })
    const [accounts, workspace] = await Promise.all([
      accountsById(store, [accountId]),
      workspaceById(store, workspaceId),
    ])
    const to = accounts.get(accountId)?.email
    if (!post || !to || !workspace) return
    const letter = { about: 'impersonation', link: `${url}/settings/account`, name } as const
    const rest = { to, language: workspace.settings.locale, notAfter: now() + letterMs }
    await post({ letterId: newId('let'), letter, ...rest }, workspaceId)
  }

  #open(member: Member, until: number | null, who: { id: string; accountId: string }, from: Origin) {
    const { auth, now } = this.#parts
    if (until === null || until <= now())
      throw conflict('consent_missing', 'They have not consented to it: ask them first.')
    const acting = { id: who.id, accountId: who.accountId, until: now() + actingMs }
    return auth.openActing(member.workspaceId, member.id, acting, from)
  }

  async #active(workspaceId: string, id: string): Promise<Member> {
    const member = await memberById(this.#parts.store, workspaceId, id)
    if (member?.status !== 'active') throw missing('not_found', 'There is no such member.')
    return member
  }

  async #other({ workspaceId, id: own }: Caller, id: string): Promise<Member> {
    const member = await this.#active(workspaceId, id)
    if (id === own) throw new Problem('forbidden', 'own_membership', 'This is you.')
    return member
  }
}
