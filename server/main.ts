import { hostname } from 'node:os'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { fileSchedules } from '../jobs/files.ts'
import { retention } from '../jobs/retention.ts'
import { webhooks } from '../jobs/webhooks.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { defaultQuotas } from '../kernel/settings.ts'
import { CloudApi } from '../providers/whatsapp/cloud-api.ts'
import { ChannelSettings } from '../store/settings/channels.ts'
import { channelTester } from './channel-test.ts'
import { JointMemory } from './joint-memory.ts'
import { startActors } from './main/actors.ts'
import { openAudit } from './main/audit.ts'
import { openBusinesses } from './main/businesses.ts'
import { openCare } from './main/care.ts'
import { ConnectedChannels } from './main/channels.ts'
import { openGateway, openIntake, tellingConsoles } from './main/doors.ts'
import { openFiles } from './main/files.ts'
import { addressesOf, frontDoor, listening } from './main/front-door.ts'
import { drain, type Parts as DrainParts } from './main/drain.ts'
import { openReaders } from './main/readers.ts'
import { openJobs } from './main/jobs.ts'
import { openMail, postingBy } from './main/mail.ts'
import { openPhones } from './main/phones.ts'
import { openWatch } from './main/watch.ts'
import { openTexts, textingBy } from './main/texts.ts'
import { createMetrics } from './main/metrics.ts'
import { openOperations } from './main/operators.ts'
import { openAuth, openKeys, openOthers, openPeople, type Others } from './main/others.ts'
import { secretsOf } from './main/secrets.ts'
import { KnownSettings } from './main/settings.ts'
import { placeSimulator } from './main/simulator-lease.ts'
import { openSimulator, type SimulatorPlace } from './main/simulators.ts'
import { openStorage, type Storage } from './main/storage.ts'
import { logged } from './main/store-events.ts'
import { openWebhooks, type OutgoingWebhooks } from './main/webhooks.ts'
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
  const telling = (what: string) => (error: unknown) => void given.log.error(what, { error })
  const lost = [telling('keys not read'), telling('file not removed')] as const
  const storage = await openStorage(config, secrets.masterKeys, logged(given.log), ...lost)
  let others: Others | undefined
  try {
    others = await openOthers({ config, log: given.log, storage })
    return await overStorage({ given, secrets, storage, others })
  } catch (error) {
    others?.close()
    await storage.close()
    throw error
  }
}

/** What everything else stands on. */
interface Ground {
  given: Given
  secrets: ReturnType<typeof secretsOf>
  storage: Storage
  others: Others
}

/** Everything that needs no address: settings, sign-ins, letters and the actors. */
async function openInside({ given, secrets, storage, others }: Ground) {
  const { cluster, links, notices } = others
  const { config, log, clock } = given
  const { store, vault } = storage
  const now = () => clock.now()
  const settings = await KnownSettings.of(store, notices, (error) => log.error('settings not read', { error }))
  const channels = new ChannelSettings(store, vault, now)
  const joint = links && new JointMemory(links.publisher, links.prefix)
  const auth = openAuth({ store, secret: secrets.jwtSecret, now, joint }, notices)
  const entry = openKeys({ store, auth, now, notices, log })
  const mail = openMail({ config, store, phoneKey: secrets.phoneKey, now, log })
  const { phoneKey } = secrets
  const texts = openTexts({ ...given, store, channels, settings, phoneKey })
  const files = openFiles({ ...given, storage, settings, now })
  const outgoing = await openWebhooks({ config, storage, notices, now, log })
  const behind = { letters: mail.ports, texts: texts.office, outgoing }
  const parts = { storage, files: files.room, channels, settings, clock, ...behind, log, cluster }
  const running = startActors(parts)
  await settings.follow((one) => running.clocks.of(one.id).set(one.clock))
  const audit = openAudit({ ...running, joint, now, log })
  return {
    ...running,
    ...audit,
    now,
    settings,
    files,
    channels,
    joint,
    auth,
    ...entry,
    mail,
    texts,
    outgoing,
    post: postingBy(running.system, mail),
  }
}

type Inside = Awaited<ReturnType<typeof openInside>>

/** Where everybody comes in: the address, the sockets, the providers' webhooks and channels. */
async function openDoors({ given, secrets, storage, others }: Ground, inside: Inside) {
  const { config, log } = given
  const { cluster, links, notices } = others
  const { store } = storage
  const { system, channels, mail, texts, outgoing, post } = inside
  const { http, state, answerWith } = frontDoor()
  // Nobody connects to a process of schedules, so it need not hear what goes to sockets.
  const among = config.role === 'jobs' ? {} : { links, node: cluster?.me }
  const doors = { ...inside, clock: given.clock, log, storage, transports: config.socketTransports, ...among }
  const gateway = openGateway(http, doors)
  const intake = openIntake(doors, system, gateway)

  const port = config.role === 'jobs' ? config.port : await listening(http, config)
  const { here, url } = addressesOf(config, port)
  mail.reachedAt(here)
  texts.reachedAt(here, url)
  const webhookEndpoints = outgoing.opened({ system, url, post })
  const reading = { store, channels, system, notices, here }
  const { connected, simulator } = await connectChannels(given, reading, { ...others, phoneKey: secrets.phoneKey })
  await cluster?.join()
  return { http, state, answerWith, gateway, intake, port, url, webhookEndpoints, connected, simulator }
}

type Doors = Awaited<ReturnType<typeof openDoors>>

/** What looks after the whole: errors, jobs, copies and endings. */
function openKeeping({ given, secrets, storage, others }: Ground, inside: Inside, { gateway, url }: Doors) {
  const { config, log, clock } = given
  const { store } = storage
  const secret = secrets.jwtSecret
  const onError = (error: unknown) => log.error('consoles not told', { error })
  const resourceChanged = tellingConsoles(gateway, others.notices, onError)
  const watching = openWatch({ ...inside, storage, url, resourceChanged, log })
  const by = others.cluster?.me ?? config.name ?? `${hostname()} ${String(process.pid)}`
  const jobs = openJobs({ ...given, store, by })
  const care = openCare({ ...inside, config, storage, masterKeys: secrets.masterKeys, clock, log, url, secret })
  return { resourceChanged, watching, jobs, care }
}

type Keeping = ReturnType<typeof openKeeping>

/** Everything that routes may ask. */
function portsOf({ given, secrets, storage, others }: Ground, inside: Inside, doors: Doors, keeping: Keeping) {
  const { config, log } = given
  const { cluster, notices } = others
  const { store, events, rest } = storage
  const { system, clocks, workspace, now, settings, channels, joint, auth, keys, callers, files } = inside
  const { gateway, intake, state, url, connected, webhookEndpoints } = doors
  const { resourceChanged, watching, jobs, care } = keeping
  const { backups, closings, exports, operators, installation } = care
  const secret = secrets.jwtSecret
  const people = openPeople({ ...inside, ...storage, google: config.google, log, secret, notices, url })
  const { sudo } = people.security
  return {
    store,
    rest,
    auth,
    audit: inside.audit,
    beginAudit: inside.beginAudit,
    ...people,
    ...openPhones({ ...inside, ...textingBy(system), config, store, sudo, secret, url, log }),
    ...openBusinesses({ ...inside, config, store, rest, resourceChanged, url }),
    webhookEndpoints,
    ...{ backups, closings, exports, operators, installation },
    channels,
    files: files.room,
    jobs: jobs.jobs,
    operations: operationsOf(storage, state, metricsOf({ system, cluster, storage, gateway, jobs, care })),
    ...openOperations({ system, cluster, storage, settings, clocks, now, name: config.name, role: config.role }),
    readers: openReaders(gateway, cluster, store),
    resourceChanged,
    ...watching.ports,
    channelChanged: connected.changed,
    testChannel: channelTester({ channels, sender: new CloudApi() }),
    history: events.latest.bind(events),
    acceptWhatsApp: (...given: Parameters<typeof intake.accept>) => intake.accept(...given),
    now,
    log,
    config: httpConfig(config, url, connected),
    authenticate: callers.authenticate,
    keys,
    workspace,
    quotasOf: (workspaceId: string) => settings.workspace(workspaceId)?.quotas ?? defaultQuotas,
    joint,
  }
}

async function overStorage(ground: Ground) {
  const { given, secrets, storage, others } = ground
  const inside = await openInside(ground)
  const doors = await openDoors(ground, inside)
  const keeping = openKeeping(ground, inside, doors)
  const { system, settings, channels, auth, files, outgoing, mail, texts, now } = inside
  const { http, state, answerWith, gateway, intake, port, url, connected, simulator } = doors
  const { watching, jobs, care } = keeping
  answerWith(simulator, [...mail.played, ...texts.played], portsOf(ground, inside, doors, keeping))
  await jobs.begin([
    ...inside.schedules,
    ...care.schedules,
    webhooks((limit) => intake.sweep(limit)),
    retention({ settings, events: forgetting(storage.events, outgoing), now }),
    ...fileSchedules(files.work),
    ...watching.schedules,
  ])
  settings.keepFresh()

  const { watch } = watching
  const shared = { secrets, storage, care, files, system, auth, channels, gateway, intake, simulator, settings }
  const parts = { ...shared, cluster: others.cluster, outgoing, jobs, watch }
  return {
    ...parts,
    url,
    port,
    config: given.config,
    /** Here, or nowhere: another process may play it. */
    simulator: simulator?.here,
    simulatorPlace: simulator,
    /** Plays Twilio; undefined where texts are not simulated. */
    twilioSimulator: texts.simulator,
    simulatorUrl: connected.simulatorUrl,
    channelChanged: connected.changed,
    close: leaving(state, { http, ...parts, ...others }),
  }
}

/** A delivery whose event is gone could not be sent again, so both are kept for the same time. */
const forgetting = (events: Storage['events'], outgoing: OutgoingWebhooks) => ({
  async prune(workspaceId: string, before: number) {
    await outgoing.prune(workspaceId, before)
    await events.prune(workspaceId, before)
  },
})

function leaving(state: { isDraining: boolean }, parts: DrainParts) {
  return async () => {
    if (state.isDraining) return
    state.isDraining = true
    await drain(parts)
  }
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
  jobs,
  care,
}: Pick<Careline, 'system' | 'cluster' | 'storage' | 'gateway' | 'jobs' | 'care'>) {
  const sources = {
    actors: () => ({ ...system.counters, ...system.ailing, size: system.size }),
    writes: () => storage.persistence.counters,
    webhooks: () => storage.webhookEvents.counters,
    sockets: () => gateway.counts().sockets,
    feed: () => gateway.counters,
    backupAge: care.backups.age,
    cluster: () => cluster?.counters,
    jobs: jobs.counters,
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
    hasSimulators: config.hasSimulators,
    publicUrl: url,
    ...(metricsToken !== undefined && { metricsToken }),
  }
}
