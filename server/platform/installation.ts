import type { Caller } from '../../kernel/caller.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Quotas } from '../../kernel/settings.ts'
import type { Store } from '../../store/connection.ts'
import type { KeyRotation } from '../../store/rotation.ts'
import { resume, setQuotas, suspend, tenancies, type Tenancy, tenancyById } from '../../store/settings/tenancy.ts'
import type { Audit } from '../audit.ts'

interface Parts {
  store: Store
  rotation: KeyRotation
  audit: Audit
  /** Every process knows of it soon, this one when it resolves. */
  changed(workspaceId: string): Promise<void>
}

/** The installation as its operators see it: sizes, states and keys, and nothing of what people wrote. */
export class Installation {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  workspaces(page: { find?: string | undefined; cursor?: string | undefined; limit: number }) {
    return tenancies(this.#parts.store, page)
  }

  /** @throws Problem `not_found` */
  async workspace(id: string): Promise<Tenancy> {
    const found = await tenancyById(this.#parts.store, id)
    if (!found) throw missing('not_found', 'There is no such workspace.')
    return found
  }

  /** Nothing leaves it from now on. @throws Problem `not_found`, `wrong_state` */
  async suspend(by: Caller, id: string, reason: string): Promise<Tenancy> {
    await this.workspace(id)
    if (!(await suspend(this.#parts.store, id, reason)))
      throw conflict('wrong_state', 'It is suspended already, or closing.')
    return this.#changed(by, id, 'workspace.suspended')
  }

  /** @throws Problem `not_found`, `wrong_state` */
  async resume(by: Caller, id: string): Promise<Tenancy> {
    await this.workspace(id)
    if (!(await resume(this.#parts.store, id))) throw conflict('wrong_state', 'It is not suspended.')
    return this.#changed(by, id, 'workspace.resumed')
  }

  /** @throws Problem `not_found` */
  async setQuotas(by: Caller, id: string, quotas: Partial<Quotas>): Promise<Tenancy> {
    await this.workspace(id)
    await setQuotas(this.#parts.store, id, quotas)
    return this.#changed(by, id, 'workspace.quotas_changed')
  }

  keys() {
    return this.#parts.rotation.states()
  }

  /** @throws Problem `rotation_running` */
  async rotate(workspaceId: string): Promise<void> {
    await this.workspace(workspaceId)
    if (!(await this.#parts.rotation.begin(workspaceId)))
      throw conflict('rotation_running', 'Its key is being changed already, or was destroyed.')
  }

  /** It stands in the workspace's own audit as well: its people see what was done to them. */
  async #changed(by: Caller, id: string, action: string): Promise<Tenancy> {
    const { audit, changed } = this.#parts
    await changed(id)
    await audit({ workspaceId: id, by, action, target: id })
    return this.workspace(id)
  }
}
