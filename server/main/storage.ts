import { join } from 'node:path'
import { actors } from '../../actors/index.ts'
import type { Config } from '../../kernel/config.ts'
import { Claims } from '../../store/claims.ts'
import { MongoPersistence } from '../../store/commit.ts'
import { Store } from '../../store/connection.ts'
import { DeadLetters } from '../../store/dead-letters.ts'
import { ActorDocuments } from '../../store/documents.ts'
import type { StoreEvent } from '../../store/embedded/observe.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { StoredEvents } from '../../store/events.ts'
import { StoredFiles } from '../../store/files.ts'
import { conversationPage, linesOf } from '../../store/queries/conversations.ts'
import { messageById, messageByProviderId, messagePage, shown } from '../../store/queries/messages.ts'
import { memberById } from '../../store/settings/members.ts'
import { Rest } from '../../store/rest.ts'
import { Vault } from '../../store/vault.ts'
import { WebhookEvents } from '../../store/webhook-events.ts'

export type Storage = Awaited<ReturnType<typeof openStorage>>

/** The store and everything that reads and writes it. */
export async function openStorage(
  { mongodbUri, dataDir, durability, redisUrl }: Config,
  masterKey: Buffer,
  onEvent: (event: StoreEvent) => void = () => undefined,
) {
  const directory = join(dataDir, 'store')
  const embedded = mongodbUri ? undefined : await startEmbeddedStore({ directory, durability, onEvent })
  const store = await Store.open(mongodbUri ?? embedded?.uri ?? '')
  const vault = new Vault(store, masterKey)
  const rest = new Rest(vault)
  const documents = new ActorDocuments(rest, actors)
  const source = { store, rest }
  return {
    store,
    /** The embedded store, where this process runs it. */
    embedded,
    vault,
    rest,
    deadLetters: new DeadLetters(store, rest),
    persistence: new MongoPersistence(store, rest, documents),
    events: new StoredEvents(store, rest, documents, { isAlone: redisUrl === undefined }),
    claims: new Claims(store),
    webhookEvents: new WebhookEvents(store, rest),
    files: new StoredFiles({ store, rest, vault, directory: join(dataDir, 'files') }),
    queries: {
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
        (await memberById(store, workspaceId, id))?.status === 'active',
      messageRow: (workspaceId: string, id: string) => messageById(source, workspaceId, id),
      messageByProviderId: (workspaceId: string, channelId: string, providerId: string) =>
        messageByProviderId(source, workspaceId, channelId, providerId),
    },
    uri: mongodbUri ?? embedded?.uri ?? '',
    async version() {
      const { version } = (await store.connection.db?.command({ buildInfo: 1 })) as { version: string }
      return { name: embedded ? 'embedded' : 'mongodb', version }
    },
    async close() {
      await store.close()
      await embedded?.close()
    },
  }
}
