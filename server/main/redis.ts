import { Redis } from 'ioredis'
import { monotonicMs } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { openRedis } from '../../kernel/redis.ts'

const reconnectMs = 100

/**
 * The two connections by which a process speaks to the others: one to say and to ask, one to hear. A command fails
 * rather than waits when Redis is away: whoever gives one says what happens then.
 */
export class RedisLinks {
  /** Of this installation: all its keys and channels begin with it. */
  readonly prefix: string
  readonly publisher: Redis
  readonly subscriber: Redis
  readonly #returned = new Set<() => void>()
  #isClosed = false

  private constructor(prefix: string, publisher: Redis, subscriber: Redis) {
    this.prefix = prefix
    this.publisher = publisher
    this.subscriber = subscriber
  }

  /** Rejects when no Redis answers. */
  static async open(url: string, prefix: string, log: Log): Promise<RedisLinks> {
    const publisher = await openRedis(url, { name: 'careline/says', onError: nowAndThen(log, 'redis lost') })
    publisher.on('ready', () => log.info('redis is back'))
    // It waits as long as it takes, and then subscribes to everything again by itself.
    const subscriber = new Redis(url, {
      connectionName: 'careline/hears',
      maxRetriesPerRequest: null,
      retryStrategy: () => reconnectMs,
    })
    subscriber.on('error', nowAndThen(log, 'redis lost'))
    const links = new RedisLinks(prefix, publisher, subscriber)
    await subscriber.subscribe(links.noticesChannel)
    subscriber.on('ready', () => void links.#back())
    return links
  }

  /** Every process listens to it; the acknowledgement of a subscription to it says that all older ones are there too. */
  get noticesChannel() {
    return `${this.prefix}:notices`
  }

  /** Runs whenever the subscriber hears again after it was away: what was said meanwhile is lost. */
  onReturn(run: () => void) {
    this.#returned.add(run)
  }

  /** Makes the subscriber's connection anew. */
  renew() {
    if (!this.#isClosed) this.subscriber.disconnect(true)
  }

  close() {
    this.#isClosed = true
    this.publisher.disconnect()
    this.subscriber.disconnect()
  }

  async #back() {
    try {
      await this.subscriber.subscribe(this.noticesChannel)
    } catch {
      return // Closed before it was back.
    }
    if (!this.#isClosed) for (const run of this.#returned) run()
  }
}

const quietMs = 30_000

/** A connection that is lost says so with every attempt to come back: each kind of fault is told now and then. */
export function nowAndThen(log: Log, what: string) {
  const saidAt = new Map<string, number>()
  return (error: unknown) => {
    const { name, code } = (error ?? {}) as { name?: string; code?: string }
    const kind = `${name}/${code}`
    const now = monotonicMs()
    if (now - (saidAt.get(kind) ?? -Infinity) < quietMs) return
    saidAt.set(kind, now)
    log.warn(what, { error })
  }
}
