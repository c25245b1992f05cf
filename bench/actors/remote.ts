import { join } from 'node:path'
import { load, median, print, spread, table, times } from '../figures.ts'
import { ownRedis } from '../own-redis.ts'
import { Program } from '../program.ts'

type Rate = { perSecond: number; p50Us: number; p99Us: number; cpuUs: number }
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
      return [
        `${inflight}`,
        name,
        spread(read('perSecond')),
        spread(read('p50Us')),
        spread(read('p99Us')),
        spread(read('cpuUs')),
        shown,
      ]
    }),
  )
  print(`an actor of another process is asked (goal: 0.7x of bare Redis); load average ${load()}`)
  print(`${table(['at once', 'way', 'asks/s', 'p50 µs', 'p99 µs', 'CPU µs, both', 'careline does'], rows)}\n`)
}

/** Two processes: one asks, the other has the actor. */
async function once({ inflight, ms, ...place }: { way: string; inflight: number; ms: number; url: string }) {
  const [owner, asker] = [new Program(file), new Program(file)]
  await owner.ask('own', place)
  await asker.ask('prepare', place)
  await asker.ask('drive', { inflight, ms: 400 })
  const used = async () => (await owner.ask<number>('used')) + (await asker.ask<number>('used'))
  const from = await used()
  const rate = await asker.ask<Rate>('drive', { inflight, ms })
  const cpuUs = ((await used()) - from) / ((rate.perSecond * ms) / 1_000)
  await Promise.all([asker.stop(), owner.stop()])
  return { ...rate, cpuUs }
}
