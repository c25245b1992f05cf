import type { Link } from '../actors/audit/contract.ts'
import type { Store } from '../store/connection.ts'
import { apiKeyNames } from '../store/settings/api-keys.ts'
import { memberNames } from '../store/settings/members.ts'
import { isOperatorId, operatorNames } from '../store/settings/operators.ts'
import { workspaceById } from '../store/settings/workspaces.ts'
import type { Ports } from './ports.ts'

/** By id. */
export type Names = ReadonlyMap<string, string>

interface Parts extends Pick<Ports, 'channels'> {
  store: Store
  workspace: { id: string }
}
type Naming = (parts: Parts, ids: readonly string[]) => Promise<Iterable<readonly [string, string]>>

/** Who, or what, an id names by how it begins. */
const namings: readonly [(id: string) => boolean, Naming][] = [
  [(id) => id.startsWith('mem_'), ({ store, workspace }, ids) => memberNames(store, workspace.id, ids)],
  [(id) => id.startsWith('key_'), ({ store, workspace }, ids) => apiKeyNames(store, workspace.id, ids)],
  [isOperatorId, ({ store }, ids) => operatorNames(store, ids)],
  [(id) => id.startsWith('ch_'), async ({ channels, workspace }) => named(await channels.list(workspace.id))],
  [
    (id) => id.startsWith('ws_'),
    async ({ store, workspace }) =>
      named([await workspaceById(store, workspace.id)].filter((one) => one !== undefined)),
  ],
]
const named = (all: readonly { id: string; name: string }[]) => all.map(({ id, name }) => [id, name] as const)

/** The names of whom and what these links name: of members, keys and operators also where they are gone. */
export function namesIn(parts: Parts, links: readonly Link[]): Promise<Names> {
  const found = links.flatMap(({ by, target }) => [by.id, by.actingId, target?.id ?? null])
  return namesOf(
    parts,
    [...new Set(found)].filter((id) => id !== null),
  )
}

/** The names of these, as far as they have one here. */
export async function namesOf(parts: Parts, ids: readonly string[]): Promise<Names> {
  const names = await Promise.all(
    namings.map(async ([isOne, naming]) => {
      const these = ids.filter(isOne)
      return these.length > 0 ? [...(await naming(parts, these))] : []
    }),
  )
  return new Map(names.flat())
}
