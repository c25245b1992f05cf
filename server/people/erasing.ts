import { conversation } from '../../actors/conversation/contract.ts'
import { user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import { eraseHistory } from '../../store/erasure.ts'
import { fulfilPrivacyRequests } from '../../store/settings/privacy-requests.ts'
import type { Rest } from '../../store/rest.ts'
import { mergedWith } from '../../store/queries/people.ts'
import type { People } from '../webhooks/people.ts'

interface Parts {
  store: Store
  rest: Rest
  people: People
  removeFile(workspaceId: string, fileId: string): Promise<unknown>
  changed(): Promise<void>
  /** Ends their sign-ins to the app. */
  signOut(workspaceId: string, userId: string): Promise<void>
  now(): number
}

/** For good: nothing is left that says who somebody was, but the hashes of where nothing may be sent to any more. */
export class Erasing {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * `typed` is the person's name, or their id where they have none: nobody erases by mistake. Again, it goes on where
   * it was interrupted. @throws Problem `not_the_name`, `user_missing`
   */
  async erase(workspace: Workspace, userId: string, { typed, by }: { typed: string; by: string }) {
    const person = workspace.at(user, userId)
    const before = await person.view()
    const expected = before.name.trim() || userId
    if (before.erasedAt === null && typed.trim() !== expected) {
      const message = 'This is not their name.'
      throw invalid('not_the_name', message, [{ path: 'name', message }])
    }
    const { store, rest, people, removeFile, changed, signOut, now } = this.#parts
    const all = [userId, ...(await mergedWith({ store }, workspace.id, userId))]
    // The addresses first: who writes from one of them next is somebody new.
    for (const one of before.identities) await people.release(workspace.id, one, all)
    for (const id of all) await workspace.at(user, id).erase()
    for (const id of all) await signOut(workspace.id, id)
    // They are told by the person's own turn as well; here it is waited for, since history goes next.
    for (const id of all) await workspace.at(conversation, conversationIdOf(id)).erasePerson()
    await changed()
    const { files, messages, rows, events } = await eraseHistory({ store, rest }, workspace.id, all)
    for (const fileId of new Set(files)) await removeFile(workspace.id, fileId)
    await fulfilPrivacyRequests(store, workspace.id, { userIds: all, kind: 'erasure' }, by, now())
    const { erasedAt } = await person.view()
    return { erasedAt: erasedAt ?? 0, messages, rows, events, files: new Set(files).size }
  }
}
