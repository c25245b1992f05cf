import type { Letter, Posted } from '../actors/letterbox/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { derivedId } from '../kernel/id.ts'
import { conflict, invalid, missing } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import { accountsById } from '../store/settings/accounts.ts'
import {
  allClosing,
  beginClosing,
  type Closing,
  closingOf,
  endClosing,
  markClosing,
  removeContents,
  removeWorkspace,
} from '../store/settings/closing.ts'
import { membersOf } from '../store/settings/members.ts'
import { workspaceById } from '../store/settings/workspaces.ts'
import type { Audit } from './audit.ts'

interface Parts {
  store: Store
  now(): number
  /** For so long an owner can take it back, ms. */
  graceMs: number
  /** Destroys the keys, everywhere that has them. */
  forget(workspaceId: string): Promise<void>
  /** Removes the files that the workspace keeps. */
  removeFiles(workspaceId: string): Promise<void>
  /** Every process knows of it soon, this one when it resolves. */
  changed(workspaceId: string): Promise<void>
  /** Undefined where no letter can be sent. */
  post: ((letter: Posted) => Promise<unknown>) | undefined
  audit: Audit
  /** Where people reach this server. */
  url: string
}

const dayMs = 24 * 60 * 60_000
/** So long before the end its owners hear of it once more. */
const reminderMs = 3 * dayMs
/** Every process has forgotten the keys by then, and nothing of the workspace is written any more. */
const forgottenMs = 60_000

/** How a workspace ends: it can be taken back for a while, and after that by nobody. */
export class Closings {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws Problem `not_found` where it is not closing */
  async of(workspaceId: string): Promise<Closing> {
    const found = await closingOf(this.#parts.store, workspaceId)
    if (!found) throw missing('not_found', 'This workspace is not closing.')
    return found
  }

  /** `slug`: typed by whoever closes it. @throws Problem `not_the_name`, `wrong_state` */
  async close({ workspaceId, id }: Caller, slug: string): Promise<Closing> {
    const { store, now, graceMs, changed } = this.#parts
    const workspace = await workspaceById(store, workspaceId)
    if (workspace?.slug !== slug.trim()) {
      const message = 'This is not the short name of this workspace.'
      throw invalid('not_the_name', message, [{ path: 'slug', message }])
    }
    const closing = await beginClosing(store, workspaceId, { by: id, at: now(), endsAt: now() + graceMs })
    if (!closing) throw conflict('wrong_state', 'It is closing already, or suspended.')
    await changed(workspaceId)
    await this.#tell(closing, 'closing')
    return closing
  }

  /** @throws Problem `not_found`, `wrong_state` where its keys are destroyed */
  async reopen(workspaceId: string): Promise<void> {
    const { store, changed } = this.#parts
    const closing = await this.of(workspaceId)
    if (closing.destroyedAt !== null || !(await endClosing(store, closing)))
      throw conflict('wrong_state', 'Its time is over: its data can no longer be read by anybody.')
    await changed(workspaceId)
  }

  /** What the schedule calls: reminds, destroys, removes. Harmless when several do; `hold` throws for all but the latest. */
  async care(hold: () => Promise<void> = async () => undefined): Promise<void> {
    for (const closing of await allClosing(this.#parts.store)) {
      await hold()
      await this.#next(closing)
    }
  }

  async #next(closing: Closing): Promise<void> {
    const { store, now } = this.#parts
    const { workspaceId, endsAt, remindedAt, destroyedAt } = closing
    if (now() < endsAt) {
      const isSoon = now() >= endsAt - reminderMs && remindedAt === null
      if (isSoon && (await markClosing(store, workspaceId, 'remindedAt', now())))
        await this.#tell(closing, 'closing_soon')
    } else if (destroyedAt === null) {
      await this.#destroy(closing)
    } else {
      await this.#parts.forget(workspaceId) // A crash may have come between the mark and this.
      if (now() - destroyedAt >= forgottenMs) await this.#remove(closing)
    }
  }

  /** From here on nothing of it can be read, wherever it lies. */
  async #destroy({ workspaceId }: Closing) {
    const { store, now, forget, audit } = this.#parts
    if (!(await markClosing(store, workspaceId, 'destroyedAt', now()))) return
    await forget(workspaceId)
    await audit({
      workspaceId: 'platform',
      by: { kind: 'system', id: 'closing' },
      action: 'workspace.destroyed',
      target: workspaceId,
    })
  }

  async #remove({ workspaceId }: Closing) {
    const { store, removeFiles, audit } = this.#parts
    await removeFiles(workspaceId)
    await removeContents(store, workspaceId)
    await audit({
      workspaceId: 'platform',
      by: { kind: 'system', id: 'closing' },
      action: 'workspace.removed',
      target: workspaceId,
    })
    await removeWorkspace(store, workspaceId)
  }

  async #tell({ workspaceId, name, endsAt, at }: Closing, about: 'closing' | 'closing_soon') {
    const { store, post, url, now } = this.#parts
    if (!post) return
    const owners = (await membersOf(store, workspaceId)).filter(
      (one) => one.role === 'owner' && one.status === 'active',
    )
    const accounts = await accountsById(
      store,
      owners.map(({ accountId }) => accountId),
    )
    const workspace = await workspaceById(store, workspaceId)
    const letter: Letter = { about, workspace: name, ends: dateOf(endsAt), link: `${url}/settings/data` }
    for (const { id, accountId } of owners) {
      const to = accounts.get(accountId)?.email
      if (!to) continue
      const letterId = derivedId('let', workspaceId, id, about, String(at))
      await post({ letterId, to, language: workspace?.settings.locale ?? 'en', letter, notAfter: now() + dayMs })
    }
  }
}

const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10)
