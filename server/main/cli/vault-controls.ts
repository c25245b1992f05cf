import { z } from 'zod'
import { missing } from '../../../kernel/problem.ts'
import { workspaceBySlug } from '../../../store/settings/workspaces.ts'
import type { Controls } from '../control.ts'
import type { Storage } from '../storage.ts'
import { keyRotation } from '../storage.ts'

const id = z.string().max(128)
export const Rewrapped = z.object({ master: id, rewrapped: z.int() })
export const Begun = z.object({ begun: z.array(id), isDone: z.boolean() })
export const KeyStates = z.array(
  z.object({
    workspaceId: id,
    keys: z.array(z.int()),
    current: z.int(),
    master: id.nullable(),
    rotation: z.object({ stage: z.string(), resealed: z.int(), stuck: z.array(z.string()) }).nullable(),
    isDestroyed: z.boolean(),
  }),
)
const Which = z.object({ workspace: z.string().min(1).max(128).optional(), wait: z.boolean().default(false) })
const waitMs = 60 * 60_000

/** What may be asked about keys of whoever has the storage open. `isAlone`: no other process does. */
export function vaultControls(open: () => Storage, { isAlone = false } = {}): Controls {
  const rotation = () => keyRotation(open(), isAlone ? 0 : undefined)
  return {
    'vault/rewrap': () => rotation().rewrap(),
    'vault/rotate': async (input) => {
      const { workspace, wait } = Which.parse(input)
      const ids = await named(open(), workspace)
      const begun = []
      for (const one of ids) if (await rotation().begin(one)) begun.push(one)
      if (isAlone || wait) await rotation().run(waitMs)
      return { begun, isDone: (await rotation().states()).every((state) => state.rotation === null) }
    },
    'vault/states': async () => {
      const states = await rotation().states()
      return states.map(({ destroyedAt, ...state }) => ({ ...state, isDestroyed: destroyedAt !== null }))
    },
  }
}

/** The workspace of this slug or id; without one, all that have keys. */
async function named({ store, vault }: Storage, name: string | undefined): Promise<string[]> {
  if (name === undefined) {
    const all: string[] = []
    for await (const row of vault.rows.all()) if (row.destroyedAt === null) all.push(row.workspaceId)
    return all
  }
  if (await vault.rows.of(name)) return [name]
  const found = await workspaceBySlug(store, name)
  if (!found) throw missing('no_workspace', `There is no workspace "${name}".`)
  return [found.id]
}
