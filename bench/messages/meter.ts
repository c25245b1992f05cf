import { subscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

export interface Usage {
  /** CPU of all threads, and of the one that runs the server; the rest is the store's thread, the collector, the disk. */
  cpuMs: number
  mainMs: number
  rssBytes: number
  heapBytes: number
  /** What the process has had written to disk, logs and checkpoints of the store included. */
  diskBytes: number
  /** To and from the store: each request is one write to a socket of the driver. */
  requests: number
  sentBytes: number
}

/** Counts what this process asks of its store: nothing is changed in the driver, and both sides are counted alike. */
export class Meter {
  readonly #sockets: Socket[] = []
  #requests = 0

  constructor() {
    subscribe('net.client.socket', (message) => {
      const { socket } = message as { socket: Socket }
      this.#sockets.push(socket)
      // Not before: connecting puts the socket's own `write` back.
      socket.once('connect', () => {
        if (!isOfStore(socket)) return
        const write = socket.write
        socket.write = ((...given: Parameters<Socket['write']>) => {
          this.#requests++
          return write.apply(socket, given)
        }) as Socket['write']
      })
    })
  }

  read(): Usage {
    const all = process.cpuUsage()
    const main = process.threadCpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    return {
      cpuMs: (all.user + all.system) / 1_000,
      mainMs: (main.user + main.system) / 1_000,
      rssBytes: rss,
      heapBytes: heapUsed,
      diskBytes: diskBytes(),
      requests: this.#requests,
      sentBytes: this.#sockets.filter(isOfStore).reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    }
  }
}

// The embedded store is behind a unix socket, which has no port; a MongoDB is, by its port, not the provider.
const isOfStore = ({ remotePort }: Socket) => remotePort === undefined || (remotePort >= 27_000 && remotePort < 28_000)

function diskBytes() {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? NaN)
  } catch {
    return NaN // Only Linux counts it.
  }
}
