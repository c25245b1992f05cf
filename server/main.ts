import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { retention } from '../jobs/retention.ts'
import type { Schedule } from '../jobs/schedule.ts'
import { Scheduler } from '../jobs/scheduler.ts'
import { webhooks } from '../jobs/webhooks.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { ChannelSettings } from '../store/settings/channels.ts'
import { JointMemory } from './joint-memory.ts'
import { startActors } from './main/actors.ts'
import { ConnectedChannels } from './main/channels.ts'
import { openGateway, openIntake } from './main/doors.ts'
import { addressesOf, frontDoor, listening } from './main/front-door.ts'
import { drain, type Parts as DrainParts } from './main/drain.ts'
import { openReaders } from './main/readers.ts'
import { openMail, postingBy } from './main/mail.ts'
import { createMetrics } from './main/metrics.ts'
import { openOperations } from './main/operators.ts'
import { openAuth, openOthers, openPeople, type Others } from './main/others.ts'
import { secretsOf } from './main/secrets.ts'
import { KnownSettings } from './main/settings.ts'
import { placeSimulator } from './main/simulator-lease.ts'
import { openSimulator, type SimulatorPlace } from './main/simulators.ts'
import { socketDocument } from './main/socket-document.ts'
import { openStorage, type Storage } from './main/storage.ts'
import { logged } from './main/store-events.ts'
import type { Parts as AppParts } from './ports.ts'

export type Careline = Awaited<ReturnType<typeof startCareline>>

interface Options {
  config: Config
  log?: Log
  /** One clock for all workspaces; a test brings its own. */
  clock?: Clock
  /** Without schedules nothing is swept: a test that moves time calls what they would have called. */
  hasSchedules?: boolean
  /** Between two ticks of the simulated phone, ms: slow enough to be seen, unless a test is in a hurry. */
  tickMs?: number
}
type Given = Required<Options>

/** The whole server. Resolves when it takes requests; what could not be started is closed again. */
export async function startCareline(options: Options) {
  const { config } = options
  const given: Given = {
    clock: systemClock,
    hasSchedules: true,
    tickMs: 400,
    log: createLog(config.logLevel),
    ...options,
  }
  const secrets = secretsOf(config)
  const storage = await openStorage(config, secrets.masterKey, logged(given.log))
  let others: Others | undefined
  try {
    others = await openOthers({ config, log: given.log, ...secrets, database: storage.store.connection.name })
    return await overStorage(given, secrets, storage, others)
  } catch (error) {
    others?.close()
    await storage.close()
    throw error
  }
}

type Secrets = ReturnType<typeof secretsOf>

/** Everything that needs no address: settings, sign-ins, letters and the actors. */
async function openInside(given: Given, secrets: Secrets, storage: Storage, { cluster, links, notices }: Others) {
  const { config, log, clock } = given
  const { store, vault } = storage
  const now = () => clock.now()
  const settings = await KnownSettings.of(store, notices, (error) => log.error('settings not read', { error }))
  const channels = new ChannelSettings(store, vault, now)
  const joint = links && new JointMemory(links.publisher, links.prefix)
  const auth = openAuth({ store, secret: secrets.jwtSecret, now, joint }, notices)
  const mail = openMail({ config, store, phoneKey: secrets.phoneKey, now, log })
  const running = startActors({ storage, channels, settings, clock, letters: mail.ports, log, cluster })
  await settings.follow((one) => running.clocks.of(one.id).set(one.clock))
  return { ...running, now, settings, channels, joint, auth, mail, post: postingBy(running.system, mail) }
}

async function overStorage(given: Given, secrets: Secrets, storage: Storage, others: Others) {
  const { config, log, clock } = given
  const { cluster, links, notices } = others
  const { store, events } = storage
  const inside = await openInside(given, secrets, storage, others)
  const { system, clocks, schedules, workspace, now, settings, channels, joint, auth, mail } = inside

  const { http, state, answerWith } = frontDoor()
  // Nobody connects to a process of schedules, so it need not hear what goes to sockets.
  const among = config.role === 'jobs' ? {} : { links, node: cluster?.me }
  const doors = { storage, auth, clock, clocks, log, workspace, transports: config.socketTransports, ...among }
  const gateway = openGateway(http, doors)
  const intake = openIntake(doors, system, gateway)

  const port = config.role === 'jobs' ? config.port : await listening(http, config)
  const { here, url } = addressesOf(config, port)
  mail.reachedAt(here)
  const reading = { store, channels, system, notices, here }
  const { connected, simulator } = await connectChannels(given, reading, { ...others, phoneKey: secrets.phoneKey })
  await cluster?.join()

  answerWith(simulator, mail.handler, {
    store,
    rest: storage.rest,
    auth,
    ...openPeople({ ...inside, store, secret: secrets.jwtSecret, notices, url }),
    channels,
    files: storage.files,
    operations: operationsOf(storage, state, metricsOf({ system, cluster, storage, gateway })),
    ...openOperations({ system, cluster, storage, settings, clocks, now, name: config.name, role: config.role }),
    readers: openReaders(gateway, cluster, store),
    channelChanged: connected.changed,
    acceptWhatsApp: (at, items) => intake.accept(at, items),
    now,
    log,
    config: httpConfig(config, url, connected),
    authenticate: auth.authenticate,
    workspace,
    joint,
    asyncApi: socketDocument,
  })

  const swept = [...schedules, webhooks((limit) => intake.sweep(limit)), retention({ settings, events, now })]
  const scheduler = await schedule(given, storage, swept)
  settings.keepFresh()

  const parts = { secrets, storage, system, cluster, auth, channels, gateway, intake, simulator, settings, scheduler }
  return {
    ...parts,
    url,
    port,
    config,
    /** Here, or nowhere: another process may play it. */
    simulator: simulator?.here,
    simulatorPlace: simulator,
    simulatorUrl: connected.simulatorUrl,
    channelChanged: connected.changed,
    close: leaving(state, { http, ...parts, ...others }),
  }
}

function leaving(state: { isDraining: boolean }, parts: DrainParts) {
  return async () => {
    if (state.isDraining) return
    state.isDraining = true
    await drain(parts)
  }
}

/** Nothing where another process does it. Not even made then: it speaks to the store from its first moment. */
async function schedule({ config, log, hasSchedules }: Given, { store }: Storage, schedules: readonly Schedule[]) {
  if (!hasSchedules || config.role === 'web') return undefined
  const onError = (error: unknown, name: string) => log.error('schedule failed', { schedule: name, error })
  const scheduler = new Scheduler({ database: store.connection.db, schedules, onError })
  await scheduler.start()
  return scheduler
}

type Reading = Omit<ConstructorParameters<typeof ConnectedChannels>[0], 'simulator' | 'onError'>

/** The channels, and the simulator that plays their provider. */
async function connectChannels(given: Given, reading: Reading, { phoneKey, ...others }: Others & { phoneKey: string }) {
  const { config, log } = given
  const onError = (error: unknown) => log.error('channels not connected', { error })
  let simulator: SimulatorPlace | undefined
  const connected = new ConnectedChannels({ ...reading, onError, simulator: () => simulator })
  const held = () => connected.connectAll()
  const place = { ...others, host: config.host, origin: reading.here, held, onError }
  if (config.hasSimulators && config.role !== 'jobs')
    simulator = await placeSimulator(() => openSimulator({ ...config, ...given, phoneKey }), place)
  await connected.connectAll()
  return { connected, simulator }
}

function operationsOf(storage: Storage, state: { isDraining: boolean }, metrics: AppParts['operations']['metrics']) {
  const { version } = packageJson
  return { version, storeVersion: storage.version, isDraining: () => state.isDraining, metrics }
}

function metricsOf({
  system,
  cluster,
  storage,
  gateway,
}: Pick<Careline, 'system' | 'cluster' | 'storage' | 'gateway'>) {
  const sources = {
    actors: () => ({ ...system.counters, ...system.ailing, size: system.size }),
    writes: () => storage.persistence.counters,
    webhooks: () => storage.webhookEvents.counters,
    sockets: () => gateway.counts().sockets,
    feed: () => gateway.counters,
    cluster: () => cluster?.counters,
  }
  return createMetrics(sources, cluster)
}

function httpConfig(config: Config, url: string, connected: ConnectedChannels): AppParts['config'] {
  const { corsOrigins, trustsProxy, limits, metricsToken, isProduction, whatsappBaseUrl } = config
  return {
    corsOrigins,
    trustsProxy,
    limits,
    // It moves with the simulator.
    get simulatorUrl() {
      return connected.simulatorUrl
    },
    whatsappBaseUrl,
    isSecure: url.startsWith('https:'),
    consoleDir: join(import.meta.dirname, '../dist/console'),
    allowsAnyProvider: !isProduction,
    ...(metricsToken !== undefined && { metricsToken }),
  }
}
