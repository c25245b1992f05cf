import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { z } from 'zod'
import type { WhatsAppSimulator } from '../../providers/whatsapp/simulator/simulator.ts'
import { JointMemory } from '../joint-memory.ts'
import type { RedisLinks } from './redis.ts'
import { onlyHere, simulatorPrefix, type SimulatorPlace } from './simulators.ts'

const leaseMs = 4_000
const renewMs = 1_000

/** Ours again, or for the first time; answers whose it is. */
const hold = `
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return holder`
const give = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

const Holder = z.object({ node: z.string().max(200), url: z.url().max(2_048) })
type Holder = z.infer<typeof Holder>

interface Parts {
  links: RedisLinks
  /** This process, on all machines and for ever. */
  node: string
  /** The address that this server listens on. */
  host: string
  open(): WhatsAppSimulator
  /** The simulator is here now: its channels are told where. */
  held(): Promise<void>
  onError(error: unknown): void
}

/**
 * The simulated provider of a service of several processes: one of them plays it, whoever holds the lease, and the others
 * hand on what comes for it. Its people and chats are a file in that process's data directory.
 */
export class SimulatorLease implements SimulatorPlace {
  readonly #parts: Parts
  readonly #joint: JointMemory
  readonly #timer: NodeJS.Timeout
  readonly #server = createServer((req, res) => this.handler(req, res))
  #me: Holder | undefined
  #holder: Holder | undefined
  #simulator: WhatsAppSimulator | undefined
  /** Answers that come from elsewhere and have not ended: screens are such. */
  readonly #passing = new Set<ServerResponse>()
  #isClosed = false

  private constructor(parts: Parts) {
    this.#parts = parts
    this.#joint = new JointMemory(parts.links.publisher, parts.links.prefix)
    this.#timer = setInterval(() => void this.#look(), renewMs).unref()
  }

  static async open(parts: Parts): Promise<SimulatorLease> {
    const lease = new SimulatorLease(parts)
    const isHere = ['127.0.0.1', 'localhost', '::1'].includes(parts.host)
    // Of its own also under PM2, whose workers otherwise share one listener.
    const place = { port: 0, host: isHere ? '127.0.0.1' : '0.0.0.0', exclusive: true }
    await new Promise<void>((done, fail) => lease.#server.once('error', fail).listen(place, done))
    const { port } = lease.#server.address() as AddressInfo
    lease.#me = { node: parts.node, url: `http://${isHere ? '127.0.0.1' : ownAddress()}:${port}` }
    await lease.#look()
    return lease
  }

  get here() {
    return this.#simulator
  }

  get url() {
    return `${(this.#holder ?? this.#me)?.url ?? ''}${simulatorPrefix}`
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    const holder = this.#holder
    if (this.#simulator) this.#simulator.handler(req, res)
    // Only one step: a holder that is none any more does not hand on what was handed to it.
    else if (!holder || holder.node === this.#me?.node || req.headers[passedOn] !== undefined) absent(res)
    else {
      this.#passing.add(res)
      res.once('close', () => this.#passing.delete(res))
      passOn(holder.url, req, res)
    }
  }

  async close() {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#simulator?.close()
    this.#simulator = undefined
    for (const res of this.#passing) res.destroy()
    this.#server.closeAllConnections()
    this.#server.close()
    await this.#joint.ask((redis) => redis.eval(give, 1, this.#joint.key('simulator'), JSON.stringify(this.#me)))
  }

  /** Takes the lease, keeps it, or sees who has it. While Redis is away everybody goes on as before. */
  async #look() {
    try {
      const mine = JSON.stringify(this.#me)
      const seen = await this.#joint.ask((redis) => redis.eval(hold, 1, this.#joint.key('simulator'), mine, leaseMs))
      if (!seen || this.#isClosed) return
      this.#holder = Holder.parse(JSON.parse(String(seen.value)))
      if (seen.value !== mine) {
        this.#simulator?.close()
        this.#simulator = undefined
      } else if (!this.#simulator) {
        this.#simulator = this.#parts.open()
        await this.#parts.held()
      }
    } catch (error) {
      this.#parts.onError(error)
    }
  }
}

interface Placing {
  links: RedisLinks | undefined
  cluster: { me: string } | undefined
  host: string
  /** Where this server is reached from itself. */
  origin: string
  held(): Promise<void>
  onError(error: unknown): void
}

/** In this process, or in whichever of several holds the lease. */
export async function placeSimulator(open: () => WhatsAppSimulator, placing: Placing): Promise<SimulatorPlace> {
  const { links, cluster, origin, ...rest } = placing
  if (!links || !cluster) return onlyHere(open(), origin)
  return SimulatorLease.open({ ...rest, links, node: cluster.me, open })
}

const passedOn = 'x-careline-passed-on'

/** The answer may be a stream that never ends: the phone's screen is one. */
function passOn(url: string, req: IncomingMessage, res: ServerResponse) {
  const headers = { ...req.headers, [passedOn]: '1' }
  const on = request(new URL(req.url ?? '/', url), { method: req.method, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  on.on('error', () => {
    if (res.headersSent) res.destroy()
    else absent(res)
  })
  res.on('close', () => on.destroy())
  req.pipe(on)
}

function absent(res: ServerResponse) {
  const body = JSON.stringify({
    error: { code: 'simulator_moves', message: 'The simulator is on its way: try again.' },
  })
  res.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' }).end(body)
}

/** Where other machines find this one. */
function ownAddress() {
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
