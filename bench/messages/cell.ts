import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { quantile } from '../figures.ts'
import { Program } from '../program.ts'
import type { Usage } from './meter.ts'
import type { Place, Side } from './place.ts'

export interface Plan {
  side: Side
  conversations: number
  inflight: number
  perSecond: number
  ms: number
  store: string | undefined
  provider: string
  /** For CPU profiles. */
  profile: string | undefined
}

type Counts = Partial<Record<'turns' | 'commits' | 'roundTrips' | 'documents' | 'rows' | 'events', number>>
interface Mark {
  atUs: number
  cpuMs: number
  messages: number
  lines: number
  answered: number
  latencies: number[]
  lineLatencies: number[]
  postLatencies: number[]
}
type Marks = { server: Usage & { counts: Counts }; load: Mark }

/** What was measured of one way in, per second or per message. Times of latencies are ms, of CPU µs. */
export type Measured = ReturnType<typeof between>

/** `http`: as many as it takes, `paced`: a fixed rate over HTTP, `inside`: handed over in the server's process. */
export const ways = ['http', 'paced', 'inside'] as const
export type Way = (typeof ways)[number]

/** One server in fresh processes with a fresh store, measured all three ways. */
export async function measure(plan: Plan): Promise<Record<Way, Measured>> {
  const { side, conversations, inflight, perSecond, provider, store } = plan
  const directory = mkdtempSync(join(tmpdir(), 'careline-bench-'))
  const profiling = plan.profile ? ['--cpu-prof', `--cpu-prof-dir=${plan.profile}`] : []
  const server = new Program(join(import.meta.dirname, side === 'plain' ? 'plain/server.ts' : 'ours.ts'), profiling)
  const load = new Program(join(import.meta.dirname, 'load.ts'))
  try {
    const fresh = store && `${store.replace(/\/[^/]*$/, '')}/bench_${side}_${String(Date.now())}`
    const place = await server.ask<Place>('start', {
      directory,
      store: fresh,
      provider,
      hasSearch: side === 'searched',
    })
    await load.ask('start', { ...place, side, conversations })
    const window = () => watch(plan, server, load)

    await load.ask('run', { inflight })
    const end = performance.now() + 2 * plan.ms
    do await pass(100)
    while (performance.now() < end && (await load.ask<Mark>('mark')).messages < warmMessages)
    const http = await window()
    await load.ask('rest')
    await load.ask('pace', { perSecond })
    const paced = await window()
    await load.ask('rest')
    await server.ask('feed', { inflight, conversations })
    const inside = await window()
    await server.ask('rest')
    await load.ask('rest')
    await load.stop()
    await server.stop()
    return { http, paced, inside }
  } catch (error) {
    const unrest = side === 'plain' ? [] : await server.ask<object[]>('unrest')
    throw new Error(`${side}, ${conversations} conversations: ${JSON.stringify(unrest).slice(0, 2_000)}`, {
      cause: error,
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Until the code is compiled; a slow server is not waited for longer than the time that is measured, twice. */
const warmMessages = 1_500

async function watch({ ms }: Plan, server: Program, load: Program) {
  const mark = async (): Promise<Marks> => {
    const [used, heard] = await Promise.all([server.ask<Marks['server']>('usage'), load.ask<Mark>('mark')])
    return { server: used, load: heard }
  }
  await pass(ms / 4) // The loop finds its rhythm.
  const before = await mark()
  for (;;) {
    await pass(ms)
    const after = await mark()
    // A window in which nothing came measures nothing.
    if (after.load.messages > before.load.messages) return between(before, after)
  }
}

function between(before: Marks, after: Marks) {
  const messages = after.load.messages - before.load.messages
  const each = (key: 'cpuMs' | 'mainMs' | 'diskBytes' | 'requests' | 'sentBytes') =>
    (after.server[key] - before.server[key]) / messages
  const ms = (values: number[], share: number) => quantile(values, share) / 1_000
  const counts = Object.keys(after.server.counts) as (keyof Counts)[]
  const { latencies, lineLatencies, postLatencies } = after.load
  return {
    perSecond: messages / ((after.load.atUs - before.load.atUs) / 1e6),
    repliesShare: (after.load.answered - before.load.answered) / messages,
    p50Ms: ms(latencies, 0.5),
    p99Ms: ms(latencies, 0.99),
    inboxP50Ms: ms(lineLatencies, 0.5),
    inboxP99Ms: ms(lineLatencies, 0.99),
    postP50Ms: ms(postLatencies, 0.5),
    cpuUs: each('cpuMs') * 1_000,
    mainUs: each('mainMs') * 1_000,
    loadUs: ((after.load.cpuMs - before.load.cpuMs) / messages) * 1_000,
    rssMb: after.server.rssBytes / 2 ** 20,
    requests: each('requests'),
    sentKb: each('sentBytes') / 1_024,
    diskKb: each('diskBytes') / 1_024,
    counts: Object.fromEntries(
      counts.map((key) => [key, ((after.server.counts[key] ?? 0) - (before.server.counts[key] ?? 0)) / messages]),
    ) as Counts,
  }
}
