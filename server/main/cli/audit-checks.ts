import type { Chain, Finding, Verdict } from '../../../actors/audit/contract.ts'
import type { Records } from '../../../store/documents.ts'
import { allWorkspaces } from '../../../store/settings/workspaces.ts'
import { lookThrough } from '../../audit-watch.ts'
import type { Controls } from '../control.ts'
import type { Storage } from '../storage.ts'
import { isReadable } from '../watch.ts'

/** The chains of the audit of all workspaces. */
interface Chains {
  looked: number
  /** Each by its workspace, with what is wrong. */
  broken: string[]
}

/** Of a running server. */
export const auditControls = (look: (workspaceId: string) => Promise<Verdict>, storage: () => Storage): Controls => ({
  audit: () => chainsBy(storage(), look),
})

/** Of a store that no server has open. What a crash kept from being written down is in the chain's own document. */
export function chainsAtRest(storage: Storage): Promise<Chains> {
  const { auditLog: log, persistence } = storage
  return chainsBy(storage, async (workspaceId) => {
    const found = await persistence.peek({ workspaceId, kind: 'audit', id: workspaceId })
    if (!found) return undefined
    const kept = new Set((found.records as Records[]).flatMap(({ rows }) => rows.map(({ id }) => id)))
    const { chain } = found.document.state as { chain: Chain }
    const verdict = await lookThrough(workspaceId, { log, chain: async () => chain, now: Date.now })
    const isKept = ({ what, n }: Finding) => what === 'missing' && kept.has(`${workspaceId}.${n}`)
    return { ...verdict, findings: verdict.findings.filter((finding) => !isKept(finding)) }
  })
}

async function chainsBy(
  { store, rest }: Pick<Storage, 'store' | 'rest'>,
  look: (workspaceId: string) => Promise<Verdict | undefined>,
): Promise<Chains> {
  const found: Chains = { looked: 0, broken: [] }
  for (const { id, slug } of await allWorkspaces(store)) {
    if (!(await isReadable(rest, id))) continue
    const verdict = await look(id)
    if (!verdict) continue
    found.looked += verdict.looked
    const what = verdict.findings.slice(0, 5).map((finding) => `${finding.what} ${finding.n}`)
    if (what.length > 0) found.broken.push(`${slug}: ${what.join(', ')}`)
  }
  return found
}
