import { Redis } from 'ioredis'

/** How long a command may wait for its answer, ms. A command without an answer says nothing about what became of it. */
const answerMs = 1_000
const retryMs = 100
const connectMs = 5_000

interface Options {
  /** What this connection is for, as `CLIENT LIST` shows it. */
  name: string
  commandMs?: number
  onError(error: Error): void
}

/**
 * A connection of its own that never waits in silence: without Redis its commands fail at once, and it comes back by
 * itself. A path opens a unix socket. Rejects when there is no Redis at the beginning.
 */
export async function openRedis(url: string, { name, commandMs = answerMs, onError }: Options): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: name,
    commandTimeout: commandMs,
    connectTimeout: connectMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy: () => retryMs,
  })
  redis.on('error', onError)
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    throw new Error(`REDIS_URL: nothing answers at ${plain(url)} (${(error as Error).message})`, { cause: error })
  }
  return redis
}

/** Without the password. */
const plain = (url: string) => url.replace(/\/\/[^@/]*@/, '//')

/** Whether a command was surely never sent: it may be tried again whatever it does. */
export const isUnsent = (error: unknown) => error instanceof Error && error.message.startsWith("Stream isn't writeable")
