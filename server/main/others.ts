import packageJson from '../../package.json' with { type: 'json' }
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { Store } from '../../store/connection.ts'
import { Auth } from '../auth/auth.ts'
import { ByMail } from '../auth/by-mail.ts'
import { OwnAccount } from '../auth/own-account.ts'
import { Team } from '../team.ts'
import { clusterPrefix, openCluster } from './cluster.ts'
import type { Post } from './mail.ts'
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

interface People {
  store: Store
  auth: Auth
  secret: string
  now(): number
  notices: Notices
  /** Where people reach this server. */
  url: string
  /** Undefined where no letter can be sent. */
  post: Post | undefined
}

/** What people do with their own accounts, and with those of their team. */
export function openPeople({ store, auth, secret, now, notices, url, post }: People) {
  const changed = async (memberId: string) => {
    auth.forget()
    await notices.tell({ topic: 'member', memberId })
  }
  return {
    account: new OwnAccount({ store, auth, now }),
    byMail: new ByMail({ store, auth, secret, url, now, post }),
    team: new Team({ store, auth, url, now, changed, post }),
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
