import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, median, print, spread, table, times } from '../figures.ts'
import { Program } from '../program.ts'
import type { Wishes } from '../wishes.ts'
import type { AskPlan, DurablePlan, IdlePlan } from './measure.ts'
import type { Overloaded, OverloadPlan } from './overload.ts'
import { peers } from './peers/index.ts'
import { remotes } from './remote.ts'

type Rate = { perSecond: number; p50Us: number; p99Us: number }
type Found<Cell> = Map<string, Cell[]>

const file = join(import.meta.dirname, 'measure.ts')

/** Our actors beside others': asks in memory, the weight of an idle one, turns that are written. */
export async function benchActors({ quick, rounds: wanted, ms: wantedMs, only, store }: Wishes) {
  const rounds = Number(wanted ?? (quick ? 1 : 3))
  const ms = Number(wantedMs ?? 300)
  print(`${rounds} rounds in fresh processes, ${ms} ms each after a warm-up; median (least..most)\n`)
  const parts: Record<string, () => Promise<void>> = {
    ask: () => asks(rounds, ms),
    idle: () => idles(rounds, quick ? 20_000 : 100_000),
    durable: () => durables(rounds, ms, store),
    remote: () => remotes(rounds, ms),
    overload: () => overloads(rounds),
  }
  for (const [name, part] of Object.entries(parts)) if (!only || only === name) await part()
}

async function once<Answer>(name: string, plan: AskPlan | DurablePlan | IdlePlan | OverloadPlan): Promise<Answer> {
  const program = new Program(file, ['--expose-gc'])
  const result = await program.ask<Answer>(name, plan)
  await program.stop()
  return result
}

function keep<Cell>(found: Found<Cell>, key: string, cell: Cell) {
  const known = found.get(key)
  if (known) known.push(cell)
  else found.set(key, [cell])
}
const of = <Cell>(found: Found<Cell>, key: string, read: (cell: Cell) => number) => (found.get(key) ?? []).map(read)

async function asks(rounds: number, ms: number) {
  const found: Found<Rate> = new Map()
  const messages = ['view', 'increment'] as const
  const inflights = [1, 64, 256]
  for (let round = 0; round < rounds; round++)
    for (const message of messages)
      for (const inflight of inflights)
        for (const peer of Object.keys(peers))
          keep(found, `${message}/${inflight}/${peer}`, await once<Rate>('ask', { peer, message, inflight, ms }))
  const rows = messages.flatMap((message) =>
    inflights.flatMap((inflight) =>
      Object.keys(peers).map((peer) => {
        const read = (key: keyof Rate, who = peer) => of(found, `${message}/${inflight}/${who}`, (cell) => cell[key])
        const faster = median(read('p50Us')) / median(read('p50Us', 'careline'))
        return [
          message,
          `${inflight}`,
          peer,
          spread(read('perSecond')),
          spread(read('p50Us')),
          spread(read('p99Us')),
          peer === 'careline' ? '' : times(faster),
        ]
      }),
    ),
  )
  print(`one actor is asked (goal: p50 4x faster than nact and xstate); load average ${load()}`)
  print(`${table(['ask', 'at once', 'peer', 'asks/s', 'p50 µs', 'p99 µs', 'careline is faster at p50'], rows)}`)
  for (const name of Object.keys(peers)) print(`  ${name}: ${(await peers[name]?.())?.peer.note ?? ''}`)
  print()
}

async function idles(rounds: number, actors: number) {
  const found: Found<{ bytes: number }> = new Map()
  const cells = [['careline', 'view'] as const, ['careline', 'increment'] as const, ['nact', 'view'] as const]
  for (let round = 0; round < rounds; round++)
    for (const [peer, message] of [...cells, ['xstate', 'view'] as const])
      keep(found, `${peer}/${message}`, await once<{ bytes: number }>('idle', { peer, message, actors }))
  const words = { view: 'asked once', increment: 'changed once' }
  const rows = [...found].map(([key, all]) => {
    const [peer = '', message] = key.split('/') as [string, 'view' | 'increment']
    return [peer, words[message], spread(all.map(({ bytes }) => bytes))]
  })
  print(`heap of one idle actor, of ${actors} (goal: at most 800 bytes); load average ${load()}`)
  print(`${table(['peer', 'state', 'bytes'], rows)}\n`)
}

const ways = { batched: 'careline', each: 'a save per message', inPlace: 'findOneAndUpdate per message' }

async function durables(rounds: number, ms: number, store: string | undefined) {
  const found: Found<Rate> = new Map()
  // A hot actor has many that wait for it. With ten at each, a write carries ten turns and cannot do more than that.
  const loads = [
    { actors: 1, inflight: 256, goal: '40x' },
    { actors: 100, inflight: 6_400, goal: '30x' },
    { actors: 100, inflight: 1_024, goal: '' },
    { actors: 10_000, inflight: 1_024, goal: '' },
  ]
  const names = Object.keys(ways) as (keyof typeof ways)[]
  for (let round = 0; round < rounds; round++)
    for (const { actors, inflight } of loads)
      for (const way of names) {
        const directory = mkdtempSync(join(tmpdir(), 'careline-bench-'))
        const fresh = store && `${store.replace(/\/[^/]*$/, '')}/bench_${way}_${String(Date.now())}`
        const plan = { way, actors, inflight, ms, store: fresh, directory }
        keep(found, `${actors}/${inflight}/${way}`, await once<Rate>('durable', plan))
        rmSync(directory, { recursive: true, force: true })
      }
  const rows = loads.flatMap(({ actors, inflight, goal }) =>
    names.map((way) => {
      const read = (key: keyof Rate, who = way) => of(found, `${actors}/${inflight}/${who}`, (cell) => cell[key])
      const more = median(read('perSecond', 'batched')) / median(read('perSecond'))
      return [
        `${actors}`,
        `${inflight}`,
        ways[way],
        spread(read('perSecond')),
        spread(read('p50Us').map((us) => us / 1_000)),
        spread(read('p99Us').map((us) => us / 1_000)),
        way === 'batched' ? '' : times(more),
        way === 'each' ? goal : '',
      ]
    }),
  )
  print(`durable turns through the driver, ${store ?? 'embedded store'}, full; load average ${load()}`)
  print(table(['actors', 'at once', 'way', 'turns/s', 'p50 ms', 'p99 ms', 'careline does', 'goal'], rows))
}

/** Asks are given three seconds, so that all of it can be seen in fifteen. */
async function overloads(rounds: number) {
  const rows: string[][] = []
  for (let round = 0; round < rounds; round++)
    for (const factor of [0.7, 2]) {
      const directory = mkdtempSync(join(tmpdir(), 'careline-bench-'))
      const found = await once<Overloaded>('overload', { times: factor, askMs: 3_000, directory })
      rmSync(directory, { recursive: true, force: true })
      const shares = [found.late, found.unbegun, found.full].map((share) => `${Math.round(share * 100)} %`)
      const done = times(found.answered / found.capacity)
      const rates = [found.capacity, found.asked, found.answered].map((rate) => Math.round(rate).toLocaleString('en'))
      rows.push([...rates, done, `${Math.round(found.p50Ms)}`, ...shares])
    }
  print(`more asked than can be done (goal: 0.9x at twice as much), 20,000 actors, full; load average ${load()}`)
  const head = ['turns/s, at most', 'asked/s', 'answered/s', 'of the most', 'p50 ms', 'timeout', 'not begun', 'full']
  print(`${table(head, rows)}\n`)
}
