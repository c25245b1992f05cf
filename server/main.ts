import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { retention } from '../jobs/retention.ts'
import { Scheduler } from '../jobs/scheduler.ts'
import { webhooks } from '../jobs/webhooks.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Config } from '../kernel/config.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { ChannelSettings } from '../store/settings/channels.ts'
import { Auth } from './auth/auth.ts'
import { createApp } from './http/app.ts'
import { startActors } from './main/actors.ts'
import { ConnectedChannels } from './main/channels.ts'
import { openGateway, openIntake } from './main/doors.ts'
import { createMetrics } from './main/metrics.ts'
import { secretsOf } from './main/secrets.ts'
import { KnownSettings } from './main/settings.ts'
import { openSimulator, simulatorPrefix } from './main/simulators.ts'
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
  try {
    return await overStorage(given, secrets, storage)
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function overStorage(given: Given, secrets: ReturnType<typeof secretsOf>, storage: Storage) {
  const { config, log, clock } = given
  const { store, vault, events } = storage
  const now = () => clock.now()
  const settings = await KnownSettings.of(store)
  const channels = new ChannelSettings(store, vault, now)
  const auth = new Auth({ store, secret: secrets.jwtSecret, now })
  const { system, schedules, workspace } = startActors({ storage, channels, settings, clock, log })

  const { http, state, answerWith } = frontDoor()
  const doors = { storage, auth, clock, log, workspace }
  const gateway = openGateway(http, doors)
  const intake = openIntake(doors, system, gateway)

  await listening(http, config)
  const { port } = http.address() as AddressInfo
  const { here, url } = addressesOf(config, port)
  const played = { ...config, ...given, phoneKey: secrets.phoneKey }
  const simulator = config.hasSimulators ? openSimulator(played) : undefined
  const connected = new ConnectedChannels({ store, channels, system, simulator, here })
  await connected.connectAll()

  answerWith(simulator, {
    store,
    rest: storage.rest,
    auth,
    channels,
    files: storage.files,
    operations: operationsOf(storage, state, metricsOf({ system, storage, gateway })),
    channelChanged: connected.changed,
    acceptWhatsApp: (at, items) => intake.accept(at, items),
    now,
    log,
    config: httpConfig(config, url, connected.simulatorUrl),
    authenticate: auth.authenticate,
    workspace,
  })

  const swept = [...schedules, webhooks((limit) => intake.sweep(limit)), retention({ settings, events, now })]
  const onError = (error: unknown, name: string) => log.error('schedule failed', { schedule: name, error })
  const times = { database: store.connection.db, schedules: swept, onError }
  // Not even made where it does not run: it speaks to the store from its first moment.
  const scheduler = given.hasSchedules ? new Scheduler(times) : undefined
  await scheduler?.start()
  settings.keepFresh((error) => log.error('settings not read', { error }))

  const parts = { secrets, storage, system, auth, channels, gateway, intake, simulator, settings, scheduler }
  return {
    ...parts,
    url,
    port,
    config,
    simulatorUrl: connected.simulatorUrl,
    channelChanged: connected.changed,
    close: async () => {
      if (state.isDraining) return
      state.isDraining = true
      await drained(http, parts)
    },
  }
}

/** Answers what is under way, writes what waits, then lets go of everything. */
async function drained(
  http: Server,
  {
    gateway,
    simulator,
    scheduler,
    settings,
    intake,
    system,
    storage,
  }: Pick<Careline, 'gateway' | 'simulator' | 'scheduler' | 'settings' | 'intake' | 'system' | 'storage'>,
) {
  gateway.goaway('closing')
  // http's own close also cuts idle keep-alive connections, racing a request that is just being sent on one.
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
}

function operationsOf(storage: Storage, state: { isDraining: boolean }, metrics: AppParts['operations']['metrics']) {
  const { version } = packageJson
  return { version, storeVersion: storage.version, isDraining: () => state.isDraining, metrics }
}

function metricsOf({ system, storage, gateway }: Pick<Careline, 'system' | 'storage' | 'gateway'>) {
  return createMetrics({
    actors: () => ({ ...system.counters, size: system.size }),
    writes: () => storage.persistence.counters,
    webhooks: () => storage.webhookEvents.counters,
    sockets: () => gateway.counts().sockets,
  })
}

/** Answers from the first moment. The sockets' path never comes here: the gateway is attached after it, and takes it. */
function frontDoor() {
  const state = { isDraining: false }
  let answer: RequestListener = (_, res) => res.writeHead(503, { 'retry-after': '1' }).end()
  const http = createServer((req, res) => answer(req, res))
  const answerWith = (simulator: Careline['simulator'], parts: AppParts) => {
    const app = createApp(parts).callback()
    answer = (req, res) => {
      if (state.isDraining) res.setHeader('connection', 'close')
      if (simulator && req.url?.startsWith(simulatorPrefix)) simulator.handler(req, res)
      else void app(req, res)
    }
  }
  return { http, state, answerWith }
}

function httpConfig(config: Config, url: string, simulatorUrl: string): AppParts['config'] {
  const { corsOrigins, trustsProxy, limits, metricsToken, isProduction, whatsappBaseUrl } = config
  return {
    corsOrigins,
    trustsProxy,
    limits,
    simulatorUrl,
    whatsappBaseUrl,
    isSecure: url.startsWith('https:'),
    consoleDir: join(import.meta.dirname, '../dist/console'),
    allowsAnyProvider: !isProduction,
    ...(metricsToken !== undefined && { metricsToken }),
  }
}

/** Where this server is reached from itself, and where others reach it. */
function addressesOf({ host, publicUrl }: Config, port: number) {
  const url = publicUrl ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`
  return { here: `http://127.0.0.1:${port}`, url }
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
