import { user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { mergedWith } from '../../store/queries/people.ts'
import {
  keepOwnExport,
  openPrivacyRequest,
  type PrivacyRequest,
  privacyRequestById,
  privacyRequestsOf,
  privacyRequestsPage,
  type Settled,
  settlePrivacyRequest,
} from '../../store/settings/privacy-requests.ts'
import type { PrivacyNews } from './privacy-news.ts'
import type { Bundles } from './bundles.ts'

/** Within a month it has to be answered (GDPR, article 12.3). */
const answerMs = 30 * 24 * 60 * 60_000
/** Who gathers their data again sooner gets what was gathered. */
const gatherMs = 60 * 60_000

interface Parts {
  store: Store
  bundles: Pick<Bundles, 'begin' | 'ready'>
  now(): number
}

/** What the law lets people ask of a business that keeps something of them, and what became of it. */
export class Privacy {
  readonly #parts: Parts
  #news: Pick<PrivacyNews, 'toldNow'> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Who tells those who may answer, once letters can be sent. */
  newsIs(news: Pick<PrivacyNews, 'toldNow'>) {
    this.#news = news
  }

  /** Of somebody who has shown that it is them. Again, it is the same request. @throws Problem `person_erased` */
  async ask(workspace: Workspace, userId: string, kind: PrivacyRequest['kind'], via: PrivacyRequest['via']) {
    const { store, now } = this.#parts
    const { erasedAt } = await workspace.at(user, userId).view()
    if (erasedAt !== null) throw conflict('person_erased', 'Nothing of you is kept any more.')
    const askedAt = now()
    const asked = { userId, kind, via, askedAt, dueAt: askedAt + answerMs }
    const request = await openPrivacyRequest(store, workspace.id, asked)
    await this.#news?.toldNow(workspace.id)
    return request
  }

  /** The latest first. */
  async mine(workspaceId: string, userId: string): Promise<PrivacyRequest[]> {
    return privacyRequestsOf(this.#parts.store, workspaceId, await this.#all(workspaceId, userId))
  }

  /** @throws Problem `not_found`, `request_settled` */
  async withdraw(workspaceId: string, userId: string, id: string): Promise<void> {
    const one = { id, userIds: await this.#all(workspaceId, userId) }
    await this.#settle(workspaceId, one, { status: 'withdrawn', settledBy: userId, reason: null })
  }

  async page(workspaceId: string, asked: Parameters<typeof privacyRequestsPage>[2]) {
    return privacyRequestsPage(this.#parts.store, workspaceId, asked)
  }

  /** @throws Problem `not_found`, `request_settled` */
  async refuse(workspaceId: string, id: string, by: string, reason: NonNullable<PrivacyRequest['reason']>) {
    return this.#settle(workspaceId, { id }, { status: 'refused', settledBy: by, reason })
  }

  /** They were given their data. @throws Problem `not_found`, `request_settled`, `not_erased` where it is not that what they asked */
  async answered(workspaceId: string, id: string, by: string) {
    const asked = await privacyRequestById(this.#parts.store, workspaceId, id)
    if (asked?.kind === 'erasure') throw conflict('not_erased', 'Erase them: the request is done by that.')
    return this.#settle(workspaceId, { id }, { status: 'done', settledBy: by, reason: null })
  }

  /** Begins to gather what is kept of them, for themselves: the id by which it is fetched. */
  async gather(workspace: Workspace, userId: string): Promise<string> {
    const { store, bundles, now } = this.#parts
    const before = (await this.mine(workspace.id, userId)).find((one) => one.fileId !== null)
    if (before?.fileId && before.askedAt > now() - gatherMs) return before.fileId
    const fileId = await bundles.begin(workspace, userId, userId, { isOwn: true })
    await keepOwnExport(store, workspace.id, userId, fileId, now())
    return fileId
  }

  /** @throws Problem `not_found` while it is being made, and where it is not theirs */
  async gathered(workspaceId: string, userId: string, fileId: string): Promise<string> {
    const own = await this.mine(workspaceId, userId)
    if (!own.some((one) => one.fileId === fileId && one.userId === userId))
      throw missing('not_found', 'There is no such export.')
    return this.#parts.bundles.ready(workspaceId, fileId)
  }

  /** What was asked under the name of somebody who was merged with them is theirs. */
  async #all(workspaceId: string, userId: string) {
    return [userId, ...(await mergedWith(this.#parts, workspaceId, userId))]
  }

  async #settle(workspaceId: string, one: { id: string; userIds?: readonly string[] }, settled: Settled) {
    const { store, now } = this.#parts
    const known = await privacyRequestById(store, workspaceId, one.id)
    if (!known || one.userIds?.includes(known.userId) === false) throw missing('not_found', 'There is no such request.')
    const after = await settlePrivacyRequest(store, workspaceId, one.id, settled, now())
    if (!after) throw conflict('request_settled', 'This request is settled already.')
    return after
  }
}
