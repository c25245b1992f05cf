import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { backups } from '../../jobs/backups.ts'
import { closing } from '../../jobs/closing.ts'
import { keys } from '../../jobs/keys.ts'
import { privacyNews } from '../../jobs/privacy-news.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { Audit } from '../audit.ts'
import type { Auth } from '../auth/auth.ts'
import { Closings } from '../closing.ts'
import { Exports } from '../exports.ts'
import { PrivacyNews } from '../people/privacy-news.ts'
import type { Records } from '../people/records.ts'
import type { FileRoom } from '../files/file-room.ts'
import { BackupKeeper } from './backups/keeper.ts'
import type { Post } from './mail.ts'
import type { KnownSettings } from './settings.ts'
import type { JointMemory } from '../joint-memory.ts'
import { Installation } from '../platform/installation.ts'
import { Operators } from '../platform/operators.ts'
import { OperatorSettings } from '../../store/settings/operators.ts'
import { keyRotation, type Storage } from './storage.ts'

interface Parts {
  config: Config
  storage: Storage
  masterKeys(): readonly Buffer[]
  clock: Clock
  log: Log
  settings: Pick<KnownSettings, 'changed' | 'all'>
  files: { room: FileRoom }
  auth: Auth
  audit: Audit
  post: Post | undefined
  url: string
  /** Signs the tokens of workspaces. */
  secret: string
  joint: JointMemory | undefined
  system: ActorSystem
  records: Pick<Records, 'privacy'>
}

/** What keeps the data of all workspaces safe: keys that change, copies that can be restored, ends that are final. */
export function openCare({
  config,
  storage,
  masterKeys,
  clock,
  settings,
  files,
  auth,
  audit,
  secret,
  joint,
  system,
  records,
  ...rest
}: Parts) {
  const { store, vault } = storage
  const now = () => clock.now()
  const rotation = keyRotation(storage)
  const keeper = new BackupKeeper({ config, storage, masterKeys, now, log: rest.log })
  const forget = async (workspaceId: string) => {
    await vault.rows.destroy(workspaceId, now())
    await vault.refresh()
    await keeper.writeBook()
    await store.platform('sessions').deleteMany({ workspaceId })
    auth.forget()
  }
  const removeFiles = async (workspaceId: string) => {
    for await (const row of store.collection('files').find({ workspaceId })) await storage.files.removeBytes(row)
    await rm(join(config.dataDir, 'files', workspaceId), { recursive: true, force: true })
  }
  const changed = (workspaceId: string) => settings.changed(workspaceId)
  const closings = new Closings({
    ...{ store, now, forget, removeFiles, changed, audit, ...rest },
    graceMs: config.closingGraceMs,
  })
  const exports = new Exports({ store, vault, files: storage.files, room: files.room, now, ...rest })
  const operatorSettings = new OperatorSettings(store, vault)
  const operators = new Operators({ settings: operatorSettings, secret, now, joint })
  const installation = new Installation({ store, rotation, audit, changed })
  const news = openPrivacyNews({ store, system, records, now, ...rest })
  const isDue = config.backups.isOn && clock === systemClock
  return {
    backups: keeper,
    rotation,
    closings,
    exports,
    privacyNews: news,
    operators,
    installation,
    schedules: [
      keys(rotation),
      closing(closings),
      privacyNews({ settings, news }),
      ...(isDue ? [backups(keeper)] : []),
    ],
  }
}

/** Who may answer what people ask for by the law hears of it. */
function openPrivacyNews({
  store,
  system,
  records,
  now,
  post,
  url,
  log,
}: Pick<Parts, 'system' | 'records' | 'post' | 'url' | 'log'> & { store: Storage['store']; now(): number }) {
  const news = new PrivacyNews({
    ...{ store, post, url, now },
    workspaceFor: (workspaceId) => system.workspace(workspaceId, principal('system', 'privacy')),
    onError: (error, workspaceId) => log.error('privacy request not told', { workspaceId, error }),
  })
  records.privacy.newsIs(news)
  return news
}
