import { join } from 'node:path'
import { Command, freePort } from '../../cli/command.ts'
import { type Node, Service } from '../../cluster/service.ts'
import { Proxy } from '../../harness/proxy.ts'
import { Balancer } from './balancer.ts'
import { Staff } from './people.ts'

const plainProgram = join(import.meta.dirname, 'plain-node.ts')

/** A process that a fault can happen to. */
interface Site {
  readonly url: string
  process: Command
  start(): Promise<Command>
}

/**
 * Two processes of Careline, and beside them two of plain Socket.IO as the control: what happens to the ones happens to
 * the others. Each has its own link to one Redis; their clients come through a balancer.
 */
export class Pair {
  readonly service: Service
  readonly staff: Staff
  readonly ours: readonly Site[]
  readonly plain: readonly Site[]
  readonly door: Balancer
  readonly plainDoor: Balancer
  readonly #links: readonly Proxy[]

  private constructor(
    parts: Pick<Pair, 'service' | 'staff' | 'ours' | 'plain' | 'door' | 'plainDoor'>,
    links: Proxy[],
  ) {
    this.service = parts.service
    this.staff = parts.staff
    this.ours = parts.ours
    this.plain = parts.plain
    this.door = parts.door
    this.plainDoor = parts.plainDoor
    this.#links = links
  }

  static async open(): Promise<Pair> {
    const service = await Service.open()
    const links = await Promise.all([0, 1, 2, 3].map(() => Proxy.before(service.redis.url)))
    const pathOf = (nth: number) => links[nth]?.path ?? ''
    const nodes: Node[] = []
    // One after the other: the first makes the demo.
    for (const nth of [0, 1]) nodes.push(await service.start({ REDIS_URL: pathOf(nth) }))
    const ours = nodes.map((node) => Object.assign(node, { start: () => node.place.start() }))
    const plain = await Promise.all([2, 3].map((nth) => plainSite(pathOf(nth))))
    const [door, plainDoor] = [
      await Balancer.before(ours.map(({ url }) => url)),
      await Balancer.before(plain.map(({ url }) => url)),
    ]
    return new Pair({ service, staff: await Staff.of(service), ours, plain, door, plainDoor }, links)
  }

  /** Ends about so many of the clients' connections. */
  dropClients(share: number) {
    for (const door of [this.door, this.plainDoor]) door.cut(share)
  }

  /** About so many clients are not heard any more, or hear nothing; the answer ends those connections. */
  holdClients(share: number, direction: 'up' | 'down') {
    const ends = [this.door, this.plainDoor].map((door) => door.hold(share, direction))
    return () => {
      for (const end of ends) end()
    }
  }

  cutRedisLinks() {
    for (const link of this.#links) link.cut()
  }

  async restartRedis() {
    await this.service.redis.restart()
  }

  /** Both of the nth processes, as a machine goes. */
  signal(nth: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') {
    for (const { process } of this.#at(nth)) process.process.kill(signal)
  }

  async start(nth: number) {
    for (const site of this.#at(nth)) {
      await site.process.ended
      site.process = await site.start()
    }
  }

  /** As a deploy replaces a process: it is asked to go, and its successor comes. */
  async replace(nth: number) {
    for (const { process } of this.#at(nth)) process.process.kill('SIGINT')
    await this.start(nth)
  }

  async close() {
    await Promise.all([this.door.close(), this.plainDoor.close(), this.staff.close()])
    for (const { process } of this.plain) process.process.kill('SIGKILL')
    await this.service.close()
    await Promise.all(this.#links.map((link) => link.close()))
  }

  #at(nth: number): Site[] {
    return [this.ours[nth], this.plain[nth]].filter((site) => site !== undefined)
  }
}

async function plainSite(redis: string): Promise<Site> {
  const port = String(await freePort())
  const start = async () => {
    const command = new Command([port, redis], {}, { file: plainProgram })
    await command.prints(/ready/)
    return command
  }
  return { url: `http://127.0.0.1:${port}`, process: await start(), start }
}
