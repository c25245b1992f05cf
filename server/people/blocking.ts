import type { Workspace } from '../../actors/runtime/contract.ts'
import { type Profile, user } from '../../actors/user/contract.ts'

interface Parts {
  /** Ends their sign-ins to the app, wherever they are open. */
  signOut(workspaceId: string, userId: string): Promise<void>
}

/** Whom the business wants to hear of no more: nothing leaves to them, and the app is closed to them. */
export class Blocking {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Again, it ends what is still open. @throws Problem `user_missing`, `person_merged`, `person_erased` */
  async block(workspace: Workspace, userId: string, why: { reason: string }): Promise<Profile> {
    // Before their sign-ins end: from here on nobody lets them in again.
    const profile = await workspace.at(user, userId).block(why)
    await this.#parts.signOut(workspace.id, userId)
    return profile
  }
}
