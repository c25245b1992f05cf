import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import mongoose from 'mongoose'

/*
 * A write that the socket does not take at once makes the driver (7.8, 7.9) wait for `drain`, or for an error. A socket
 * whose other end has just gone takes nothing, and then emits neither: only `close`. So one command that is written in
 * the moment in which the server goes away never ends, and no time limit of the driver sees it, since its timer is that
 * socket's. When it is the monitor's, no server is ever chosen again and the process is without its store until
 * somebody restarts it; when it is a commit, its actor waits for ever.
 */

interface Connection {
  readonly socket: Socket
  writeCommand(command: unknown, options: unknown): Promise<void>
}

const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as {
  Connection: { prototype: Connection }
}
const { writeCommand } = Connection.prototype
if (typeof writeCommand !== 'function') throw new Error('this driver writes in another way: see store/ended-writes.ts')

const known = new WeakSet<Socket>()
const closed = () => new mongoose.mongo.MongoNetworkError('the connection was closed while it was written to')

/** From now on a write ends with its connection, on every connection of the driver in this process. */
export function endWritesWithTheirConnections() {
  Connection.prototype.writeCommand = function (command, options) {
    if (!known.has(this.socket)) endWrites(this.socket)
    return writeCommand.call(this, command, options)
  }
}

function endWrites(socket: Socket) {
  known.add(socket)
  const write: (bytes: Uint8Array | string) => boolean = socket.write.bind(socket)
  socket.write = (bytes: Uint8Array | string) => {
    const isTaken = write(bytes)
    if (!isTaken && socket.destroyed) throw closed()
    return isTaken
  }
  socket.once('close', () => {
    if (socket.listenerCount('drain') > 0) socket.emit('error', closed())
  })
}
