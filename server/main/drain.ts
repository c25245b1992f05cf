import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { ActorSystem } from '../../actors/runtime/system.ts'
import type { Gateway } from '../../realtime/socket/gateway.ts'
import type { FileWork } from '../files/file-work.ts'
import type { Intake } from '../webhooks/intake.ts'
import type { Others } from './others.ts'
import type { KnownSettings } from './settings.ts'
import type { SimulatorPlace } from './simulators.ts'
import type { Pushing } from './push.ts'
import type { Storage } from './storage.ts'
import type { OutgoingWebhooks } from './webhooks.ts'

export interface Parts extends Others {
  http: Server
  gateway: Gateway
  simulator: SimulatorPlace | undefined
  jobs: { stop(): Promise<void> }
  settings: KnownSettings
  outgoing: Pick<OutgoingWebhooks, 'close'>
  pushing: Pick<Pushing, 'close'>
  intake: Intake
  system: ActorSystem
  storage: Storage
  watch: { close(): Promise<void> }
  lists: { close(): Promise<void> }
  files: { work: FileWork }
  auditor: { close(): Promise<void> }
}

/** Clients go elsewhere by themselves in this time; it is over when the last one has gone. */
const leaveMs = 1_200
const idleMs = 3_000
/** What still has a connection by then is not waited for: our own limit ends us at 15 s. */
const connectionsMs = 10_000

/** Answers what is under way, writes what waits, hands over the actors, then lets go of everything. */
export async function drain(parts: Parts) {
  const { http, gateway, simulator, jobs, settings, outgoing, pushing, intake, system, storage, files } = parts
  const hasOthers = parts.cluster !== undefined
  // Whoever comes from now on comes to another process; those who are here go on being served.
  const closed = closing(http, hasOthers)
  gateway.goaway('closing', { jitterMs: hasOthers ? leaveMs / 2 : 0 })
  await Promise.all([jobs.stop(), hasOthers && gateway.emptied(leaveMs)])
  await simulator?.close()
  await gateway.close()
  await closed
  settings.stop()
  await intake.settled()
  await parts.lists.close()
  await files.work.close()
  await parts.auditor.close()
  await system.close()
  outgoing.close()
  pushing.close()
  await gateway.end()
  await parts.watch.close()
  parts.close()
  await storage.close()
}

/**
 * http's own close also cuts idle keep-alive connections, racing a request that is just being sent on one. Each answer
 * from now on says that it is the last, so whoever uses a connection lets go of it; the others are cut when they have
 * been idle all that time.
 */
async function closing(http: Server, isPatient: boolean) {
  const closed = new Promise<void>((done) => NetServer.prototype.close.call(http, () => done()))
  const patienceMs = isPatient ? idleMs : 0
  let idle: NodeJS.Timeout | undefined
  const begin = setTimeout(() => (idle = setInterval(() => http.closeIdleConnections(), 100)), patienceMs)
  const end = setTimeout(() => http.closeAllConnections(), connectionsMs)
  await closed
  for (const timer of [begin, idle, end]) clearTimeout(timer)
}
