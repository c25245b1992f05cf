import packageJson from '../../package.json' with { type: 'json' }
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { Auth } from '../auth/auth.ts'
import { clusterPrefix, openCluster } from './cluster.ts'
import { Notices } from './notices.ts'
import { RedisLinks } from './redis.ts'

/** The other processes of this service; a process by itself has none, and tells nobody anything. */
export interface Others {
  cluster: Cluster | undefined
  links: RedisLinks | undefined
  notices: Notices
  close(): void
}

interface Parts {
  config: Config
  log: Log
  masterKey: Buffer
  /** The name of the database. */
  database: string
}

/** Rejects when REDIS_URL is set and nothing answers there. */
export async function openOthers({ config, log, masterKey, database }: Parts): Promise<Others> {
  const { redisUrl } = config
  const links = redisUrl && (await RedisLinks.open(redisUrl, clusterPrefix(masterKey, database), log))
  const onError = (error: unknown) => log.warn('notice not understood', { error })
  const notices = new Notices(links || undefined, onError)
  try {
    const cluster = await openCluster({ config, log, masterKey, database, version: packageJson.version })
    const close = () => {
      notices.close()
      cluster?.close()
      if (links) links.close()
    }
    return { cluster, links: links || undefined, notices, close }
  } catch (error) {
    if (links) links.close()
    throw error
  }
}

/** Sign-ins that hear of those that end in other processes, and tell them of their own. */
export function openAuth(parts: Omit<ConstructorParameters<typeof Auth>[0], 'announce'>, notices: Notices): Auth {
  const announce = (sessionId: string) => void notices.tell({ topic: 'session', sessionId })
  const auth = new Auth({ ...parts, announce })
  notices.hear('session', ({ sessionId }) => auth.ended(sessionId))
  notices.hear('member', () => auth.forget())
  notices.onMissed(() => auth.forget())
  return auth
}
