import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { load, median, print, spread, table, times } from '../figures.ts'
import { Program } from '../program.ts'

type Rate = { perSecond: number; p50Us: number; p99Us: number }
const file = join(import.meta.dirname, 'remote-side.ts')
const inflights = [1, 64, 256]
const ways = { careline: 'careline', bare: 'bare Redis request and reply' }

/** An actor of another process is asked, beside the least that a request and its reply over Redis can be. */
export async function remotes(rounds: number, ms: number) {
  const redis = await ownRedis()
  if (!redis) return print('remote: not measured, there is no redis-server on PATH\n')
  const found = new Map<string, Rate[]>()
  try {
    for (let round = 0; round < rounds; round++)
      for (const inflight of inflights)
        for (const way of Object.keys(ways)) {
          const key = `${inflight}/${way}`
          found.set(key, [...(found.get(key) ?? []), await once({ way, inflight, ms, url: redis.url })])
        }
  } finally {
    redis.stop()
  }
  const rows = inflights.flatMap((inflight) =>
    Object.entries(ways).map(([way, name]) => {
      const read = (key: keyof Rate, who = way) => (found.get(`${inflight}/${who}`) ?? []).map((cell) => cell[key])
      const share = median(read('perSecond', 'careline')) / median(read('perSecond'))
      const shown = way === 'bare' ? times(share) : ''
      return [`${inflight}`, name, spread(read('perSecond')), spread(read('p50Us')), spread(read('p99Us')), shown]
    }),
  )
  print(`an actor of another process is asked (goal: 0.7x of bare Redis); load average ${load()}`)
  print(`${table(['at once', 'way', 'asks/s', 'p50 µs', 'p99 µs', 'careline does'], rows)}\n`)
}

/** Two processes: one asks, the other has the actor. */
async function once({ inflight, ms, ...place }: { way: string; inflight: number; ms: number; url: string }) {
  const [owner, asker] = [new Program(file), new Program(file)]
  await owner.ask('own', place)
  await asker.ask('prepare', place)
  await asker.ask('drive', { inflight, ms: 400 })
  const rate = await asker.ask<Rate>('drive', { inflight, ms })
  await Promise.all([asker.stop(), owner.stop()])
  return rate
}

async function ownRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'clb-'))
  const url = join(directory, 's')
  const args = ['--port', '0', '--unixsocket', url, '--dir', directory, '--save', '', '--appendonly', 'no']
  const running = spawn('redis-server', args, { stdio: 'ignore' })
  const stop = () => {
    running.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
  if (await isThere(running, url)) return { url, stop }
  stop()
  return undefined
}

async function isThere(running: ChildProcess, url: string) {
  const probe = new Redis(url, { retryStrategy: (tries) => (tries < 300 ? 10 : null), maxRetriesPerRequest: null })
  probe.on('error', () => undefined) // It is not there yet: that is what is waited for.
  const missing = new Promise<false>((none) => running.once('error', () => none(false)))
  const answered = await Promise.race([missing, probe.ping().then(() => true)])
  probe.disconnect()
  return answered
}
