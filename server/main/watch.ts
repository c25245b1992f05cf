import { audit as auditSchedule } from '../../jobs/audit.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { hearErrors, type Log } from '../../kernel/log.ts'
import { AuditWatch } from '../audit-watch.ts'
import { ErrorBook, platform, type Shelf } from '../errors.ts'
import type { ResourceChanged } from '../ports.ts'
import type { Post } from './mail.ts'
import { KeysDestroyed } from '../../store/vault-keys.ts'
import { Tallies } from '../../store/tallies.ts'
import { writeTo, writeToOperators } from './owners.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  system: ActorSystem
  storage: Pick<Storage, 'store' | 'rest' | 'auditLog' | 'errorLogs'>
  settings: KnownSettings
  /** Undefined where no letter can be sent. */
  post: Post | undefined
  /** Where people reach this server. */
  url: string
  resourceChanged(workspaceId: string, changed: ResourceChanged): void
  now(): number
  log: Log
}

const dayMs = 24 * 60 * 60_000

/** What looks after everything else: the chains of the audit, and the errors of this process. */
export function openWatch(parts: Parts) {
  const { system, storage, settings, resourceChanged, now, log } = parts
  const { store, auditLog, errorLogs } = storage
  const auditWatch = new AuditWatch({
    log: auditLog,
    workspace: (workspaceId) => system.workspace(workspaceId, principal('system', 'audit')),
    years: (workspaceId) => settings.ofWorkspace(workspaceId).auditRetentionYears,
    now,
    async alarm(workspaceId, { at, findings }) {
      log.error('audit broken', { workspaceId, findings: findings.map(({ what, n }) => `${what} ${n}`).join(', ') })
      resourceChanged(workspaceId, { resource: 'audit', id: workspaceId, rev: at })
      const link = `${parts.url}/operations/audit`
      await writeTo(['owner'], { ...parts, store }, workspaceId, `audit_broken/${at}`, (workspace) => {
        return { about: 'audit_broken', link, workspace: workspace.name, findings: findings.length }
      })
    },
  })
  const errors = new ErrorBook(now)
  const deafen = hearErrors(log, ({ message, error, workspaceId, errorId, ...context }) => {
    errors.capture(error, { source: message, workspaceId, errorId, context })
  })
  errors.open(shelfOf(parts))
  const close = async () => {
    deafen()
    await errors.flush()
  }
  async function* workspaces() {
    for (const id of [platform, ...[...settings.all()].map(([workspaceId]) => workspaceId)])
      if (await isReadable(storage.rest, id)) yield id
  }
  return {
    ports: { auditLog, auditWatch, errors, errorLogs },
    schedules: [auditSchedule({ workspaces, watch: auditWatch })],
    watch: { close, flush: () => errors.flush(), audit: auditWatch, errors },
  }
}

/** False where the keys of a workspace were destroyed: nothing of it can be looked through any more. */
export async function isReadable(rest: Storage['rest'], workspaceId: string) {
  try {
    await rest.ready(workspaceId)
    return true
  } catch (error) {
    if (error instanceof KeysDestroyed) return false
    throw error
  }
}

function shelfOf(parts: Parts): Shelf {
  const { storage, settings, url, resourceChanged, now } = parts
  const tallies = new Tallies(storage.store)
  /** All processes count together, and a restart does not begin anew: what fails may be what restarts. */
  async function mayWrite(workspaceId: string) {
    const { count } = await tallies.add(`error_letters/${workspaceId}`, dayMs, now())
    return count <= settings.ofWorkspace(workspaceId).errorLettersPerDay
  }
  const to = { ...parts, store: storage.store }
  return {
    logs: storage.errorLogs,
    homeOf: async (workspaceId) => ((await isReadable(storage.rest, workspaceId)) ? workspaceId : platform),
    spikePerHour: (workspaceId) => settings.ofWorkspace(workspaceId).errorSpikePerHour,
    changed: (workspaceId, { id, rev }) => resourceChanged(workspaceId, { resource: 'errors', id, rev }),
    async news(workspaceId, { id, name, place, lastAt }, news) {
      if (!(await mayWrite(workspaceId))) return
      const key = `error/${id}/${news}/${lastAt}`
      const about = { about: 'error', news, name, place } as const
      if (workspaceId === platform) {
        await writeToOperators(to, key, { ...about, link: `${url}/platform?error=${id}`, workspace: 'Careline' })
        return
      }
      const link = `${url}/operations/errors?error=${id}`
      await writeTo(['owner', 'admin'], to, workspaceId, key, (workspace) => ({
        ...about,
        link,
        workspace: workspace.name,
      }))
    },
  }
}
