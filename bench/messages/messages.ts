import { load, median, print, short, spread, table, times } from '../figures.ts'
import type { Wishes } from '../wishes.ts'
import { measure, type Measured, type Way, ways } from './cell.ts'
import type { Side } from './place.ts'
import { startProvider } from './provider.ts'
import { replyEvery } from './webhooks.ts'

const allSides: Side[] = ['ours', 'searched', 'plain']
const goals: Partial<Record<Way, number>> = { http: 2, inside: 4 }
const words: Record<Way, string> = {
  http: 'HTTP, as many as it takes',
  paced: 'HTTP, at a fixed rate',
  inside: 'handed over inside the process',
}

/**
 * Careline and a plain server, side by side: each cell in fresh processes, the sides in turn, medians of the rounds.
 *
 * The same job is compared. The plain server keeps the raw event and the message, counts and emits; nothing that it
 * writes can be searched. So `ours` is a workspace that has switched the search of messages off (as clinics do), and
 * `searched` says what the same costs with it, as a workspace has it at first: some twenty entries more of an index.
 */
export async function benchMessages(wishes: Wishes) {
  const { plan, rounds, all, sides } = planOf(wishes)
  const store = plan.store ?? 'embedded'
  print(`messages: ${plan.inflight} at once, or ${plan.perSecond} a second; staff answer one in ${replyEvery}.`)
  print(`${rounds} rounds of ${plan.ms} ms in fresh processes; median (least..most); store ${store}, durability full`)
  const provider = await startProvider()
  const found: Found = new Map()
  for (let round = 0; round < rounds; round++)
    for (const conversations of all)
      for (const side of round % 2 ? sides.toReversed() : sides) {
        const measured = await measure({ ...plan, side, conversations, provider: provider.url })
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

function planOf(wishes: Wishes) {
  const { quick, rounds = quick ? 1 : 3, conversations = quick ? '100' : '1,100,1000', side } = wishes
  const ms = Number(wishes.ms ?? 1_000)
  const { inflight = 64, rate = 150, store, profile } = wishes
  const plan = { inflight: Number(inflight), perSecond: Number(rate), ms, store, profile }
  const sides = allSides.filter((one) => side === undefined || one === side)
  return { plan, rounds: Number(rounds), all: conversations.split(',').map(Number), sides }
}

type Found = Map<string, Measured[]>
const isMeasured = (conversations: number, way: Way, found: Found) => (side: Side) =>
  found.has(keyOf(side, way, conversations))
const keyOf = (side: Side, way: Way, conversations: number) => `${side}/${way}/${conversations}`

function report(way: Way, all: number[], found: Found) {
  const rows = all.flatMap((conversations) => {
    const of = (side: Side) => found.get(keyOf(side, way, conversations)) ?? []
    return allSides.filter(isMeasured(conversations, way, found)).map((side) => {
      const cells = of(side)
      const column = (key: Exclude<keyof Measured, 'counts'>) => spread(cells.map((cell) => cell[key]))
      const ratio = (key: 'perSecond' | 'p99Ms' | 'cpuUs') =>
        median(of(side).map((cell) => cell[key])) / median(of('plain').map((cell) => cell[key]))
      return [
        `${conversations}`,
        side,
        column('perSecond'),
        side === 'plain' ? '' : times(ratio('perSecond')),
        column('p50Ms'),
        column('p99Ms'),
        side === 'plain' ? '' : times(ratio('p99Ms')),
        column('inboxP99Ms'),
        column('cpuUs'),
        column('mainUs'),
        side === 'plain' ? '' : times(1 / ratio('cpuUs')),
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
function costs(all: number[], found: Found) {
  const names = ['turns', 'commits', 'roundTrips', 'documents', 'rows', 'events'] as const
  const rows = ways.flatMap((way) =>
    all.flatMap((conversations) =>
      allSides.filter(isMeasured(conversations, way, found)).map((side) => {
        const cells = found.get(keyOf(side, way, conversations)) ?? []
        const middle = (read: (cell: Measured) => number) => short(median(cells.map(read)))
        return [
          way,
          `${conversations}`,
          side,
          middle(({ requests }) => requests),
          middle(({ sentKb }) => sentKb),
          middle(({ diskKb }) => diskKb),
          ...names.map((name) => (side === 'plain' ? '' : middle(({ counts }) => counts[name] ?? NaN))),
          middle(({ loadUs }) => loadUs),
        ]
      }),
    ),
  )
  print('what one message costs (its share of the answers included)')
  const head = ['way', 'conv.', 'side', 'store requests', 'KB to store', 'KB to disk']
  print(table([...head, 'turns', 'commits', 'write trips', 'documents', 'rows', 'events', 'load generator µs'], rows))
}
