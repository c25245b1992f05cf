/**
 * A day's rush at once: `node bench/proof/load.ts --conversations 1000 --sockets 200 --in 150 --out 150 --seconds 60`.
 * People (10,000 at most) write through the simulator, a process of its own, which posts signed webhooks; the staff's
 * sockets see the inbox and their share of the conversations, and answer. Nothing may be lost or come twice, and a message
 * is on its screen within half a second for 99 of 100.
 */
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { load, print, quantile, short, table } from '../figures.ts'
import { Program } from '../program.ts'
import type { Seen } from './load/crowd.ts'
import type { Kept, Opened } from './load/server.ts'

const { values } = parseArgs({
  options: {
    conversations: { type: 'string', default: '1000' },
    sockets: { type: 'string', default: '200' },
    in: { type: 'string', default: '150' },
    out: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '60' },
  },
})
const [conversations, sockets, seconds] = [values.conversations, values.sockets, values.seconds].map(Number) as [
  number,
  number,
  number,
]
const boundMs = 500
/** How long the spans are that are shown one by one. */
const spanS = 5
const patienceMs = 60_000

const server = new Program(join(import.meta.dirname, 'load/server.ts'))
const people = new Program(join(import.meta.dirname, 'load/people.ts'))
const crowd = new Program(join(import.meta.dirname, 'load/crowd.ts'))
const began = performance.now()
const opened = await server.ask<Opened>('start', { sockets, ...(await people.ask<{ baseUrl: string }>('start')) })
await people.ask('meet', { channel: opened.channel, people: conversations })
const met = await server.ask<string[]>('met')
print(`${met.length} people have written once, after ${short((performance.now() - began) / 1_000)} s`)
await crowd.ask('start', { ...opened, conversations: met })
print(`${sockets} sockets of the staff follow them`)

await Promise.all([
  people.ask('pace', { perSecond: Number(values.in) }),
  crowd.ask('pace', { perSecond: Number(values.out) }),
])
await pass(seconds * 1_000)
const [{ wrote, cpuMs }, answered] = await Promise.all([
  people.ask<{ wrote: number; cpuMs: number }>('rest'),
  crowd.ask<number>('rest'),
])

const until = performance.now() + patienceMs
let seen = await crowd.ask<Seen>('seen')
while ((seen.came < wrote || seen.sent < answered) && performance.now() < until) {
  await pass(200)
  seen = await crowd.ask<Seen>('seen')
}
const kept = await server.ask<Kept>('kept')
await Promise.all([crowd.stop(), people.stop()])
await server.stop()

const ms = (times: number[], share: number) => `${short(quantile(times, share) / 1_000)} ms`
const row = (what: string, times: number[]) =>
  print(`${what}: p50 ${ms(times, 0.5)}, p95 ${ms(times, 0.95)}, p99 ${ms(times, 0.99)}, longest ${ms(times, 1)}`)
print(`${wrote} written in ${seconds} s, ${seen.came} seen, ${seen.twice} seen twice; kept ${kept.in - conversations}`)
print(`${answered} answers given, ${seen.sent} sent, ${seen.refused} refused; kept ${kept.out}, failed ${kept.failed}`)
row('from the person to the screen', seen.screenUs)
row('from the answer to its acknowledgement', seen.takenUs)
row('from the answer to the provider', seen.sentUs)
const cores = (cpu: number) => short(cpu / 1_000 / seconds)
print(`the server took ${cores(kept.cpuMs)} cores, the simulator ${cores(cpuMs)}; load average ${load()}`)
const firstUs = seen.dueUs.reduce((first, one) => Math.min(first, one), Infinity)
const spans = Array.from({ length: Math.ceil(seconds / spanS) }, (_, nth) => spanOf(firstUs + nth * spanS * 1e6, nth))
print(
  table(
    ['from s', 'seen', 'p50 ms', 'p99 ms', 'longest ms', 'loop stood ms', 'looks', 'heap MB', 'resident MB'],
    spans,
  ),
)
function spanOf(fromUs: number, nth: number) {
  const isIn = (atUs: number) => atUs >= fromUs && atUs < fromUs + spanS * 1e6
  const times = seen.screenUs.filter((_, index) => isIn(seen.dueUs[index] ?? 0))
  const own = kept.seconds.filter(({ atUs }) => isIn(atUs))
  const of = (share: number) => short(quantile(times, share) / 1_000)
  const most = (read: (second: Kept['seconds'][number]) => number) => short(Math.max(...own.map(read)))
  const looks = own.reduce((sum, second) => sum + second.looks, 0)
  const held = [most(({ heapMb }) => heapMb), most(({ residentMb }) => residentMb)]
  const shown = [of(0.5), of(0.99), of(1), most(({ stoodMs }) => stoodMs), String(looks), ...held]
  return [String(nth * spanS), String(times.length), ...shown]
}

const isWhole = seen.came === wrote && kept.in - conversations === wrote && kept.out === answered
const isClean = seen.twice === 0 && seen.sent === answered && seen.refused === 0 && kept.failed === 0
const isFast = quantile(seen.screenUs, 0.99) < boundMs * 1_000
process.exit(isWhole && isClean && isFast ? 0 : 1)
