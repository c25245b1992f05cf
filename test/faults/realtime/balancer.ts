import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Link {
  client: Socket
  server: Socket
  /** What is sent in these directions goes nowhere, and nobody is told. */
  holds: { up: boolean; down: boolean }
}

/** Before several servers, as an operator puts it: each connection goes to the next one that takes it. */
export class Balancer {
  readonly url: string
  readonly #server: Server
  readonly #ports: readonly number[]
  readonly #links = new Set<Link>()
  #next = 0

  private constructor(server: Server, ports: readonly number[]) {
    this.#server = server
    this.#ports = ports
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('connection', (client) => this.#accept(client))
  }

  static async before(urls: readonly string[]): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Balancer(
      server,
      urls.map((url) => Number(new URL(url).port)),
    )
  }

  /** Ends about so many of the connections. */
  cut(share: number) {
    for (const link of this.#some(share)) this.#end(link)
  }

  /** About so many of the connections become one-way; the answer ends them, because a part of each is missing. */
  hold(share: number, direction: 'up' | 'down') {
    const held = this.#some(share)
    for (const { holds } of held) holds[direction] = true
    return () => {
      for (const link of held) this.#end(link)
    }
  }

  /** Nothing of what servers say is read any more, until it goes on. */
  stall() {
    for (const { server } of this.#links) server.pause()
  }

  goOn() {
    for (const { server } of this.#links) server.resume()
  }

  async close() {
    this.#server.close()
    for (const link of this.#links) this.#end(link)
    await once(this.#server, 'close')
  }

  #some(share: number) {
    return [...this.#links].filter((_, nth) => Math.floor((nth + 1) * share) > Math.floor(nth * share))
  }

  #accept(client: Socket, tries = 0) {
    client.on('error', () => client.destroy())
    const server = connect(this.#ports[this.#next++ % this.#ports.length] ?? 0, '127.0.0.1')
    const refused = () => {
      if (tries < this.#ports.length && !client.destroyed) this.#accept(client, tries + 1)
      else client.destroy()
    }
    server.once('error', refused)
    server.once('connect', () => {
      server.off('error', refused)
      this.#join({ client, server, holds: { up: false, down: false } })
    })
  }

  #join(link: Link) {
    const { client, server, holds } = link
    this.#links.add(link)
    client.on('data', (bytes) => void (holds.up || server.write(bytes)))
    server.on('data', (bytes) => void (holds.down || client.write(bytes)))
    for (const socket of [client, server]) {
      socket.on('error', () => this.#end(link))
      socket.on('close', () => this.#end(link))
    }
    client.resume()
  }

  #end(link: Link) {
    this.#links.delete(link)
    link.client.destroy()
    link.server.destroy()
  }
}
