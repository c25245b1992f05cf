import type { Workspace } from '../../actors/runtime/contract.ts'
import { Preferences } from '../../server/preferences.ts'
import { Suppressed } from '../../server/suppressed.ts'
import type { Store } from '../../store/connection.ts'
import { Rest } from '../../store/rest.ts'
import { Suppressions } from '../../store/suppressions.ts'
import type { Vault } from '../../store/vault.ts'

interface Parts {
  store: Store
  vault: Vault
  now(): number
}

/** What may be said to people, where nobody is known and nothing was decided. */
export function consentsOf({ store, vault, now }: Parts, workspaceOf: (id: string) => Workspace) {
  const rest = new Rest(vault)
  const suppressions = new Suppressions(store, rest)
  return {
    suppressions,
    suppressed: new Suppressed({ suppressions, ownerOf: async () => undefined, now }),
    preferences: new Preferences({
      rest,
      known: () => undefined,
      workspaceFor: ({ workspaceId }) => workspaceOf(workspaceId),
    }),
    eventsBetween: async () => [],
  }
}
