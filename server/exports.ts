import type { Letter, Posted } from '../actors/letterbox/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { derivedId, newId } from '../kernel/id.ts'
import { conflict, missing } from '../kernel/problem.ts'
import { type For, sealed } from '../store/archive/age.ts'
import type { Store } from '../store/connection.ts'
import { exportOf } from '../store/export.ts'
import type { StoredFiles } from '../store/files.ts'
import { accountsById } from '../store/settings/accounts.ts'
import { beginExport, changeExport, type Export, latestExports } from '../store/settings/exports.ts'
import { memberById } from '../store/settings/members.ts'
import { workspaceById } from '../store/settings/workspaces.ts'
import type { Vault } from '../store/vault.ts'
import type { FileRoom } from './files/file-room.ts'
import { purposes } from './files/purposes.ts'

interface Parts {
  store: Store
  vault: Vault
  files: StoredFiles
  room: Pick<FileRoom, 'keep'>
  now(): number
  /** Undefined where no letter can be sent. */
  post: ((letter: Posted) => Promise<unknown>) | undefined
  log: { error(message: string, fields?: Record<string, unknown>): unknown }
  /** Where people reach this server. */
  url: string
}

const aliveMs = 10_000
/** A process that makes one says so often that it is alive; after this it is taken for dead. */
const deadMs = 60_000

/** The export of a whole workspace: encrypted for whoever asked, kept for a week. */
export class Exports {
  readonly #parts: Parts
  #work: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The latest first, at most 20. */
  async list(workspaceId: string): Promise<Export[]> {
    const { store, now } = this.#parts
    const found = await latestExports(store, workspaceId, now() - deadMs)
    return found.map((one) => {
      const isOver = one.status === 'ready' && one.expiresAt !== null && one.expiresAt <= now()
      return isOver ? { ...one, status: 'expired' } : one
    })
  }

  /** Begins one, which goes on after the answer. Nobody keeps the passphrase. @throws Problem `export_running` */
  async begin({ workspaceId, id: by }: Caller, whom: For): Promise<Export> {
    const { store, now, log } = this.#parts
    if ((await this.list(workspaceId)).some(({ status }) => status === 'running'))
      throw conflict('export_running', 'An export is being made at this moment.')
    const begun = await beginExport(store, workspaceId, { id: newId('exp'), by, startedAt: now() })
    // One after the other: an export takes room and time that others need.
    this.#work = this.#work
      .then(() => this.#make(workspaceId, begun, whom))
      .catch((error: unknown) => log.error('export failed', { error }))
    return begun
  }

  /** The file of one that is ready. @throws Problem `not_found` */
  async ready(workspaceId: string, id: string): Promise<string> {
    const found = (await this.list(workspaceId)).find((one) => one.id === id && one.status === 'ready')
    if (!found) throw missing('not_found', 'There is no such export, or it is no longer kept.')
    return fileOf(id)
  }

  /** Resolves when nothing is under way here. */
  async settled(): Promise<void> {
    await this.#work
  }

  async #make(workspaceId: string, { id, by, startedAt }: Export, whom: For) {
    const { store, vault, files, room, now } = this.#parts
    const change = (so: Parameters<typeof changeExport>[3]) => changeExport(store, workspaceId, id, so)
    const alive = setInterval(() => {
      change({ aliveAt: now() }).catch(() => undefined) // The next one tells it.
    }, aliveMs).unref()
    try {
      const slug = (await workspaceById(store, workspaceId))?.slug ?? workspaceId
      const fileName = `${slug}-${new Date(startedAt).toISOString().slice(0, 10)}.tar.gz.age`
      const progress = async (so: object) => change({ ...so, aliveAt: now() })
      const plain = exportOf({ store, vault, files, workspaceId, now: startedAt, progress })
      const bytes = await sealed(plain, whom)
      const mime = 'application/octet-stream'
      const { sizeBytes } = await room.keep(workspaceId, {
        fileId: fileOf(id),
        bytes,
        mime,
        fileName,
        by,
        purpose: 'export',
      })
      const expiresAt = now() + (purposes.export.keptMs ?? 0)
      await change({ status: 'ready', sizeBytes, finishedAt: now(), expiresAt })
      await this.#tell(workspaceId, by, id)
    } catch (error) {
      await change({ status: 'failed', finishedAt: now(), why: 'It could not be made; the log says why.' })
      throw error
    } finally {
      clearInterval(alive)
    }
  }

  async #tell(workspaceId: string, by: string, id: string) {
    const { store, post, now, url } = this.#parts
    const member = await memberById(store, workspaceId, by)
    const account = member && (await accountsById(store, [member.accountId])).get(member.accountId)
    const workspace = await workspaceById(store, workspaceId)
    if (!post || !account?.email || !workspace) return
    const keptMs = purposes.export.keptMs ?? 0
    const hours = Math.floor(keptMs / 3_600_000)
    const letter: Letter = {
      about: 'export_ready',
      workspace: workspace.name,
      hours,
      link: `${url}/settings/data`,
    }
    const language = workspace.settings.locale
    await post({ letterId: derivedId('let', id), to: account.email, language, letter, notAfter: now() + keptMs })
  }
}

/** The file of an export is found by its id. */
const fileOf = (id: string) => derivedId('fil', id)
