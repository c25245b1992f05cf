import type { Config } from '../../../kernel/config.ts'
import { newId } from '../../../kernel/id.ts'
import { openRedis } from '../../../kernel/redis.ts'
import { Store } from '../../../store/connection.ts'
import { workspaceBySlug } from '../../../store/settings/workspaces.ts'
import { demoSlug } from './script.ts'

const key = 'careline:demo'
/** Longer than it takes to make a demo; whoever died while it made one keeps the others no longer. */
const turnMs = 60_000
const lookMs = 250
const mineOnly = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/** One process after the other, whichever machines they are on. */
export async function inTurn({ redisUrl = '' }: Config, work: () => Promise<void>) {
  const redis = await openRedis(redisUrl, { name: 'careline/demo', onError: () => undefined })
  const me = newId('demo')
  try {
    while ((await redis.set(key, me, 'PX', turnMs, 'NX')) !== 'OK')
      await new Promise((later) => setTimeout(later, lookMs))
    await work()
  } finally {
    await redis.eval(mineOnly, 1, key, me).catch(() => undefined) // It expires.
    redis.disconnect()
  }
}

/** Whether the demo is in the store already. */
export async function hasDemo({ mongodbUri = '' }: Config): Promise<boolean> {
  const store = await Store.open(mongodbUri)
  try {
    return (await workspaceBySlug(store, demoSlug)) !== undefined
  } finally {
    await store.close()
  }
}
