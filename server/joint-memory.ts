import type { Redis } from 'ioredis'
import { monotonicMs } from '../kernel/clock.ts'

/** How long this process decides by itself after Redis did not answer. */
const aloneMs = 1_000

/**
 * What the processes of a service count and remember together, in Redis. It is never waited for longer than it takes to
 * find out that it is away: then each process goes by its own memory, for a second at a time.
 */
export class JointMemory {
  readonly redis: Redis
  readonly #prefix: string
  #aloneUntil = 0

  /** `prefix` begins every key of this installation. */
  constructor(redis: Redis, prefix: string) {
    this.redis = redis
    this.#prefix = prefix
  }

  key(what: string) {
    return `${this.#prefix}:${what}`
  }

  /** The answer of Redis; undefined while there is none, and its caller goes by what it knows itself. */
  async ask<T>(work: (redis: Redis) => Promise<T>): Promise<{ value: T } | undefined> {
    if (this.redis.status !== 'ready' || monotonicMs() < this.#aloneUntil) return undefined
    try {
      return { value: await work(this.redis) }
    } catch (error) {
      // Of Redis itself: a command that it refuses is a mistake of ours, and must be seen.
      if (error instanceof Error && error.name === 'ReplyError') throw error
      this.#aloneUntil = monotonicMs() + aloneMs
      return undefined
    }
  }
}
