import { hostname } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }
import { duplicates } from '../jobs/duplicates.ts'
import { fileSchedules } from '../jobs/files.ts'
import { mailboxes } from '../jobs/mailboxes.ts'
import { templates } from '../jobs/templates.ts'
import { retention } from '../jobs/retention.ts'
import { webhooks } from '../jobs/webhooks.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { principal } from '../actors/runtime/system.ts'
import type { Config } from '../kernel/config.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { defaultQuotas } from '../kernel/settings.ts'
import { ChannelSettings } from '../store/settings/channels.ts'
import { channelTester } from './channel-test.ts'
import { JointMemory } from './joint-memory.ts'
import { startActors } from './main/actors.ts'
import { openAudit } from './main/audit.ts'
import { openBusinesses } from './main/businesses.ts'
import { openCare } from './main/care.ts'
import { openConsents } from './main/consents.ts'
import { ConnectedChannels } from './main/channels.ts'
import { openGateway, openIntake, tellingConsoles } from './main/doors.ts'
import { demoDoor } from './main/demo/door.ts'
import { openFiles } from './main/files.ts'
import { openLists } from './main/lists.ts'
import { addressesOf, frontDoor, listening } from './main/front-door.ts'
import { collectSeldom } from './main/garbage.ts'
import { httpConfig } from './main/http-config.ts'
import { drain, type Parts as DrainParts } from './main/drain.ts'
import { openReaders } from './main/readers.ts'
import { openJobs } from './main/jobs.ts'
import { openMail, postingBy } from './main/mail.ts'
import { openMails } from './main/mails.ts'
import { openPhones } from './main/phones.ts'
import { openWatch } from './main/watch.ts'
import { openTexts, textingBy } from './main/texts.ts'
import { openSenders } from './main/senders.ts'
import { openTemplates } from './main/templates.ts'
import { openPush } from './main/push.ts'
import { openSlack } from './main/slack.ts'
import { openPersons } from './main/persons.ts'
import { openRecords } from './main/records.ts'
import { People } from './webhooks/people.ts'
import { createMetrics } from './main/metrics.ts'
import { openOperations } from './main/operators.ts'
import { compareRosters, compareRostersSoon, tellingPresence, tellingRoster } from './main/roster.ts'
import { openAuth, openKeys, openOthers, openPeople, type Others } from './main/others.ts'
import { secretsOf } from './main/secrets.ts'
import { KnownSettings } from './main/settings.ts'
import { placeSimulator } from './main/simulator-lease.ts'
import { openSimulator, type SimulatorPlace } from './main/simulators.ts'
import { openStorage, type Storage } from './main/storage.ts'
import { logged } from './main/store-events.ts'
import { openWorkflow, ratingsBy } from './main/workflow.ts'
import { openWebhooks, type OutgoingWebhooks } from './main/webhooks.ts'
import type { Parts as AppParts } from './ports.ts'
import type { Place } from './preferences.ts'

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
  collectSeldom()
  const { config } = options
  const log = createLog(config.logLevel)
  const given: Given = { clock: systemClock, hasSchedules: true, tickMs: 400, log, ...options }
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
  const { phoneKey, jwtSecret: secret } = secrets
  const now = () => clock.now()
  const settings = await KnownSettings.of(store, notices, (error) => log.error('settings not read', { error }))
  const channels = new ChannelSettings(store, vault, now)
  const joint = links && new JointMemory(links.publisher, links.prefix)
  const auth = openAuth({ store, secret, now, joint }, notices)
  const entry = openKeys({ store, auth, now, notices, log })
  const mail = openMail({ config, store, channels, phoneKey, now, log })
  const texts = openTexts({ ...given, store, channels, settings, phoneKey })
  const files = openFiles({ ...given, storage, settings, now })
  const outgoing = await openWebhooks({ config, storage, notices, now, log })
  const slack = openSlack({ config, storage, settings, phoneKey, now, log })
  const pushing = openPush({ ...given, storage, channels, settings, phoneKey, secret, now })
  const behind = { letters: mail.ports, texts: texts.office, outgoing, slack, pushing }
  const senders = openSenders(config, now)
  const fileToken = (workspaceId: string, fileId: string) => auth.tokens.file(workspaceId, fileId).token
  const out = { senders, fileToken, unsubscribe: (place: Place) => consents.preferences.footOf(place) }
  const workflow = openWorkflow({ store, config, secret, now })
  const parts = { storage, files: files.room, channels, settings, clock, ...behind, ...out, ...workflow, log, cluster }
  const running = startActors(parts)
  await settings.follow((one) => running.clocks.of(one.id).set(one.clock))
  const people = new People(storage.claims, storage.vault, now)
  const realm = openPersons({ storage, auth, system: running.system, settings, people, notices, now })
  const workspaceFor = (id: string) => running.system.workspace(id, principal('system', 'website'))
  const signOut = realm.persons.endAll.bind(realm.persons)
  const records = openRecords({ storage, people, room: files.room, notices, signOut, workspaceFor, now, log })
  const audit = openAudit({ ...running, joint, now, log })
  const consents = openConsents({ ...running, storage, settings, now })
  const templating = openTemplates({ ...running, storage, channels, files: files.room, settings, log })
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
    senders,
    ...realm,
    people,
    records,
    outgoing,
    slack,
    pushing,
    templating,
    workflow,
    post: postingBy(running.system, mail),
    consents,
  }
}

type Inside = Awaited<ReturnType<typeof openInside>>

/** Where everybody comes in: the address, the sockets, the providers' webhooks and channels. */
async function openDoors({ given, secrets, storage, others }: Ground, inside: Inside) {
  const { config, log } = given
  const { cluster, links, notices } = others
  const { store } = storage
  const { system, channels, mail, texts, senders, outgoing, post } = inside
  const { http, state, answerWith } = frontDoor()
  // Nobody connects to a process of schedules, so it need not hear what goes to sockets.
  const among = config.role === 'jobs' ? {} : { links, node: cluster?.me }
  const presence = tellingPresence(system, rosterLost(log))
  const doors = { ...inside, clock: given.clock, log, storage, transports: config.socketTransports, presence, ...among }
  const gateway = openGateway(http, doors)
  const intake = openIntake(doors, system, gateway)

  const port = config.role === 'jobs' ? config.port : await listening(http, config)
  const { here, url } = addressesOf(config, port)
  mail.reachedAt(here)
  texts.reachedAt(here, url)
  inside.consents.preferences.reachedAt(url)
  senders.reachedAt(here, url)
  inside.workflow.reachedAt(url, post)
  inside.slack.opened({ ...inside, here, url })
  inside.pushing.opened({ ...inside, here, url, isConnected: gateway.isConnected.bind(gateway) })
  const webhookEndpoints = outgoing.opened({ system, url, post })
  const reading = { store, channels, system, notices, settings: inside.settings, here }
  const { connected, simulator } = await connectChannels(given, reading, { ...others, phoneKey: secrets.phoneKey })
  await cluster?.join()
  return { http, state, answerWith, gateway, intake, port, here, url, webhookEndpoints, connected, simulator }
}

type Doors = Awaited<ReturnType<typeof openDoors>>

/** What looks after the whole: errors, jobs, copies and endings. */
function openKeeping({ given, secrets, storage, others }: Ground, inside: Inside, { gateway, url }: Doors) {
  const { config, log, clock } = given
  const { store } = storage
  const secret = secrets.jwtSecret
  const onError = (error: unknown) => log.error('consoles not told', { error })
  const tellConsoles = tellingConsoles(gateway, others.notices, onError)
  const resourceChanged = tellingRoster(inside.system, tellConsoles, rosterLost(log))
  const watching = openWatch({ ...inside, storage, url, resourceChanged, log })
  const by = others.cluster?.me ?? config.name ?? `${hostname()} ${String(process.pid)}`
  const jobs = openJobs({ ...given, store, by })
  const care = openCare({ ...inside, config, storage, masterKeys: secrets.masterKeys, clock, log, url, secret })
  inside.templating.shownBy(resourceChanged)
  const lists = openLists({ ...inside, room: inside.files.room, storage, resourceChanged, log })
  return { resourceChanged, watching, jobs, care, lists }
}

type Keeping = ReturnType<typeof openKeeping>

/** Everything that routes may ask. */
function portsOf(ground: Ground, inside: Inside, doors: Doors, keeping: Keeping): AppParts {
  const { given, secrets, storage, others } = ground
  const { config, log } = given
  const { cluster, notices } = others
  const { store, events, rest } = storage
  const { system, clocks, workspace, now, settings, channels, joint, auth, keys, callers, files } = inside
  const { gateway, intake, state, url, connected, webhookEndpoints } = doors
  const { resourceChanged, watching, jobs, care, lists } = keeping
  const { backups, closings, exports, operators, installation } = care
  const secret = secrets.jwtSecret
  const accept = (...items: Parameters<typeof intake.accept>) => intake.accept(...items)
  const about = { google: config.google, log, secret, notices, url, resourceChanged }
  const people = openPeople({ ...inside, ...storage, ...about })
  const { sudo } = people.security
  return {
    store,
    rest,
    auth,
    demo: demoDoor({ config, auth, phoneKey: secrets.phoneKey }),
    audit: inside.audit,
    beginAudit: inside.beginAudit,
    ...people,
    ...openPhones({ ...inside, ...textingBy(system), config, store, sudo, secret, url, log }),
    ...openBusinesses({ ...inside, sudo, config, store, rest, resourceChanged, url }),
    webhookEndpoints,
    ...{ backups, closings, exports, operators, installation },
    channels,
    files: files.room,
    lists: lists.lists,
    jobs: jobs.jobs,
    operations: operationsOf(storage, state, metricsOf({ system, cluster, storage, gateway, jobs, care, ...watching })),
    ...openOperations({ system, cluster, storage, settings, clocks, now, name: config.name, role: config.role }),
    readers: openReaders(gateway, cluster, store),
    resourceChanged,
    ...watching.ports,
    channelChanged: connected.changed,
    ratingBy: ratingsBy(inside.workflow.ratings, workspace),
    ...{ ...inside.slack.ports, ...inside.slack.linksBy({ sudo, url, post: inside.post }) },
    pushDesk: inside.pushing.desk,
    ...inside.templating.ports,
    testChannel: channelTester({ channels, senderOf: inside.senders.senderOf }),
    originFor: inside.senders.originFor,
    history: events.latest.bind(events),
    ...inside.consents,
    acceptReceived: accept,
    mails: openMails({ ...inside, config, storage, accept, here: doors.here, url: doors.url, log }),
    now,
    log,
    config: httpConfig(config, url, connected),
    authenticate: callers.authenticate,
    ...{ persons: inside.persons, personDevices: inside.personDevices, records: inside.records },
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
  const { system, settings, channels, auth, files, outgoing, pushing, mail, texts, now } = inside
  const { http, state, answerWith, gateway, intake, port, url, connected, simulator } = doors
  const { watching, jobs, care, lists } = keeping
  const ports = portsOf(ground, inside, doors, keeping)
  answerWith(simulator, [...mail.played, ...texts.played, ...inside.slack.played, ...inside.pushing.played], ports)
  await jobs.begin([
    ...inside.schedules,
    ...care.schedules,
    webhooks((limit) => intake.sweep(limit)),
    retention({ settings, events: forgetting(storage.events, outgoing), now }),
    ...fileSchedules(files.work),
    mailboxes({ gmail: ports.mails.gmail }),
    templates({ templates: inside.templating }),
    ...outgoing.schedules,
    ...watching.schedules,
    ...lists.schedules,
    duplicates({ settings, scan: (workspaceId) => inside.records.duplicates.scan(workspaceId) }),
  ])
  settings.keepFresh()
  // A process of schedules has no sockets, and hears of nobody's.
  const uncompared =
    given.config.role === 'jobs'
      ? () => undefined
      : compareRostersSoon(() => compareRosters(storage.store, system, gateway), rosterLost(given.log))

  const { watch } = watching
  const shared = { secrets, storage, care, files, system, auth, channels, gateway, intake, simulator, settings }
  const left = { auditor: inside.auditor, outgoing, pushing, jobs, watch, lists }
  const parts = { ...shared, ...left, cluster: others.cluster }
  return {
    ...parts,
    url,
    port,
    config: given.config,
    preferences: inside.consents.preferences,
    ratings: inside.workflow.ratings,
    /** Here, or nowhere: another process may play it. */
    simulator: simulator?.here,
    simulatorPlace: simulator,
    /** Plays Twilio; undefined where texts are not simulated. */
    twilioSimulator: texts.simulator,
    /** Reads the mails that come in. */
    mails: ports.mails,
    /** Plays Resend for simulated mailboxes. */
    mailSimulator: mail.simulator,
    /** Play Slack and push services; undefined where nothing is simulated. */
    ...{ slackSimulator: inside.slack.simulator, pushSimulator: inside.pushing.simulator },
    /** Reads the templates of WhatsApp accounts. */
    templates: inside.templating.ports.templateNews,
    simulatorUrl: connected.simulatorUrl,
    channelChanged: connected.changed,
    close: leaving(state, { http, ...parts, ...others }, uncompared),
  }
}

const rosterLost = (log: Log) => (error: unknown) => void log.error('roster not told', { error })

/** A delivery whose event is gone could not be sent again, so both are kept for the same time. */
const forgetting = (events: Storage['events'], outgoing: OutgoingWebhooks) => ({
  async prune(workspaceId: string, before: number) {
    await outgoing.prune(workspaceId, before)
    await events.prune(workspaceId, before)
  },
})

function leaving(state: { isDraining: boolean }, parts: DrainParts, uncompared: () => void) {
  return async () => {
    if (state.isDraining) return
    state.isDraining = true
    uncompared()
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
  watch,
}: Pick<Careline, 'system' | 'cluster' | 'storage' | 'gateway' | 'jobs' | 'care' | 'watch'>) {
  const sources = {
    actors: () => ({ ...system.counters, ...system.ailing, size: system.size }),
    writes: () => storage.persistence.counters,
    webhooks: () => storage.webhookEvents.counters,
    sockets: () => gateway.counts().sockets,
    feed: () => gateway.counters,
    errors: () => watch.errors.counters,
    backupAge: care.backups.age,
    cluster: () => cluster?.counters,
    jobs: jobs.counters,
  }
  return createMetrics(sources, cluster)
}
