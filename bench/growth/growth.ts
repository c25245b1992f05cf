import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { load, print, short, table } from '../figures.ts'
import { ownRedis } from '../own-redis.ts'
import { Program } from '../program.ts'
import type { Wishes } from '../wishes.ts'
import type { Counts } from './member.ts'
import { limitsOf, type Measured, type Model, modelOf } from './model.ts'

const file = join(import.meta.dirname, 'member.ts')
const sizes = [1, 2, 4]
const shown = [1, 4, 16, 64]
const actorCounts = [1_000, 10_000, 100_000, 1_000_000]
const inflight = 128
const actors = 2_000
/** As many as a member of the benchmark knows. */
const restingMax = 50_000
const idleMs = 2_000
const settleMs = 3_500
const warmMs = 2_000

interface Extra {
  /** Messages a second, of one actor and of many. */
  hot: number
  /** Heap of an actor that rests, bytes. */
  idleActor: number
  idleUs: number
}

/** What one message costs as processes and actors become more: measured with one, two and four, foretold beyond. */
export async function benchGrowth({ ms: wanted, quick }: Wishes) {
  const ms = Number(wanted ?? (quick ? 1_000 : 3_000))
  const found: Measured[] = []
  let extra: Extra = { hot: 0, idleActor: 0, idleUs: 0 }
  for (const processes of sizes) {
    const { measured, ...rest } = await cluster(processes, ms)
    found.push(measured)
    if (processes === 1) extra = rest
  }
  const model = modelOf(found)
  const [one, two, four] = found as [Measured, Measured, Measured]
  print(`measured: ${actors} actors, ${inflight} messages under way at each member, ${ms} ms; load average ${load()}`)
  print(`${shownMeasured(found)}\n`)
  print('foretold from one and two members, and what four were')
  print(`${compared(modelOf([one, two]), four)}\n`)
  const best = Math.max(...found.map(({ rate }) => rate))
  print(
    `one actor alone: ${short(extra.hot)} turns a second, written; an actor that rests: ${short(extra.idleActor)} bytes`,
  )
  print('\none message, by processes')
  print(`${perMessage(model)}\n`)
  print('being there, by processes and actors')
  print(`${beingThere(model, extra)}\n`)
  print('what breaks first: messages a second that each thing allows here, were it alone')
  print(breaking(model, { written: best, idleUs: extra.idleUs }))
}

/** A real cluster of so many processes, over a store and a Redis of its own. */
async function cluster(processes: number, ms: number) {
  const directory = mkdtempSync(join(tmpdir(), 'careline-growth-'))
  const redis = await ownRedis()
  if (!redis) throw new Error('there is no redis-server on PATH')
  const store = await startEmbeddedStore({ directory, durability: 'full' })
  const members = Array.from({ length: processes }, () => new Program(file, ['--expose-gc']))
  const probe = new Redis(redis.url)
  try {
    await Promise.all(members.map((one, n) => one.ask('open', { redis: redis.url, store: store.uri, name: `m${n}` })))
    await pass(settleMs) // Every member has its share.
    const all = () => Promise.all(members.map((one) => one.ask<Counts>('counts')))
    const idleFrom = await redisOf(probe)
    await pass(idleMs)
    const idle = minus(await redisOf(probe), idleFrom)
    const drive = (plan: { actors: number; inflight: number; ms: number }) =>
      Promise.all(members.map((one) => one.ask<{ perSecond: number }>('drive', plan)))
    await drive({ actors, inflight, ms: warmMs })
    const [from, redisFrom] = [await all(), await redisOf(probe)]
    const rates = await drive({ actors, inflight, ms })
    const [to, used] = [await all(), minus(await redisOf(probe), redisFrom)]
    const seconds = ms / 1_000
    const did = sum(to, 'turns') - sum(from, 'turns')
    const per = (key: keyof Counts) => (sum(to, key) - sum(from, key)) / did
    const idleSeconds = idleMs / 1_000
    const measured: Measured = {
      processes,
      rate: rates.reduce((total, { perSecond }) => total + perSecond, 0),
      remote: per('routed'),
      idleCommands: idle.commands / idleSeconds,
      idleBytes: idle.bytes / idleSeconds,
      commands: (used.commands - (idle.commands / idleSeconds) * seconds) / did,
      bytes: (used.bytes - (idle.bytes / idleSeconds) * seconds) / did,
      redisCpuUs: Math.max(0, used.cpuUs - (idle.cpuUs / idleSeconds) * seconds) / did,
      requests: per('roundTrips'),
      cpuUs: per('cpuUs'),
    }
    const idleUs = idle.commands > 0 ? idle.cpuUs / idle.commands : 0
    if (processes > 1) return { measured, idleUs, idleActor: 0, hot: 0 }
    const [hot] = await drive({ actors: 1, inflight, ms })
    await drive({ actors: restingMax, inflight: 1_024, ms })
    const full = await all()
    const idleActor = (sum(full, 'heap') - sum(to, 'heap')) / (sum(full, 'active') - sum(to, 'active'))
    return { measured, idleUs, idleActor, hot: hot?.perSecond ?? 0 }
  } finally {
    await Promise.all(members.map((one) => one.stop()))
    probe.disconnect()
    redis.stop()
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What Redis has done until now; `told` is what it takes to say so, which nobody but we asks for. */
async function redisOf(probe: Redis) {
  const info = await probe.info('everything')
  const number = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1] ?? 0)
  const calls = (command: string) => Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return {
    commands: calls('publish') + calls('eval') + calls('evalsha'),
    bytes: number('total_net_input_bytes') + number('total_net_output_bytes'),
    cpuUs: (number('used_cpu_user') + number('used_cpu_sys')) * 1_000_000,
    told: info.length,
  }
}

type Redised = Awaited<ReturnType<typeof redisOf>>
const minus = (to: Redised, from: Redised) => {
  return {
    commands: to.commands - from.commands,
    bytes: to.bytes - from.bytes - from.told,
    cpuUs: to.cpuUs - from.cpuUs,
  }
}
const sum = (all: readonly Counts[], key: keyof Counts) => all.reduce((total, one) => total + one[key], 0)

const shownMeasured = (found: readonly Measured[]) =>
  table(
    ['processes', 'messages/s', 'to others', 'store requests', 'Redis commands', 'Redis bytes', 'Redis µs', 'CPU µs'],
    found.map((one) =>
      [one.processes, one.rate, one.remote, one.requests, one.commands, one.bytes, one.redisCpuUs, one.cpuUs].map(
        short,
      ),
    ),
  )

function compared(model: Model, { processes: n, ...was }: Measured) {
  const row = (name: string, told: number, is: number) => [
    name,
    short(told),
    short(is),
    is === 0 ? '-' : `${Math.round((told / is - 1) * 100)} %`,
  ]
  return table(
    ['of four members', 'foretold', 'measured', 'error'],
    [
      row('share of messages to others', model.remote(n), was.remote),
      row('Redis commands a second, idle', model.idleCommands(n), was.idleCommands),
      row('Redis bytes a second, idle', model.idleBytes(n), was.idleBytes),
      row('Redis bytes of a message', model.bytes(n), was.bytes),
      row('CPU of a message, µs', model.cpuUs(n), was.cpuUs),
    ],
  )
}

const perMessage = (model: Model) =>
  table(
    ['processes', 'to others', 'ways over Redis', 'Redis bytes', 'and its events', 'CPU µs, all', 'CPU µs of Redis'],
    shown.map((n) => {
      const ways = 2 * model.remote(n)
      return [n, model.remote(n), ways, model.bytes(n), model.eventBytes(n), model.cpuUs(n), model.redisCpuUs(n)].map(
        short,
      )
    }),
  )

const beingThere = (model: Model, { idleActor, idleUs }: Extra) =>
  table(
    [
      'processes',
      'Redis commands/s',
      'Redis KB/s',
      'Redis CPU',
      'store queries/s',
      ...actorCounts.map((a) => `MB of ${short(a)}`),
    ],
    shown.map((n) => [
      short(n),
      short(model.idleCommands(n)),
      short(model.idleBytes(n) / 1_024),
      `${short((model.idleCommands(n) * idleUs) / 10_000)} %`,
      short(model.sweeps()),
      ...actorCounts.map((count) => short((model.share(n, count).actors * idleActor) / 2 ** 20)),
    ]),
  )

const breaking = (model: Model, have: Parameters<typeof limitsOf>[2]) =>
  table(
    ['processes', ...Object.keys(limitsOf(model, 1, have)), 'first'],
    shown.map((n) => {
      const limits = Object.entries(limitsOf(model, n, have))
      const [first] = limits.toSorted(([, one], [, other]) => one - other)
      return [short(n), ...limits.map(([, most]) => short(most)), first?.[0] ?? '']
    }),
  )
