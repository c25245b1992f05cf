import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { busy, missing, Problem } from '../../kernel/problem.ts'
import { bearerOf } from '../http/bearer.ts'
import { isFromHere } from '../http/from-here.ts'
import { get, raw } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const text = z.string().max(64)
const storeTimeoutMs = 2_000
const startedAt = performance.now()
const tags = ['System']

export const system = [
  get(
    '/health',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What runs here',
      tags,
      reply: z.object({
        status: z.enum(['ok', 'degraded']),
        version: text,
        node: text,
        /** The version of the time zone database: when it changes, future wall-clock times may have moved. */
        tz: text,
        store: z.object({ name: text, version: text }).nullable(),
        uptimeSeconds: z.int().nonnegative(),
        /** How old the last backup is that a restore has proven; null where there is none. */
        backupAgeSeconds: z.int().nonnegative().nullable(),
      }),
    },
    async ({ operations, backups, now }) => {
      const [store, provenAt] = await Promise.all([inTime(operations.storeVersion()), inTime(backups.provenAt())])
      return {
        status: store ? ('ok' as const) : ('degraded' as const),
        version: operations.version,
        node: process.versions.node,
        tz: process.versions['tz'] ?? 'unknown',
        store: store ?? null,
        uptimeSeconds: Math.floor((performance.now() - startedAt) / 1_000),
        backupAgeSeconds: provenAt ? Math.max(0, Math.floor((now() - provenAt) / 1_000)) : null,
      }
    },
  ),

  get(
    '/ready',
    {
      allow: 'public',
      limit: 'none',
      summary: 'Whether this process takes work',
      tags,
      reply: z.object({ status: z.literal('ready') }),
      problems: ['draining', 'store_away'],
    },
    async ({ operations }) => {
      if (operations.isDraining()) throw busy('draining', 'This process is leaving.')
      if (!(await inTime(operations.storeVersion()))) throw busy('store_away', 'The store does not answer.')
      return { status: 'ready' as const }
    },
  ),

  get(
    '/metrics',
    { allow: 'public', limit: 'none', summary: 'Measurements for Prometheus', tags, reply: raw('text/plain') },
    async ({ operations, config, request }) => {
      demandOperator(config, request)
      const { contentType, text } = await operations.metrics()
      return { type: contentType, body: text }
    },
  ),
]

/** With a token: whoever shows it. Without: this machine, unless a proxy on it speaks for others. */
function demandOperator({ metricsToken }: Ports['config'], request: { ip: string; header(name: string): string }) {
  if (metricsToken === undefined) {
    if (!isFromHere(request)) throw missing('not_found', 'There is nothing at this address.')
    return
  }
  const digest = (token: string) => createHash('sha256').update(token).digest()
  const shown = bearerOf(request.header('authorization')) ?? ''
  if (!timingSafeEqual(digest(shown), digest(metricsToken)))
    throw new Problem('unauthorized', 'unauthorized', 'Metrics need the operator token.')
}

/** Undefined when it fails or takes too long: that it does is the news here, and is said in the answer. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), storeTimeoutMs)
  try {
    return await Promise.race([answer, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
