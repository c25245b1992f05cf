import { refuse } from '../errors.ts'
import { ok } from '../reply.ts'
import type { Command, Request } from './command.ts'

/** The server whose behaviour this store keeps. */
const VERSION = [7, 0, 14, 0]
/** The wire version of MongoDB 7.0. */
const WIRE_VERSION = 21
export const MESSAGE_BYTES_MAX = 48_000_000

/** A standalone server: no set name, no sessions (no logicalSessionTimeoutMinutes), so drivers send neither. */
const hello: Command = {
  kind: 'read',
  fields: [
    'helloOk',
    'client',
    'compression',
    'loadBalanced',
    'saslSupportedMechs',
    'topologyVersion',
    'maxAwaitTimeMS',
    'speculativeAuthenticate',
    'hostInfo',
    'backpressure',
  ],
  run: ({ store, name, connectionId }) =>
    ok({
      helloOk: true,
      ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: MESSAGE_BYTES_MAX,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      connectionId,
      minWireVersion: 0,
      maxWireVersion: WIRE_VERSION,
      readOnly: store.isReadOnly,
    }),
}

const nothing: Command = { kind: 'read', fields: ['*'], run: () => ok() }

const buildInfo: Command = {
  kind: 'read',
  fields: [],
  run: () =>
    ok({
      version: VERSION.slice(0, 3).join('.'),
      versionArray: VERSION,
      gitVersion: 'careline-embedded',
      modules: ['careline-embedded'],
      storageEngines: ['sqlite'],
      bits: 64,
      debug: false,
      maxBsonObjectSize: 16_777_216,
    }),
}

const serverStatus: Command = {
  kind: 'read',
  fields: ['*'],
  run: ({ store }) =>
    ok({
      host: store.socket,
      version: VERSION.slice(0, 3).join('.'),
      process: 'careline-embedded',
      pid: process.pid,
      uptime: process.uptime(),
      localTime: new Date(),
      storageEngine: { name: 'sqlite', persistent: true },
      metrics: { cursor: { open: { total: store.cursors.count } } },
    }),
}

const getParameter: Command = {
  kind: 'read',
  fields: ['*'],
  run: ({ command }) => {
    if (command['featureCompatibilityVersion'] === undefined) refuse(72, 'no option found to get')
    return ok({ featureCompatibilityVersion: { version: '7.0' } })
  },
}

const connectionStatus: Command = {
  kind: 'read',
  fields: ['showPrivileges'],
  run: () => ok({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
}

const whatsMyUri: Command = { kind: 'read', fields: [], run: ({ store }: Request) => ok({ you: store.socket }) }

export const handshake: [name: string, command: Command][] = [
  ['hello', hello],
  ['isMaster', hello],
  ['ismaster', hello],
  ['ping', nothing],
  ['endSessions', nothing],
  ['buildInfo', buildInfo],
  ['buildinfo', buildInfo],
  ['serverStatus', serverStatus],
  ['getParameter', getParameter],
  ['connectionStatus', connectionStatus],
  ['whatsmyuri', whatsMyUri],
]
