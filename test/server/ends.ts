import type { Posted } from '../../actors/letterbox/contract.ts'
import { Problem } from '../../kernel/problem.ts'
import { Closings } from '../../server/closing.ts'
import { Exports } from '../../server/exports.ts'
import { Installation } from '../../server/platform/installation.ts'
import { Operators } from '../../server/platform/operators.ts'
import type { Parts } from '../../server/ports.ts'
import { KeyRotation } from '../../store/rotation.ts'
import { OperatorSettings } from '../../store/settings/operators.ts'
import type { Vault } from '../../store/vault.ts'

/** How workspaces end, and who looks after all of them; no copies are made here. */
export function openEnds(parts: Pick<Parts, 'store' | 'audit' | 'now' | 'log'> & EndParts) {
  const { store, vault, now, secret } = parts
  const none = async () => undefined
  const files = { reseal: async () => ({ resealed: 0, stuck: [] }) }
  const rotation = new KeyRotation({ store, vault, files, now, graceMs: 0 })
  const noCopies = new Problem('busy', 'no_backups', 'This test has no backups.')
  const noBackups = {
    list: async () => [],
    begin: () => Promise.reject(noCopies),
    check: () => Promise.reject(noCopies),
  }
  const ending = { ...parts, url: 'http://careline.test', changed: none, forget: none, removeFiles: none }
  return {
    backups: { ...noBackups, provenAt: async () => null },
    closings: new Closings({ ...ending, graceMs: 1 }),
    exports: new Exports({ ...ending, files: undefined as never, room: { keep: () => Promise.reject(noCopies) } }),
    operators: new Operators({ settings: new OperatorSettings(store, vault), secret, now }),
    installation: new Installation({ ...ending, rotation }),
  }
}
interface EndParts {
  vault: Vault
  post(letter: Posted): Promise<void>
  secret: string
}
