import { hostname } from 'node:os'
import { Cluster } from '../../actors/runtime/cluster/cluster.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import { platform } from '../../store/vault-keys.ts'
import type { Vault } from '../../store/vault.ts'
import { nowAndThen } from './redis.ts'

interface Parts {
  config: Config
  log: Log
  /** Begins every key of this installation in Redis. */
  prefix: string
  version: string
}

/** This process among those that share its actors; nothing without REDIS_URL. */
export async function openCluster({ config, log, prefix, version }: Parts): Promise<Cluster | undefined> {
  const { redisUrl, role } = config
  if (redisUrl === undefined) return undefined
  return Cluster.open(redisUrl, prefix, {
    name: config.name ?? `${hostname()}-${process.pid}`.slice(-64),
    role,
    version,
    // A process of schedules wakes others' actors; what it would own would wait for its scans.
    takesActors: role !== 'jobs',
    startedAt: Date.now(),
    onError: nowAndThen(log, 'cluster fault'),
  })
}

/**
 * Two installations on one Redis never hear one another: their data, or their keys, have other names. It stays the same
 * while the master key is changed: some processes have the new one then, and some the old.
 */
export async function clusterPrefix(vault: Vault, database: string): Promise<string> {
  await vault.ready(platform)
  return `careline:${vault.blind(platform, `cluster/${database}`).slice(0, 16)}`
}
