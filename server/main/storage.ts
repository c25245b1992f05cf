import { join } from 'node:path'
import { actors } from '../../actors/index.ts'
import { systemClock } from '../../kernel/clock.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Config } from '../../kernel/config.ts'
import { DiskFiles } from '../../providers/files/disk.ts'
import type { FileStore } from '../../providers/files/port.ts'
import { S3Files } from '../../providers/files/s3.ts'
import { AuditLog } from '../../store/audit.ts'
import { Claims } from '../../store/claims.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { restoring } from '../../store/archive/database.ts'
import { Store } from '../../store/connection.ts'
import { DeadLetters } from '../../store/dead-letters.ts'
import { ActorDocuments } from '../../store/documents.ts'
import type { StoreEvent } from '../../store/embedded/observe.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { ErrorLogs } from '../../store/error-logs.ts'
import { StoredEvents } from '../../store/events.ts'
import { FileSweeps } from '../../store/file-sweeps.ts'
import { StoredFiles } from '../../store/files.ts'
import { conversationPage, linesOf } from '../../store/queries/conversations.ts'
import { messageById, messageByProviderId, messagePage, shown } from '../../store/queries/messages.ts'
import { activitiesOf } from '../../store/queries/people.ts'
import { rearrange, type Rearrangement } from '../../store/queries/threads.ts'
import { memberById } from '../../store/settings/members.ts'
import { Rest } from '../../store/rest.ts'
import { SearchIndex } from '../../store/search/index.ts'
import { Suppressions } from '../../store/suppressions.ts'
import { KeyRotation } from '../../store/rotation.ts'
import { keysKnownMs, Vault } from '../../store/vault.ts'
import { WebhookEvents } from '../../store/webhook-events.ts'

export type Storage = Awaited<ReturnType<typeof openStorage>>

const halfRestored = 'A restore into this database was interrupted: run the same "careline restore" again.'

/** What is wrong with the data is said now, and not by the first person who needs it. @throws WrongMasterKey, Problem `restore_unfinished` */
async function checkWhole(vault: Vault, store: Store, embedded?: { close(): Promise<void> }) {
  try {
    if ((await store.connection.collection(restoring).findOne({})) !== null)
      throw new Problem('conflict', 'restore_unfinished', halfRestored)
    const one = await vault.rows.some()
    if (one) await vault.ready(one.workspaceId)
  } catch (error) {
    await store.close()
    await embedded?.close()
    throw error
  }
}

/** Changes keys; `graceMs` where it is not the configuration's. */
export const keyRotation = ({ store, vault, files, keyGraceMs }: Storage, graceMs = keyGraceMs) =>
  new KeyRotation({ store, vault, files, now: () => systemClock.now(), graceMs })

/** The store and everything that reads and writes it. */
export async function openStorage(
  { mongodbUri, dataDir, durability, redisUrl, keyGraceMs, s3, fileStore }: Config,
  masterKeys: () => readonly Buffer[],
  onEvent: (event: StoreEvent) => void = () => undefined,
  onKeysLost: (error: unknown) => void = () => undefined,
  onFilesStuck: (error: unknown) => void = () => undefined,
) {
  const directory = join(dataDir, 'store')
  const embedded = mongodbUri ? undefined : await startEmbeddedStore({ directory, durability, onEvent })
  const store = await Store.open(mongodbUri ?? embedded?.uri ?? '')
  const vault = new Vault(store, masterKeys)
  const rest = new Rest(vault)
  await checkWhole(vault, store, embedded)
  const unfollow = vault.follow(onKeysLost, Math.min(keysKnownMs, keyGraceMs / 4))
  const search = new SearchIndex(rest)
  const documents = new ActorDocuments(rest, actors, search)
  const source = { store, rest }
  const disk = new DiskFiles(join(dataDir, 'files'))
  const bucket = s3 && (await S3Files.open(s3))
  const stores = storesIn(fileStore, disk, bucket)
  const files = new StoredFiles({ store, rest, vault, stores, now: () => systemClock.now() })
  return {
    store,
    /** The embedded store, where this process runs it. */
    embedded,
    vault,
    rest,
    /** By what messages and people are found. */
    search,
    deadLetters: new DeadLetters(store, rest),
    auditLog: new AuditLog(store, rest),
    errorLogs: new ErrorLogs(store),
    persistence: new MongoPersistence(store, rest, documents),
    events: new StoredEvents(store, rest, documents, { isAlone: redisUrl === undefined }),
    claims: new Claims(store),
    suppressions: new Suppressions(store, rest),
    webhookEvents: new WebhookEvents(store, rest),
    files,
    fileStores: stores,
    fileSweeps: new FileSweeps({ store, rest, files, onError: onFilesStuck }),
    queries: queriesOf(source, files),
    keyGraceMs,
    uri: mongodbUri ?? embedded?.uri ?? '',
    async version() {
      const { version } = (await store.connection.db?.command({ buildInfo: 1 })) as { version: string }
      return { name: embedded ? 'embedded' : 'mongodb', version }
    },
    async close() {
      unfollow()
      await store.close()
      await embedded?.close()
    },
  }
}

const queriesOf = (source: { store: Store; rest: Rest }, files: StoredFiles) => ({
  fileRow: (workspaceId: string, id: string) => files.row(workspaceId, id),
  conversationPage: (workspaceId: string, filter: Parameters<typeof conversationPage>[2]) =>
    conversationPage(source, workspaceId, filter),
  linesOf: (workspaceId: string, ids: readonly string[]) => linesOf(source, workspaceId, ids),
  messagePage: (workspaceId: string, conversationId: string, page: Parameters<typeof messagePage>[3]) =>
    messagePage(source, workspaceId, conversationId, page),
  messageById: async (workspaceId: string, id: string) => {
    const row = await messageById(source, workspaceId, id)
    return row && shown(row)
  },
  isMember: async (workspaceId: string, id: string) =>
    (await memberById(source.store, workspaceId, id))?.status === 'active',
  messageRow: (workspaceId: string, id: string) => messageById(source, workspaceId, id),
  activitiesOf: (workspaceId: string, asked: { userId: string; limit: number }) =>
    activitiesOf(source, workspaceId, asked),
  rearrange: (workspaceId: string, what: Rearrangement) => rearrange(source, workspaceId, what),
  messageByProviderId: (workspaceId: string, channelId: string, providerId: string) =>
    messageByProviderId(source, workspaceId, channelId, providerId),
})

/** The first is written to. */
function storesIn(
  first: Config['fileStore'],
  disk: FileStore,
  bucket: FileStore | undefined,
): [FileStore, ...FileStore[]] {
  if (!bucket) return [disk]
  return first === 's3' ? [bucket, disk] : [disk, bucket]
}
