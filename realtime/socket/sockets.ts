import type { Server as HttpServer } from 'node:http'
import { type DefaultEventsMap, Server, type Socket } from 'socket.io'
import type { Caller } from '../../kernel/caller.ts'
import type { Limits } from './limits.ts'

/** How clients may come. */
export type Transports = readonly ('websocket' | 'polling')[]

interface Known {
  caller: Caller
  device?: string
}
export type Sockets = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, Known>
export type OneSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, Known>

// WebSocket only, so that no proxy in front of several processes needs sticky sessions. Compression costs each
// connection more memory than it saves here.
export function socketsOn(http: HttpServer, limits: Limits, transports: Transports = ['websocket']): Sockets {
  return new Server(http, {
    transports: [...transports],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: limits.payloadBytes,
    pingInterval: limits.pingMs,
    pingTimeout: limits.pingTimeoutMs,
  })
}

/** The request with its headers, and the token, are some KB that nobody reads again, on each connection. */
export function dropHandshake(socket: OneSocket) {
  Object.assign(socket.conn, { request: undefined })
  Object.assign(socket, { handshake: { auth: {}, headers: {}, query: {} } })
}
