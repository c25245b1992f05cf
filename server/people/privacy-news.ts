import { attention } from '../../actors/attention/contract.ts'
import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { conversationIdOf, derivedId } from '../../kernel/id.ts'
import { type Permission, permissionsOf } from '../../kernel/permissions.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import { membersOf } from '../../store/settings/members.ts'
import {
  type PrivacyRequest,
  privacyRequestsDue,
  privacyRequestsUntold,
  privacyRequestTold,
} from '../../store/settings/privacy-requests.ts'
import { workspaceById, type WorkspaceSettings } from '../../store/settings/workspaces.ts'

const answers: Permission = 'people.erase'
/** Who has not answered by then is reminded. */
export const soonMs = 7 * 24 * 60 * 60_000

interface Parts {
  store: Store
  workspaceFor(workspaceId: string): Workspace
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted, workspaceId: string) => Promise<unknown>) | undefined
  /** Where the console is reached. */
  url: string
  now(): number
  onError(error: unknown, workspaceId: string): void
}

/** Tells those who may answer what people ask for by the law: when it is asked, and before its time is over. */
export class PrivacyNews {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whatever there is to tell in a workspace. What was interrupted may be told twice by the bell, and once by letter. */
  async tell(workspaceId: string): Promise<void> {
    const { store, now } = this.#parts
    const untold = await privacyRequestsUntold(store, workspaceId)
    for (const one of untold) await this.#told(workspaceId, one, 'new')
    const due = await privacyRequestsDue(store, workspaceId, now() + soonMs)
    for (const one of due) await this.#told(workspaceId, one, 'soon')
  }

  /** What is asked stands, whether somebody hears of it at once or, by the schedule, later. */
  async toldNow(workspaceId: string): Promise<void> {
    try {
      await this.tell(workspaceId)
    } catch (error) {
      this.#parts.onError(error, workspaceId)
    }
  }

  async #told(workspaceId: string, request: PrivacyRequest, news: 'new' | 'soon') {
    const { store, now } = this.#parts
    const workspace = await workspaceById(store, workspaceId)
    if (workspace) await this.#tellStaff(workspace, request, news)
    await privacyRequestTold(store, workspaceId, request.id, news, now())
  }

  async #tellStaff(workspace: WorkspaceSettings, { id, kind, userId, dueAt }: PrivacyRequest, news: 'new' | 'soon') {
    const { store, workspaceFor, post, url, now } = this.#parts
    const members = (await membersOf(store, workspace.id)).filter(
      (one) => one.status === 'active' && permissionsOf(one.role, one).has(answers),
    )
    const why = news === 'new' ? 'privacy_requested' : 'privacy_due'
    const call = { why, conversationId: conversationIdOf(userId), messageId: null, by: userId, at: now() } as const
    for (const member of members) await workspaceFor(workspace.id).at(attention, member.id).called(call)
    if (!post) return
    const accounts = await accountsById(
      store,
      members.map(({ accountId }) => accountId),
    )
    const ends = new Date(dueAt).toISOString().slice(0, 10)
    const link = `${url}/people/requests`
    const letter = { about: 'privacy_request', link, workspace: workspace.name, kind, news, ends } as const
    for (const { id: accountId, email } of accounts.values()) {
      if (email === null) continue
      const letterId = derivedId('let', workspace.id, `privacy/${id}/${news}`, accountId)
      const rest = { to: email, language: workspace.settings.locale, notAfter: dueAt }
      await post({ letterId, letter, ...rest }, workspace.id)
    }
  }
}
