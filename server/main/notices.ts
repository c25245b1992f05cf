import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { RedisLinks } from './redis.ts'

/** What other processes keep in memory and somebody changed here. */
const Notice = z.discriminatedUnion('topic', [
  z.object({ topic: z.literal('settings'), workspaceId: z.string().min(1).max(128) }),
  z.object({
    topic: z.literal('resource'),
    workspaceId: z.string().min(1).max(128),
    changed: z.object({ resource: z.string().max(64), id: z.string().max(128), rev: z.int() }),
  }),
  z.object({ topic: z.literal('templates'), workspaceId: z.string().min(1).max(128) }),
  z.object({ topic: z.literal('webhooks'), workspaceId: z.string().min(1).max(128) }),
  z.object({
    topic: z.literal('channel'),
    channelId: z.string().min(1).max(128),
    workspaceId: z.string().min(1).max(128),
  }),
  z.object({ topic: z.literal('session'), sessionId: z.string().min(1).max(128) }),
  /** Addresses changed hands. */
  z.object({ topic: z.literal('people') }),
  z.object({ topic: z.literal('member'), memberId: z.string().min(1).max(128) }),
])
export type Notice = z.infer<typeof Notice>
type Topic = Notice['topic']
type About<T extends Topic> = Extract<Notice, { topic: T }>

const Envelope = z.object({ from: z.string().max(64), notice: z.unknown() })

/**
 * Tells the other processes what they have to read anew. A notice may be lost: whoever hears has another way to find
 * out (a periodic read), and `onMissed` says when to look at once. In a single process nobody listens, and nothing is
 * sent.
 */
export class Notices {
  readonly #links: RedisLinks | undefined
  readonly #me = randomUUID()
  readonly #listeners = new Map<string, Set<(notice: never) => void>>()
  readonly #missed = new Set<() => void>()
  readonly #heard: (channel: Buffer, message: Buffer) => void

  constructor(links: RedisLinks | undefined, onError: (error: unknown) => void) {
    this.#links = links
    const mine = Buffer.from(links?.noticesChannel ?? '')
    this.#heard = (channel, message) => {
      // The connection is shared: most of what comes is for the sockets.
      if (!channel.equals(mine)) return
      try {
        this.#take(message.toString())
      } catch (error) {
        onError(error)
      }
    }
    links?.subscriber.on('messageBuffer', this.#heard)
    links?.onReturn(() => {
      for (const look of this.#missed) look()
    })
  }

  /** To every other process; here the teller has acted already. Resolves when it has left, or cannot. */
  async tell(notice: Notice) {
    if (!this.#links) return
    const message = JSON.stringify({ from: this.#me, notice })
    await this.#links.publisher.publish(this.#links.noticesChannel, message).catch(() => undefined) // The periodic reads remain.
  }

  hear<T extends Topic>(topic: T, listen: (notice: About<T>) => void) {
    const listeners = this.#listeners.get(topic) ?? new Set()
    listeners.add(listen)
    this.#listeners.set(topic, listeners)
  }

  /** Runs when notices may have been missed. */
  onMissed(look: () => void) {
    this.#missed.add(look)
  }

  close() {
    this.#links?.subscriber.off('messageBuffer', this.#heard)
  }

  #take(text: string) {
    const { from, notice } = Envelope.parse(JSON.parse(text))
    if (from === this.#me) return
    const known = Notice.safeParse(notice)
    if (!known.success) return // Of a newer version: it knows what older ones miss.
    for (const listen of this.#listeners.get(known.data.topic) ?? []) listen(known.data as never)
  }
}
