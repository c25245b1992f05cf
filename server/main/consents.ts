import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { Preferences } from '../preferences.ts'
import { Suppressed } from '../suppressed.ts'
import { identityKey } from '../webhooks/people.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Storage
  settings: KnownSettings
  workspace(caller: Caller): Workspace
  now(): number
}

/** What people choose by themselves, and which addresses get nothing more. */
export function openConsents({ storage, settings, workspace, now }: Parts) {
  const { rest, vault, claims, suppressions, events } = storage
  const preferences = new Preferences({ rest, known: settings.workspace, workspaceFor: workspace })
  const suppressed = new Suppressed({
    suppressions,
    async ownerOf(workspaceId, address) {
      await vault.ready(workspaceId)
      return claims.ownerOf(workspaceId, identityKey(vault, workspaceId, address))
    },
    now,
  })
  return { preferences, suppressions, suppressed, eventsBetween: events.between.bind(events) }
}
