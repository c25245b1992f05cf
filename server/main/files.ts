import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { defaultQuotas } from '../../kernel/settings.ts'
import { Clamd } from '../../providers/scan/clamd.ts'
import { FileRoom } from '../files/file-room.ts'
import { FileWork } from '../files/file-work.ts'
import { Thumbnailer } from '../files/thumbnailer.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  config: Pick<Config, 'clamd'>
  storage: Storage
  log: Log
  settings: KnownSettings
  /** False where a test does by hand what is done by itself otherwise. */
  hasSchedules: boolean
  now(): number
}

/** The files of this process, and what is done with them when nobody waits. */
export function openFiles({ config, storage, settings, log, hasSchedules, now }: Parts) {
  const { files, fileSweeps: sweeps, fileStores: stores } = storage
  const scanner = config.clamd && new Clamd(config.clamd)
  function* keeping(): Iterable<[string, number]> {
    for (const [workspaceId, { fileRetentionDays }] of settings.all()) yield [workspaceId, fileRetentionDays]
  }
  const work = new FileWork({
    files,
    sweeps,
    stores,
    scanner,
    thumbnailer: new Thumbnailer(),
    keeping,
    now,
    onError: (error, what) => void log.error('file work failed', { what, error }),
  })
  const room = new FileRoom({
    files,
    sweeps,
    scanner,
    storageMax: (workspaceId) => (settings.workspace(workspaceId)?.quotas ?? defaultQuotas).storageBytes,
    hasWork: hasSchedules ? work.hasWork : () => undefined,
    now,
  })
  return { room, work }
}
