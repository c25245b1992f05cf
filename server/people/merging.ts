import { Merge, type MergeChoices, mergeable, type Profile, user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { identitiesMax } from '../../kernel/person.ts'
import { conflict, missing, Problem } from '../../kernel/problem.ts'
import { forgetDuplicates } from '../../store/queries/duplicates.ts'
import { mergeById, mergesOf } from '../../store/queries/people.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'

interface Parts {
  store: Store
  rest: Rest
  now(): number
  /** Addresses changed hands: every process looks them up anew. */
  changed(): Promise<void>
  /** Ends their sign-ins to the app: whose it shows is another from here on, and they sign in to that anew. */
  signOut(workspaceId: string, userId: string): Promise<void>
}
type Field = (typeof mergeable)[number]

/** Two records of one human being: what they would be as one, how they become it, and how they part again. */
export class Merging {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Each field of both, and from whom it would come. @throws Problem `user_missing`, `same_person` */
  async preview(workspace: Workspace, winnerId: string, loserId: string, choices: MergeChoices) {
    const [winner, loser] = await this.#both(workspace, winnerId, loserId)
    const fields = mergeable.map((field) => {
      const from = choices[field] ?? usual(field, winner, loser)
      return { field, winner: said(winner[field]), loser: said(loser[field]), from }
    })
    const tags = [...new Set([...winner.tags, ...loser.tags])]
    const identities = [...winner.identities, ...loser.identities]
    return { winner, loser, fields, tags, identities, tooMany: identities.length > identitiesMax }
  }

  /**
   * Answers the winner as soon as both are one. The loser's id goes on to lead there.
   * @throws Problem `same_person`, `person_merged`, `person_erased`, `merge_under_way`, `too_many_identities`
   */
  async merge(workspace: Workspace, winnerId: string, loserId: string, choices: MergeChoices) {
    const [winner, loser] = await this.#both(workspace, winnerId, loserId)
    if (winner.identities.length + loser.identities.length > identitiesMax)
      throw conflict('too_many_identities', `Together they have more than ${String(identitiesMax)} addresses.`)
    const mergeId = workspace.newId('mrg')
    const [first, second] = [workspace.at(user, winnerId), workspace.at(user, loserId)]
    await first.expectMerge({ mergeId, loserId })
    try {
      await second.mergeInto({ mergeId, winnerId, choices })
    } catch (error) {
      await first.giveUpMerge({ mergeId })
      throw error
    }
    // The loser has told the winner, who may hear of it a moment later: whoever merged sees the result.
    await first.absorb({ mergeId, loserId, loser: await second.givenOver({ winnerId }), choices })
    const { store, changed, signOut } = this.#parts
    await changed()
    await signOut(workspace.id, loserId)
    const profile = await first.view()
    if (profile.isBlocked) await signOut(workspace.id, winnerId)
    await forgetDuplicates(store, workspace.id, loserId)
    return { mergeId, profile }
  }

  /** @throws Problem `not_found`, `undo_over`, `merged_since`, `not_merged` */
  async undo(workspace: Workspace, mergeId: string): Promise<Profile> {
    const { store, rest, now, changed, signOut } = this.#parts
    const merge = await mergeById({ store, rest }, workspace.id, mergeId)
    if (!merge) throw missing('not_found', 'There is no such merge.')
    if (merge.undoneAt !== null) throw conflict('not_merged', 'These two are not merged.')
    if (now() > merge.undoUntil) throw new Problem('conflict', 'undo_over', 'A merge can be undone for seven days.')
    const { winnerId, loserId, before, after } = merge
    const profile = await workspace.at(user, winnerId).separate({ mergeId, loserId, before, after })
    await changed()
    for (const userId of [winnerId, loserId]) await signOut(workspace.id, userId)
    return profile
  }

  /** The merges that this person is part of, the latest first. */
  async of(workspaceId: string, userId: string) {
    const { store, rest } = this.#parts
    return (await mergesOf({ store, rest }, workspaceId, userId)).map(({ before: _, after: __, ...shown }) => shown)
  }

  async #both(workspace: Workspace, winnerId: string, loserId: string): Promise<[Profile, Profile]> {
    if (winnerId === loserId) throw conflict('same_person', 'Nobody is merged with themselves.')
    return Promise.all([workspace.at(user, winnerId).view(), workspace.at(user, loserId).view()])
  }
}

export const MergeShown = Merge.omit({ before: true, after: true })

function usual(field: Field, winner: Profile, loser: Profile) {
  const isEmpty = winner[field] === null || winner[field] === ''
  return isEmpty && said(loser[field]) !== null ? ('loser' as const) : ('winner' as const)
}

const said = (value: string | null) => (value === '' ? null : value)
