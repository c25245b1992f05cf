import { load, median, print, short, spread, table, times } from '../figures.ts'
import type { Wishes } from '../wishes.ts'
import { measure, type Measured, type Way, ways } from './cell.ts'
import type { Side } from './place.ts'
import { startProvider } from './provider.ts'
import { replyEvery } from './webhooks.ts'

const sides = ['ours', 'plain'] as const
const goals: Partial<Record<Way, number>> = { http: 2, inside: 4 }
const words: Record<Way, string> = {
  http: 'HTTP, as many as it takes',
  paced: 'HTTP, at a fixed rate',
  inside: 'handed over inside the process',
}

/** Careline and a plain server, side by side: each cell in fresh processes, the sides in turn, medians of the rounds. */
export async function benchMessages(wishes: Wishes) {
  const isQuick = wishes.quick
  const rounds = Number(wishes.rounds ?? (isQuick ? 1 : 3))
  const ms = Number(wishes.ms ?? (isQuick ? 1_500 : 2_000))
  const inflight = Number(wishes.inflight ?? 64)
  const perSecond = Number(wishes.rate ?? 150)
  const all = (wishes.conversations ?? (isQuick ? '100' : '1,100,1000')).split(',').map(Number)
  print(`messages: ${inflight} at once, or ${perSecond} a second; one in ${replyEvery} is answered by the staff.`)
  print(`${rounds} rounds of ${ms} ms in fresh processes; median (least..most); store ${wishes.store ?? 'embedded'}, full`)
  const provider = await startProvider()
  const found = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round++)
    for (const conversations of all)
      for (const side of round % 2 ? sides.toReversed() : sides) {
        const plan = { side, conversations, inflight, perSecond, warmMs: 2 * ms, ms, store: wishes.store }
        const measured = await measure({ ...plan, provider: provider.url })
        for (const way of ways) {
          const key = keyOf(side, way, conversations)
          found.set(key, [...(found.get(key) ?? []), measured[way]])
        }
      }
  provider.close()
  print(`load average ${load()}\n`)
  for (const way of ways) report(way, all, found)
  costs(all, found)
}

const keyOf = (side: Side, way: Way, conversations: number) => `${side}/${way}/${conversations}`

function report(way: Way, all: number[], found: Map<string, Measured[]>) {
  const rows = all.flatMap((conversations) => {
    const of = (side: Side) => found.get(keyOf(side, way, conversations)) ?? []
    return sides.map((side) => {
      const cells = of(side)
      const column = (key: Exclude<keyof Measured, 'counts'>) => spread(cells.map((cell) => cell[key]))
      const ratio = (key: 'perSecond' | 'p99Ms' | 'cpuUs') =>
        median(of('ours').map((cell) => cell[key])) / median(of('plain').map((cell) => cell[key]))
      return [
        `${conversations}`,
        side,
        column('perSecond'),
        side === 'ours' ? times(ratio('perSecond')) : '',
        column('p50Ms'),
        column('p99Ms'),
        side === 'ours' ? times(ratio('p99Ms')) : '',
        column('inboxP99Ms'),
        column('cpuUs'),
        column('mainUs'),
        side === 'ours' ? times(1 / ratio('cpuUs')) : '',
        column('rssMb'),
      ]
    })
  })
  const goal = goals[way]
  print(`${words[way]}${goal ? ` (goal at 100: ${goal}x)` : ''}`)
  const head = ['conv.', 'side', 'messages/s', 'ratio', 'p50 ms', 'p99 ms', 'p99 ratio', 'inbox p99 ms']
  print(`${table([...head, 'CPU µs', 'of it main', 'less CPU', 'RSS MB'], rows)}\n`)
}

/** What one message costs the store. */
function costs(all: number[], found: Map<string, Measured[]>) {
  const names = ['turns', 'commits', 'roundTrips', 'documents', 'rows', 'events'] as const
  const rows = (['http', 'inside'] as const).flatMap((way) =>
    all.flatMap((conversations) =>
      sides.map((side) => {
        const cells = found.get(keyOf(side, way, conversations)) ?? []
        const middle = (read: (cell: Measured) => number) => short(median(cells.map(read)))
        return [
          way,
          `${conversations}`,
          side,
          middle(({ requests }) => requests),
          middle(({ sentKb }) => sentKb),
          middle(({ diskKb }) => diskKb),
          ...names.map((name) => (side === 'ours' ? middle(({ counts }) => counts[name] ?? NaN) : '')),
          middle(({ loadUs }) => loadUs),
        ]
      }),
    ),
  )
  print('what one message costs (its share of the answers included)')
  const head = ['way', 'conv.', 'side', 'store requests', 'KB to store', 'KB to disk']
  print(table([...head, 'turns', 'commits', 'write trips', 'documents', 'rows', 'events', 'load generator µs'], rows))
}
