import { createServer, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { channel } from '../actors/channel/contract.ts'
import { channelEffects } from '../actors/channel/effects.ts'
import { conversationEffects } from '../actors/conversation/effects.ts'
import { actors } from '../actors/index.ts'
import { reactions } from '../actors/reactions/index.ts'
import type { Runners } from '../actors/runtime/outbox.ts'
import { ActorSystem, principal } from '../actors/runtime/system.ts'
import { outbox, reminders } from '../jobs/reminders.ts'
import { Scheduler } from '../jobs/scheduler.ts'
import { webhooks } from '../jobs/webhooks.ts'
import type { Caller } from '../kernel/caller.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { CloudApi } from '../providers/whatsapp/cloud-api.ts'
import { commands } from '../realtime/commands/index.ts'
import { createGateway } from '../realtime/socket/gateway.ts'
import { sources } from '../realtime/streams/index.ts'
import { type Channel, ChannelSettings } from '../store/settings/channels.ts'
import { Auth } from './auth/auth.ts'
import { Delivery } from './delivery.ts'
import { createApp } from './http/app.ts'
import { createMetrics } from './main/metrics.ts'
import { secretsOf } from './main/secrets.ts'
import { KnownSettings } from './main/settings.ts'
import { connectSimulated, openSimulator, simulatorPrefix } from './main/simulators.ts'
import { openStorage } from './main/storage.ts'
import { WhatsAppIntake } from './webhooks/intake.ts'
import { People } from './webhooks/people.ts'

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

/** The whole server. Resolves when it takes requests. */
export async function startCareline({
  config,
  log = createLog(config.logLevel),
  clock = systemClock,
  hasSchedules = true,
  tickMs = 400,
}: Options) {
  const now = () => clock.now()
  const secrets = secretsOf(config)
  const storage = await openStorage(config, secrets.masterKey)
  const { store, vault, rest, persistence, events, queries } = storage
  const settings = new KnownSettings(store)
  await settings.refresh()
  const channels = new ChannelSettings(store, vault, now)
  const auth = new Auth({ store, secret: secrets.jwtSecret, now })

  const sender = new CloudApi()
  const delivery = new Delivery({ channels, sender, files: storage.files, messageById: queries.messageRow })
  const system = new ActorSystem({
    actors,
    reactions,
    effects: { channel: channelEffects(delivery), conversation: conversationEffects(delivery) } as unknown as Runners,
    persistence,
    clocks: () => clock,
    settings: settings.of,
    publish: (event) => events.publish(event),
    onError: (error, { to, message }) =>
      log.error('actor fault', { kind: to.kind, id: to.id, actorMessage: message, error }),
  })
  const workspace = (caller: Caller, commandId?: string) =>
    system.workspace(caller.workspaceId, principal(caller.role, caller.id), commandId)

  const http = createServer()
  const gateway = createGateway(http, {
    contracts: actors.map(({ contract }) => contract),
    sources,
    commands,
    queries,
    log: events,
    authenticate: auth.authenticate,
    workspace,
    clock,
    onError: (error) => log.error('socket fault', { error }),
  })
  auth.onRevoked((sessionId) => gateway.revoke(sessionId))

  const intake = new WhatsAppIntake({
    events: storage.webhookEvents,
    people: new People(storage.claims, vault, now),
    workspaceFor: (workspaceId, channelId) => system.workspace(workspaceId, principal('provider', channelId)),
    messageByProviderId: queries.messageByProviderId,
    typing: (workspaceId, conversationId, userId, on) =>
      gateway.signals.typing({ workspaceId, conversationId }, { id: userId, role: 'person' }, on, intake),
    now,
    log,
  })

  await listening(http, config)
  const { port } = http.address() as AddressInfo
  const here = `http://127.0.0.1:${port}`
  const url = config.publicUrl ?? `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`
  const simulator = config.hasSimulators
    ? openSimulator({ ...config, phoneKey: secrets.phoneKey, clock, tickMs })
    : undefined

  const channelChanged = async ({ id, workspaceId, simulate }: Channel) => {
    const limits = { perSecond: 80, burst: 80, pairMs: 0 }
    await system.workspace(workspaceId, principal('system', 'settings')).at(channel, id).configure({ limits })
    const open = simulate ? await channels.opened(id) : undefined
    if (simulator && open) connectSimulated(simulator, open, here)
  }
  const simulatorUrl = `${here}${simulatorPrefix}/v23.0`
  const isOurs = { simulate: true, status: 'active' }
  for (const { _id, workspaceId } of await store.collection('channels').find(isOurs).toArray()) {
    // The port may be another than last time.
    await channels.change(workspaceId as string, _id, { baseUrl: simulatorUrl })
    const open = await channels.opened(_id)
    if (simulator && open) connectSimulated(simulator, open, here)
  }

  let isDraining = false
  const metrics = createMetrics({
    actors: () => ({ ...system.counters, size: system.size }),
    writes: () => persistence.counters,
    webhooks: () => storage.webhookEvents.counters,
    sockets: () => gateway.counts().sockets,
  })
  const app = createApp({
    store,
    rest,
    auth,
    channels,
    files: storage.files,
    operations: { version: packageJson.version, storeVersion: storage.version, isDraining: () => isDraining, metrics },
    channelChanged,
    acceptWhatsApp: (at, items) => intake.accept(at, items),
    now,
    log,
    config: {
      ...config,
      isSecure: url.startsWith('https:'),
      consoleDir: join(import.meta.dirname, '../dist/console'),
      simulatorUrl,
      allowsAnyProvider: !config.isProduction,
      ...(config.metricsToken !== undefined && { metricsToken: config.metricsToken }),
    } as never,
    authenticate: auth.authenticate,
    workspace,
  })
  const answer = app.callback()
  http.on('request', (req, res) => {
    if (isDraining) res.setHeader('connection', 'close')
    if (simulator && req.url?.startsWith(simulatorPrefix)) simulator.handler(req, res)
    else void answer(req, res)
  })

  const sleepers = {
    kinds: actors.map(({ contract }) => contract.kind),
    dueActors: persistence.dueActors.bind(persistence),
    wake: system.wake.bind(system),
    now,
  }
  const schedules = [reminders(sleepers), outbox(sleepers), webhooks((limit) => intake.sweep(limit))]
  const onScheduleError = (error: unknown, name: string) => log.error('schedule failed', { schedule: name, error })
  // Not even made where it does not run: it speaks to the store as soon as it is.
  const scheduler = hasSchedules
    ? new Scheduler({ database: store.connection.db, schedules, onError: onScheduleError })
    : undefined
  await scheduler?.start()
  settings.keepFresh((error) => log.error('settings not read', { error }))

  return {
    url,
    port,
    config,
    secrets,
    storage,
    system,
    auth,
    channels,
    channelChanged,
    gateway,
    intake,
    simulator,
    simulatorUrl,
    schedules,
    settings,
    /** Answers what is under way, writes what waits, then lets go of everything. */
    async close() {
      if (isDraining) return
      isDraining = true
      gateway.goaway('closing')
      const closed = new Promise<void>((done) => NetServer.prototype.close.call(http, () => done()))
      const idle = setInterval(() => http.closeIdleConnections(), 100)
      simulator?.close()
      await gateway.close()
      await closed
      clearInterval(idle)
      await scheduler?.stop()
      settings.stop()
      await intake.settled()
      await system.close()
      await storage.close()
    },
  }
}

function listening(http: Server, { port, host }: Config) {
  return new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
}
