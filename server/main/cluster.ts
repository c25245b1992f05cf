import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { nowAndThen } from './redis.ts'

interface Parts {
  config: Config
  log: Log
  masterKey: Buffer
  /** The name of the database. */
  database: string
  version: string
}

/** This process among those that share its actors; nothing without REDIS_URL. */
export async function openCluster({ config, log, masterKey, database, version }: Parts): Promise<Cluster | undefined> {
  const { redisUrl, role } = config
  if (redisUrl === undefined) return undefined
  return Cluster.open(redisUrl, clusterPrefix(masterKey, database), {
    name: config.name ?? `${hostname()}-${process.pid}`.slice(-64),
    role,
    version,
    // A process of schedules wakes others' actors; what it would own would wait for its scans.
    takesActors: role !== 'jobs',
    startedAt: Date.now(),
    onError: nowAndThen(log, 'cluster fault'),
  })
}

/** Two installations on one Redis never hear one another: their data, or their keys, have other names. */
export const clusterPrefix = (masterKey: Buffer, database: string) =>
  `careline:${createHash('sha256').update(masterKey).update(database).digest('hex').slice(0, 16)}`
