import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Log } from '../../kernel/log.ts'
import { Auditor } from '../audit.ts'
import type { JointMemory } from '../joint-memory.ts'

interface Parts {
  system: ActorSystem
  joint: JointMemory | undefined
  now(): number
  log: Log
}

/** How everything else writes into the chains of the workspaces. */
export function openAudit({ system, joint, now, log }: Parts) {
  const workspace = (workspaceId: string) => system.workspace(workspaceId, principal('system', 'audit'))
  const onError = (error: unknown) => log.error('audit not written', { error })
  const auditor = new Auditor({ workspace, joint, now, onError })
  return { audit: auditor.write, beginAudit: auditor.begin, auditor }
}
