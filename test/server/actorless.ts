import type { Workspace } from '../../actors/runtime/contract.ts'
import { derivedId, newId } from '../../kernel/id.ts'
import { Problem } from '../../kernel/problem.ts'

/** A workspace of routes that are tried without actors. */
export const actorless = (id: string, commandId?: string): Workspace => ({
  id,
  at: () => {
    throw new Problem('busy', 'no_actors', 'This test has no actors.')
  },
  newId: (prefix) => (commandId === undefined ? newId(prefix) : derivedId(prefix, id, commandId)),
})
