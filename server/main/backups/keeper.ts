import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Config } from '../../../kernel/config.ts'
import { newId } from '../../../kernel/id.ts'
import { conflict, missing } from '../../../kernel/problem.ts'
import type { Manifest } from '../../../store/archive/archive.ts'
import { KeyBook } from '../../../store/archive/key-book.ts'
import {
  backupById,
  beginBackup,
  changeBackup,
  failInterrupted,
  goesOn,
  latestBackups,
} from '../../../store/backups.ts'
import type { Backup, Backups } from '../../backups.ts'
import type { Log } from '../../ports.ts'
import type { Storage } from '../storage.ts'
import { bookParts } from './identities.ts'
import { keptOf } from './kept.ts'
import { type Making, partOf } from './make.ts'
import type { Verified } from './proof.ts'
import type { Work } from './worker.ts'

interface Parts {
  config: Pick<Config, 'backups' | 'mongodbUri' | 'dataDir' | 's3'>
  storage: Pick<Storage, 'store' | 'vault' | 'embedded' | 'uri'>
  masterKeys(): readonly Buffer[]
  now(): number
  log: Log
}

const dayMs = 24 * 60 * 60_000
/** A process that makes one says so often that it is alive, and how far it is; after this it is taken for dead. */
const deadMs = 2 * 60_000
const aliveMs = 5_000
const listMax = 100
const knownMs = 60_000

/** Makes backups, keeps so many of them, and restores the newest to see that it can be. */
export class BackupKeeper implements Backups {
  readonly #parts: Parts
  /** What is under way here. */
  #work: Promise<unknown> = Promise.resolve()
  #proven: { at: number | null; readAt: number } | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  list(): Promise<Backup[]> {
    return latestBackups(this.#parts.storage.store, listMax)
  }

  async begin(by: string | null): Promise<Backup> {
    const { store } = this.#parts.storage
    await this.#settleInterrupted()
    const running = (await this.list()).find(({ status }) => status === 'running')
    if (running) throw conflict('backup_running', 'A backup is being made at this moment.')
    const startedAt = this.#parts.now()
    const file = fileAt(startedAt)
    const begun = await beginBackup(store, { id: newId('bak'), startedAt, by, machine: hostname(), file })
    this.#later(() => this.#make(begun))
    return begun
  }

  async check(id: string): Promise<Backup> {
    const found = await backupById(this.#parts.storage.store, id)
    if (!found || found.status === 'running' || found.status === 'failed')
      throw missing('not_found', 'There is no such backup.')
    if (!existsSync(this.#path(found))) throw conflict('backup_gone', 'Its file is not here any more.')
    this.#later(() => this.#verify(found))
    return found
  }

  async provenAt(): Promise<number | null> {
    const now = this.#parts.now()
    if (!this.#proven || now - this.#proven.readAt >= knownMs) {
      const proven = (await this.list()).filter(({ isSound }) => isSound === true)
      this.#proven = { at: Math.max(0, ...proven.map(({ startedAt }) => startedAt)) || null, readAt: now }
    }
    return this.#proven.at
  }

  /** The age of that backup, seconds, as it was known a moment ago; NaN where there is none. */
  readonly age = (): number => {
    this.provenAt().catch((error: unknown) => this.#parts.log.warn('backups not read', { error }))
    const at = this.#proven?.at
    return at ? (this.#parts.now() - at) / 1_000 : Number.NaN
  }

  /**
   * What the schedule calls: makes what is due, proves what is due, takes away what is no longer kept. `hold` throws where
   * another process has begun to.
   */
  async care(hold: () => Promise<void> = async () => undefined): Promise<void> {
    await this.#settleInterrupted()
    const good = (await this.list()).filter(({ status }) => status === 'good')
    const [newest] = good
    const now = this.#parts.now()
    const isRunning = (await this.list()).some(({ status }) => status === 'running')
    await hold() // Two that begin at once would make two.
    if (!isRunning && (!newest || now - newest.startedAt >= dayMs)) await this.begin(null)
    else if (newest && this.#isHere(newest) && (await this.#isProofDue(good))) this.#later(() => this.#verify(newest))
    await this.settled()
    await hold()
    await this.#prune()
  }

  /** Makes one where somebody wants it, which is theirs to keep. @throws Problem `exists` */
  async makeAt(
    to: string,
  ): Promise<{ file: string; keys: string; documents: number; files: number; missing: number; isOneMoment: boolean }> {
    const startedAt = this.#parts.now()
    const file = to.endsWith('/') ? join(to, fileAt(startedAt)) : to
    if (existsSync(file)) throw conflict('exists', `${file} is there already: name another.`)
    const { vault } = this.#parts.storage
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const book = new KeyBook(bookParts(this.#parts.config, this.#parts.masterKeys(), dirname(file)))
    await book.write(vault.rows.all(), vault.masters, startedAt)
    const manifest = await this.#made({ id: newId('bak'), startedAt, to: file })
    await book.write(vault.rows.all(), vault.masters, this.#parts.now())
    const documents = manifest.collections.reduce((sum, each) => sum + each.documents, 0)
    const { count, missing = 0 } = manifest.files
    return { file, keys: book.path, documents, files: count, missing, isOneMoment: manifest.isOneMoment }
  }

  /** The keys of now are in the book, and those of a workspace that was closed for good are not. */
  async writeBook(): Promise<void> {
    const { vault } = this.#parts.storage
    mkdirSync(this.#parts.config.backups.directory, { recursive: true, mode: 0o700 })
    await this.#book().write(vault.rows.all(), vault.masters, this.#parts.now())
  }

  /** Resolves when nothing is under way here. */
  async settled(): Promise<void> {
    await this.#work
  }

  #later(work: () => Promise<void>) {
    const { log } = this.#parts
    this.#work = this.#work.then(work).catch((error: unknown) => log.error('backup failed', { error }))
  }

  async #make(begun: Backup): Promise<void> {
    const { store } = this.#parts.storage
    const part = partOf(this.#path(begun))
    const alive = setInterval(() => {
      const bytes = statSync(part, { throwIfNoEntry: false })?.size ?? 0
      goesOn(store, begun.id, { aliveAt: this.#parts.now(), bytes }).catch(() => undefined) // The next one tells it.
    }, aliveMs).unref()
    try {
      // Before and after: a key that comes or goes meanwhile is in the book either way.
      await this.writeBook()
      const manifest = await this.#made({ ...begun, to: this.#path(begun) })
      await this.writeBook()
      const documents = manifest.collections.reduce((sum, each) => sum + each.documents, 0)
      const { isOneMoment, files } = manifest
      const bytes = statSync(this.#path(begun)).size
      const so = { status: 'good', documents, files: files.count, bytes, isOneMoment } as const
      await changeBackup(store, begun.id, { ...so, finishedAt: this.#parts.now() })
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).slice(0, 500)
      await changeBackup(store, begun.id, { status: 'failed', why, bytes: null, finishedAt: this.#parts.now() })
      throw error
    } finally {
      clearInterval(alive)
    }
  }

  async #made({ id, startedAt, to }: { id: string; startedAt: number; to: string }): Promise<Manifest> {
    const { config, storage } = this.#parts
    const { embedded, uri } = storage
    const scratch = join(dirname(to), `.scratch-${id}`)
    const [identity = ''] = bookParts(config, this.#parts.masterKeys()).identities
    const making: Omit<Making, 'from'> = {
      files: join(config.dataDir, 'files'),
      bucket: config.s3,
      to,
      identity,
      madeAt: new Date(startedAt).toISOString(),
      version: packageJson.version,
    }
    if (!embedded) return (await beside({ do: 'make', making: { ...making, from: { uri } } })) as Manifest
    try {
      mkdirSync(scratch, { recursive: true, mode: 0o700 })
      await embedded.backup(join(scratch, 'careline.sqlite'))
      return (await beside({ do: 'make', making: { ...making, from: { copy: scratch } } })) as Manifest
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  }

  async #verify(backup: Backup): Promise<void> {
    const { storage, config, now } = this.#parts
    const book = bookParts(config, this.#parts.masterKeys())
    try {
      const so = (await beside({ do: 'verify', file: this.#path(backup), book })) as Verified
      const verification = saidOf(so)
      await changeBackup(storage.store, backup.id, { verifiedAt: now(), isSound: true, verification })
    } catch (error) {
      const verification = (error as Error).message.slice(0, 500)
      await changeBackup(storage.store, backup.id, { verifiedAt: now(), isSound: false, verification })
      throw error
    } finally {
      this.#proven = undefined
    }
  }

  async #isProofDue(good: readonly Backup[]) {
    const proven = Math.max(0, ...good.map(({ verifiedAt }) => verifiedAt ?? 0))
    return this.#parts.now() - proven >= 7 * dayMs
  }

  /** What a process left that died: the row, and what lies around. */
  async #settleInterrupted() {
    const now = this.#parts.now()
    const { directory } = this.#parts.config.backups
    await failInterrupted(this.#parts.storage.store, now - deadMs, now)
    if (!existsSync(directory)) return
    for (const name of readdirSync(directory)) {
      const isLeft = name.startsWith('.scratch-') || name.endsWith('.part')
      const path = join(directory, name)
      if (isLeft && statSync(path).mtimeMs < now - dayMs) rmSync(path, { recursive: true, force: true })
    }
  }

  async #prune() {
    const { config, storage } = this.#parts
    const good = (await this.list()).filter(({ status }) => status === 'good')
    const kept = keptOf(good, config.backups)
    for (const backup of good)
      if (!kept.has(backup.id) && this.#isHere(backup)) {
        rmSync(this.#path(backup), { force: true })
        await changeBackup(storage.store, backup.id, { status: 'gone' })
      } else if (backup.machine === hostname() && !this.#isHere(backup))
        await changeBackup(storage.store, backup.id, { status: 'gone', why: 'its file is not there any more' })
  }

  #book() {
    return new KeyBook(bookParts(this.#parts.config, this.#parts.masterKeys()))
  }

  #isHere = (backup: Backup) => existsSync(this.#path(backup))

  #path({ file }: Backup) {
    return join(this.#parts.config.backups.directory, file)
  }
}

const saidOf = ({ documents, files, missing, opened }: Verified) =>
  `${documents} documents and ${files} files restored, ${opened} sealed values opened.` +
  (missing > 0 ? ` ${missing} files were removed while it was made, and are not in it.` : '')

const fileAt = (at: number) => `careline-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}.age`

/** Resolves with what was done in a thread of its own. */
function beside(work: Work): Promise<unknown> {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: work, name: 'careline-backup' })
    worker.once('message', (said: { done: unknown } | { failed: string }) =>
      'failed' in said ? fail(new Error(said.failed)) : done(said.done),
    )
    worker.once('error', fail)
    worker.once('exit', () => fail(new Error('the thread of the backup ended before it was done')))
  })
}
