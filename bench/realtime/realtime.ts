import { load, median, print, quantile, short, spread, table, times } from '../figures.ts'
import type { Wishes } from '../wishes.ts'
import { hot } from './hot.ts'
import { nodes, type NodesFigures, takes } from './nodes.ts'
import type { Side } from './place.ts'
import { kinds, room, type RoomFigures } from './room.ts'

const names: Record<Side, string> = { ours: 'careline', socketio: 'Socket.IO', ws: 'bare ws' }

interface Plan {
  isQuick: boolean
  rounds: number
  sides: Side[]
  profile: string | undefined
}

const parts: Record<string, (plan: Plan) => Promise<void>> = {
  room: benchRoom,
  hall,
  nodes: benchNodes,
  hot: benchHot,
  takes: benchTakes,
}

/** Careline's sockets beside Socket.IO as it comes and the bare `ws`: fresh processes for each, in turn, medians. */
export async function benchRealtime({ quick: isQuick, rounds = isQuick ? '1' : '3', side, only, profile }: Wishes) {
  const all: Side[] = ['ours', 'socketio', 'ws']
  const sides = all.filter((one) => side === undefined || side.split(',').includes(one))
  const plan = { isQuick, rounds: Number(rounds), sides, profile }
  print(`real time: ${rounds} rounds, servers and clients in processes of their own; median (least..most)`)
  for (const [name, run] of Object.entries(parts))
    if (only === undefined || only.split(',').includes(name)) await run(plan)
}

/** The sides in turn, each round the other way round. */
async function inTurn<Figures>({ rounds, sides }: Plan, measure: (side: Side) => Promise<Figures>) {
  const found = new Map<Side, Figures[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 ? sides.toReversed() : sides) found.get(side)?.push(await measure(side))
  return found
}

const title = (text: string) => print(`\n${text}; load average ${load()}`)

async function benchRoom(plan: Plan) {
  const sockets = plan.isQuick ? 200 : 1_000
  const wishes = { sockets, waves: plan.isQuick ? 20 : 120, ackMs: plan.isQuick ? 500 : 3_000 }
  const found = await inTurn(plan, (side) => room({ side, ...wishes, profile: plan.profile }))
  const { rows } = comparing(found)
  title(`a room of ${sockets}`)
  const lines: [string, string, (one: RoomFigures) => number][] = [
    ['CPU per delivered event, µs', '1.10x', ({ deliveryUs }) => deliveryUs],
    ['until the last has it, p50 ms', '1.25x', ({ lastMs }) => lastMs],
    ['until the last has it, p90 ms', '', ({ lastP90Ms }) => lastP90Ms],
    ['characters per event', '', ({ bytes }) => bytes],
    ['memory held per idle connection, KB', '1.25x, 40 KB', ({ heldKb }) => heldKb],
    ['resident memory per idle connection, KB', '', ({ rssKb }) => rssKb],
    ['CPU per connect, token new, µs', '1.5x', ({ connectUs }) => connectUs],
    ['CPU per connect, token known, µs', '1.5x', ({ againUs }) => againUs],
    ['CPU per first connect (ours: 3 snapshots; cold), µs', '', ({ firstUs }) => firstUs],
    ...kinds.flatMap((kind): [string, string, (one: RoomFigures) => number][] => [
      [`${kind}: acknowledged, p50 µs`, kind === 'note' ? '' : '1.25x', ({ ack }) => ack[kind]?.p50Us ?? NaN],
      [`${kind}: acknowledged, p99 µs`, kind === 'note' ? '' : '1.5x', ({ ack }) => ack[kind]?.p99Us ?? NaN],
      [`${kind}: CPU per acknowledgement, µs`, '', ({ ack }) => ack[kind]?.cpuUs ?? NaN],
    ]),
  ]
  print(rows(lines))
}

/** Ours against Socket.IO, and bare `ws` for who wants to know the floor. */
function comparing<Figures>(found: Map<Side, Figures[]>) {
  const sides = [...found.keys()]
  const rows = (lines: [string, string, (one: Figures) => number][]) =>
    table(
      ['', ...sides.map((side) => names[side]), 'ours / Socket.IO', 'goal'],
      lines.map(([what, goal, read]) => {
        const of = (side: Side) => (found.get(side) ?? []).map(read)
        const ratio = median(of('ours')) / median(of('socketio'))
        return [what, ...sides.map((side) => spread(of(side))), Number.isFinite(ratio) ? times(ratio) : '', goal]
      }),
    )
  return { rows }
}

async function hall(plan: Plan) {
  const sockets = plan.isQuick ? 500 : 5_000
  const wishes = { sockets, waves: plan.isQuick ? 8 : 40, ackMs: 0 }
  const found = await inTurn(plan, (side) => room({ side, ...wishes, profile: plan.profile }))
  title(`a hall of ${sockets}`)
  print(
    comparing(found).rows([
      ['CPU per delivered event, µs', '', ({ deliveryUs }) => deliveryUs],
      ['until the last has it, p50 ms', '1.25x', ({ lastMs }) => lastMs],
      ['until the last has it, p90 ms', '', ({ lastP90Ms }) => lastP90Ms],
      ['memory held per idle connection, KB', '1.25x, 40 KB', ({ heldKb }) => heldKb],
    ]),
  )
}

async function benchNodes(plan: Plan) {
  const sides = plan.sides.filter((side) => side !== 'ws')
  for (const sockets of plan.isQuick ? [50] : [100, 1_000]) {
    const waves = plan.isQuick ? 30 : Math.max(120, 60_000 / sockets)
    const found = await inTurn({ ...plan, sides }, (side) => nodes(side, sockets, waves, plan.profile))
    title(`two processes, ${sockets} at the other one`)
    const lines: [string, string, (one: NodesFigures) => number][] = [
      ['CPU per remote delivery there, µs', '1.10x', ({ remoteUs }) => remoteUs],
      ['CPU per remote delivery, both processes, µs', '', ({ bothUs }) => bothUs],
      ['CPU there while nothing happens, ms of each second', '', ({ idleMs }) => idleMs],
      ['until the last has it, p50 ms', '', ({ lastMs }) => lastMs],
    ]
    print(comparing(found).rows(lines))
  }
}

async function benchHot({ isQuick, rounds, profile }: Plan) {
  const [watchers, ms] = isQuick ? [100, 2_000] : [1_000, 10_000]
  for (let round = 0; round < rounds; round++) {
    const found = await hot(watchers, 200, ms, profile)
    const { changes, stalenessMs, perSecond, finals, isSame, deliveries, cpuUs } = found
    title(`a list that changes 200 times a second, ${watchers} watch`)
    print(
      table(
        ['', 'is', 'goal'],
        [
          ['changes', `${changes}`, ''],
          ['deliveries in any second, of the watcher that got most', `${perSecond}`, '4'],
          ['stale, p50 ms', short(median(stalenessMs)), ''],
          ['stale, p99 ms', short(quantile(stalenessMs, 0.99)), '300'],
          ['stale, most ms', short(Math.max(...stalenessMs)), ''],
          ['all watchers end with the same', finals === 1 ? 'yes' : `no: ${finals}`, 'yes'],
          ['which is how it is', isSame ? 'yes' : 'no', 'yes'],
          ['CPU per delivery, everything included, µs', short(cpuUs), `of ${deliveries}`],
        ],
      ),
    )
  }
}

async function benchTakes({ isQuick, rounds, profile }: Plan) {
  const [sockets, bouts] = isQuick ? [100, 5] : [1_000, 100]
  for (let round = 0; round < rounds; round++) {
    const { plainMs, takeMs, winners, holders, answers } = await takes(sockets, bouts, profile)
    title(`${sockets} take one conversation at once over two processes, ${bouts} times`)
    const wrong = winners.filter((count) => count !== 1).length + holders.filter((count) => count !== 1).length
    print(
      table(
        ['', 'is', 'goal'],
        [
          ['plain acknowledgements, all answered, p50 ms', short(median(plainMs)), ''],
          ['takes, all answered, p50 ms', short(median(takeMs)), ''],
          ['ratio', times(median(takeMs) / median(plainMs)), '1.5x'],
          ['ratio at p90', times(quantile(takeMs, 0.9) / quantile(plainMs, 0.9)), ''],
          ['bouts without exactly one winner whom all name', `${wrong}`, '0'],
          ['answers', JSON.stringify(answers), ''],
        ],
      ),
    )
  }
}
