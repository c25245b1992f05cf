import { newId } from '../../../kernel/id.ts'
import { Tokens } from '../../../server/auth/tokens.ts'
import { Store } from '../../../store/connection.ts'
import { changeMember, createMember } from '../../../store/settings/members.ts'
import { keepSession, revokeFamily } from '../../../store/settings/sessions.ts'
import { workspaceBySlug } from '../../../store/settings/workspaces.ts'
import type { Service } from '../../cluster/service.ts'

export interface Employee {
  id: string
  token: string
  sessionId: string
}

const atOnce = 200
const sessionMs = 60 * 60_000

/** The staff of the demo's workspace, as they are in the store: told to no process. */
export class Staff {
  readonly workspaceId: string
  readonly #store: Store
  readonly #tokens: Tokens

  private constructor(store: Store, workspaceId: string, tokens: Tokens) {
    this.#store = store
    this.workspaceId = workspaceId
    this.#tokens = tokens
  }

  static async of({ variables }: Service): Promise<Staff> {
    const store = await Store.open(variables['MONGODB_URI'] ?? '')
    const workspace = await workspaceBySlug(store, 'demo')
    return new Staff(store, workspace?.id ?? '', new Tokens(variables['JWT_SECRET'] ?? '', Date.now))
  }

  /** More people who work there, each signed in. */
  async hire(count: number): Promise<Employee[]> {
    const hired: Employee[] = []
    while (hired.length < count) {
      const some = Array.from({ length: Math.min(atOnce, count - hired.length) }, () => this.#hire())
      hired.push(...(await Promise.all(some)))
    }
    return hired
  }

  async disable(id: string) {
    await changeMember(this.#store, this.workspaceId, id, { status: 'disabled' })
  }

  async signOut(sessionId: string) {
    await revokeFamily(this.#store, sessionId, 'test', Date.now())
  }

  async close() {
    await this.#store.close()
  }

  async #hire(): Promise<Employee> {
    const now = Date.now()
    const { workspaceId } = this
    const [accountId, sessionId] = [newId('acc'), newId('ses')]
    const { id } = await createMember(this.#store, workspaceId, { accountId, name: 'Somebody', role: 'staff' }, now)
    await keepSession(
      this.#store,
      {
        ...{ id: sessionId, familyId: sessionId, accountId, memberId: id, workspaceId },
        ...{ tokenHash: sessionId, rotatedAt: null, expiresAt: now + sessionMs, revokedAt: null, provenAt: null },
      },
      { ip: null, userAgent: null },
      now,
    )
    const { token } = this.#tokens.access({ sub: id, wid: workspaceId, role: 'staff', sid: sessionId })
    return { id, token, sessionId }
  }
}
