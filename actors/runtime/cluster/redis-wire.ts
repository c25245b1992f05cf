import type { Redis } from 'ioredis'
import { isUnsent } from '../../../kernel/redis.ts'
import type { namesUnder } from './board.ts'
import { type Line, type Listening, Unsent } from './post.ts'

interface Parts {
  /** Speaks. A connection of its own: what is said must not wait behind signs of life, nor they behind it. */
  readonly speaker: Redis
  /** Listens, and does nothing else. */
  readonly listener: Redis
  readonly names: ReturnType<typeof namesUnder>
  readonly me: string
}

/** Redis' channels: one per member, one for notices to all. */
export class RedisWire implements Line {
  readonly #parts: Parts
  /** How often we have begun to listen. What was said before may be lost. */
  line = 1

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async listen(on: Listening) {
    const { listener, names, me } = this.#parts
    const mine = names.memberChannel(me)
    listener.on('messageBuffer', (channel: Buffer, bytes: Buffer) => {
      if (String(channel) === mine) on.message(bytes)
      else on.notice()
    })
    const subscribe = () => listener.subscribe(mine, names.notices)
    listener.on('close', () => this.line++)
    // Only who listens again can say that whatever was said before is lost, and that nothing is from now on.
    listener.on('ready', () => void subscribe().then(on.again, on.failed))
    await subscribe()
  }

  async publish(member: string, bytes: Uint8Array) {
    const { speaker, names } = this.#parts
    try {
      return await speaker.publish(names.memberChannel(member), bytes as Buffer)
    } catch (error) {
      if (isUnsent(error)) throw new Unsent('no connection to Redis', { cause: error })
      throw error
    }
  }
}
