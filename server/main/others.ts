import packageJson from '../../package.json' with { type: 'json' }
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { Store } from '../../store/connection.ts'
import type { Member } from '../../store/settings/members.ts'
import { Acting } from '../auth/acting.ts'
import { Auth } from '../auth/auth.ts'
import { ByMail } from '../auth/by-mail.ts'
import { callersBy } from '../auth/callers.ts'
import { ApiKeys } from '../auth/keys.ts'
import { OwnAccount } from '../auth/own-account.ts'
import { openSecurity } from '../auth/security.ts'
import { Team } from '../team.ts'
import type { Vault } from '../../store/vault.ts'
import type { JointMemory } from '../joint-memory.ts'
import { clusterPrefix, openCluster } from './cluster.ts'
import type { ResourceChanged } from '../ports.ts'
import type { Post } from './mail.ts'
import { Notices } from './notices.ts'
import { RedisLinks } from './redis.ts'
import type { OutgoingWebhooks } from './webhooks.ts'
import type { Storage } from './storage.ts'

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
  storage: Storage
}

/** Rejects when REDIS_URL is set and nothing answers there. */
export async function openOthers({ config, log, storage }: Parts): Promise<Others> {
  const { redisUrl } = config
  const prefix = redisUrl ? await clusterPrefix(storage.vault, storage.store.connection.name) : ''
  const links = redisUrl && (await RedisLinks.open(redisUrl, prefix, log))
  const onError = (error: unknown) => log.warn('notice not understood', { error })
  const notices = new Notices(links || undefined, onError)
  try {
    const cluster = await openCluster({ config, log, prefix, version: packageJson.version })
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
  vault: Vault
  joint: JointMemory | undefined
  google: Config['google']
  resourceChanged(workspaceId: string, changed: ResourceChanged): void
  outgoing: Pick<OutgoingWebhooks, 'memberChanged'>
  log: Log
}

/** What people do with their own accounts, and with those of their team. */
export function openPeople({ secret, notices, log, ...parts }: People) {
  const { auth } = parts
  const changed = async (member: Pick<Member, 'id' | 'workspaceId'>) => {
    auth.forget()
    await notices.tell({ topic: 'member', memberId: member.id })
    await parts.outgoing.memberChanged(member)
    parts.resourceChanged(member.workspaceId, { resource: 'members', id: member.id, rev: 0 })
  }
  const byMail = new ByMail({ ...parts, secret })
  const team = new Team({ ...parts, changed })
  const warn = (message: string, fields: Record<string, unknown>) => log.warn(message, fields)
  const security = openSecurity({ ...parts, byMail, team, warn })
  return { account: new OwnAccount(parts), byMail, team, security, acting: new Acting(parts) }
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

/** Keys of other programs, and whoever comes by one of them or by a sign-in. */
export function openKeys({
  store,
  auth,
  now,
  notices,
  log,
}: Pick<People, 'store' | 'auth' | 'now' | 'notices'> & { log: Log }) {
  const ended = (sessionId: string) => {
    auth.ended(sessionId)
    void notices.tell({ topic: 'session', sessionId })
  }
  const keys = new ApiKeys({ store, now, ended, onError: (error) => log.error('use of a key not noted', { error }) })
  auth.onRevoked(() => keys.forget())
  return { keys, callers: callersBy(auth, keys) }
}
