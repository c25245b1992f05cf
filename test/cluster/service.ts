import { createApi } from '../../client/api.ts'
import { type Client, connect } from '../../client/connect.ts'
import { type Command, Installation, type Variables } from '../cli/command.ts'
import { freshElsewhere } from '../harness/database.ts'
import { Door, type ToldChannel } from '../harness/door.ts'
import { PrivateRedis } from '../harness/redis.ts'

/** One `careline start` of a service. */
export interface Node {
  place: Installation
  process: Command
  url: string
}

const limits = { LIMIT_STAFF_PER_MINUTE: '1000000', LIMIT_PUBLIC_PER_MINUTE: '1000000' }

/** Several servers on one store and one Redis, as an operator starts them: each a process, each with its own directory. */
export class Service {
  readonly redis: PrivateRedis
  readonly nodes: Node[] = []
  readonly #store: OwnStore
  readonly #keys: Variables
  readonly #clients = new Set<Client>()

  private constructor(redis: PrivateRedis, store: OwnStore) {
    this.redis = redis
    this.#store = store
    this.#keys = { CARELINE_MASTER_KEY: 'ab'.repeat(32), JWT_SECRET: 'a secret of all processes of this test' }
  }

  static async open(): Promise<Service> {
    const redis = await PrivateRedis.start()
    return new Service(redis, freshElsewhere() ?? (await ownStore()))
  }

  /** What every process of it is started with. */
  get variables(): Variables {
    return { ...limits, ...this.#keys, MONGODB_URI: this.#store.uri, REDIS_URL: this.redis.url, LOG_LEVEL: 'error' }
  }

  /** Where the embedded store is that all of them use; undefined where it is another MongoDB. */
  get storeDirectory() {
    return this.#store.directory
  }

  /** One more server, on a machine of its own unless `directory` says where. */
  async start(variables: Variables = {}, directory?: string): Promise<Node> {
    const place = await Installation.on({ ...this.variables, ...variables }, directory)
    const node = { place, process: await place.start(), url: place.url }
    this.nodes.push(node)
    return node
  }

  /** The demo's number, as its provider knows it, at the door of this server. */
  async door(at: Node): Promise<Door> {
    const { out } = await this.nodes[0]!.place.run(['demo', '--json'])
    const [channel] = (JSON.parse(out) as { channels: ToldChannel[] }).channels
    return Door.ofDemo(at.url, channel as ToldChannel)
  }

  async token(at: Node, as = 'owner'): Promise<string> {
    const { out, err } = await at.place.run(['token', '--workspace', 'demo', '--as', as])
    if (out.trim() === '') throw new Error(err)
    return out.trim()
  }

  api(at: Node, token: string) {
    const session = { accessToken: token, expiresAt: new Date(Date.now() + 600_000).toISOString(), refreshToken: '' }
    return createApi({ url: at.url, tokens: { load: () => session as never, save: () => {} } })
  }

  client(at: Node, token: string): Client {
    const timing = { backoffMinMs: 20, backoffMaxMs: 300 }
    const client = connect({ url: at.url, token: () => token, timing })
    this.#clients.add(client)
    return client
  }

  async close() {
    for (const client of this.#clients) client.close()
    await Promise.all(this.nodes.map(({ place }) => place.remove()))
    await this.#store.close()
    await this.redis.stop()
  }
}

interface OwnStore {
  uri: string
  directory?: string
  close(): Promise<void>
}

/** `careline store`, and the address that it prints. */
async function ownStore(): Promise<OwnStore> {
  const place = await Installation.on({ MONGODB_URI: '' })
  const store = place.begin(['store'])
  const [uri] = await store.prints(/^mongodb:\/\/\S+$/m)
  return { uri, directory: place.directory, close: () => place.remove() }
}
