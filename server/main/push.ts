import { openDoor } from '../../kernel/outgoing.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { serviceAccountOf } from '../../providers/push/fcm.ts'
import { PushSimulator } from '../../providers/push/simulator/simulator.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { SimulatedPushes } from '../../store/simulated-pushes.ts'
import { PushAddresses } from '../push/addresses.ts'
import { PushDesk } from '../push/desk.ts'
import { PushServices } from '../push/services.ts'
import type { Played } from './front-door.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

const prefix = '/simulator/push'

interface Parts {
  config: Pick<Config, 'hasSimulators' | 'allowedHosts' | 'mailFrom'>
  storage: Storage
  channels: ChannelSettings
  settings: Pick<KnownSettings, 'ofWorkspace' | 'workspace' | 'channel'>
  /** Of the installation. */
  secret: string
  phoneKey: string
  now(): number
  log: Log
}

/** What is known only when actors, sockets and addresses are there. */
interface There {
  here: string
  url: string
  isConnected(workspaceId: string, userId: string): boolean
  clocks: WorkspaceClocks
}

export type Pushing = ReturnType<typeof openPush>

/** How people's devices are told of what was said to them in the app; and the services that are played. */
export function openPush({ config, storage, channels, settings, secret, phoneKey, now, log }: Parts) {
  const { store, rest, queries } = storage
  const later: { there?: There } = {}
  const here = () => later.there?.here ?? ''
  const simulator = config.hasSimulators
    ? new PushSimulator({
        prefix,
        here,
        phoneKey,
        accounts: () => playedAccounts(storage, channels),
        shelf: new SimulatedPushes(store, now),
        now,
        onError: (error) => log.error('push simulator fault', { error }),
      })
    : undefined
  // Browsers that are played are this very server's.
  const door = openDoor({
    allowed: config.allowedHosts,
    isOwn: ({ origin }) => simulator !== undefined && origin === here(),
  })
  const contact = () => contactOf(later.there?.url ?? '', config.mailFrom)
  const services = new PushServices({ secret, played: () => simulator?.places, contact, door, now })
  const desk = new PushDesk({
    store,
    channels,
    queries: { messageRow: queries.messageRow, messagePage: queries.messagePage },
    services,
    addresses: new PushAddresses({ store, rest, now }),
    settingsOf: settings.ofWorkspace,
    businessOf: (workspaceId) => settings.workspace(workspaceId)?.name ?? '',
    isConnected: (workspaceId, userId) => later.there?.isConnected(workspaceId, userId) ?? false,
    timeIn: (workspaceId) => later.there?.clocks.of(workspaceId).now() ?? now(),
    now,
  })
  const played: Played[] = simulator ? [{ paths: [prefix], handler: simulator.handler }] : []
  return {
    desk,
    simulator,
    played,
    /** Whether people are told by this channel in the app. */
    isApp: (workspaceId: string, channelId: string) => settings.channel(workspaceId, channelId)?.kind === 'app',
    opened: (there: There) => void (later.there = there),
    close: () => services.close(),
  }
}

/** RFC 8292: an address at which a push service complains. */
function contactOf(url: string, mailFrom: string): string {
  if (url.startsWith('https://')) return url
  return `mailto:${/[^\s<>]+@[^\s<>]+/.exec(mailFrom)?.[0] ?? 'push@localhost'}`
}

/** The apps that say `simulate`: each has a project of its own. */
async function playedAccounts({ store }: Pick<Storage, 'store'>, channels: ChannelSettings) {
  const found = await store.collection('channels').find({ kind: 'app', simulate: true, status: 'active' }).toArray()
  const open = await Promise.all(found.map(({ _id }) => channels.opened(_id)))
  return open.flatMap((one) => {
    const account = serviceAccountOf(one?.secrets['fcmServiceAccount'] ?? '')
    return one && account ? [{ business: one.workspaceId, account }] : []
  })
}
