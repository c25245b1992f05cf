import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { asOpened } from '../../harness/verify-stream.ts'
import { until } from '../../harness/until.ts'
import { Balancer } from './balancer.ts'
import { atPace, noteIn, someConversation } from './matrix.ts'
import type { Pair } from './pair.ts'
import type { Employee } from './people.ts'
import { Watcher } from './watchers.ts'

/** What became of clients that stopped reading, and of those that did not. */
export interface Stalled {
  sockets: number
  /** Those that had to subscribe again or to connect again, when they read again. */
  cut: number
  /** By so much the memory of their process grew at most, MB. */
  grownMb: number
  /** Of all, when everybody had come up: those whose state is not that of one who comes then. */
  differing: number
  /** Of those that read all the time: events lost, repeated or out of order. */
  wrong: number
}

/** 24 KB each on the wire, where such a character takes six, and a sixth of it in the store. */
const textOf = (n: number) => `${n}/${'\u0001'.repeat(4_000)}`
const fastOnes = 4
const warming = 50
const lookMs = 10
const caughtUpMs = 30_000

/** So many clients stop reading while `events` notes of 24 KB are written. */
export async function stall(
  pair: Pair,
  [writer, ...readers]: readonly Employee[],
  { sockets, events }: { sockets: number; events: number },
): Promise<Stalled> {
  const [, site] = pair.ours
  if (!writer || !site) throw new Error('nobody writes')
  const conversationId = await someConversation(pair, writer.token)
  const watch = (url: string) => (employee: Employee) =>
    new Watcher(url, employee.token, `conversation:${conversationId}`, pair.staff.workspaceId)
  const lazy = await Balancer.before([site.url])
  const fast = readers.slice(0, fastOnes).map(watch(site.url))
  await Promise.all(fast.map((one) => one.ready()))
  const note = noteIn(pair, conversationId, writer.token)
  // What the work itself takes, it takes now; and the small ones keep the kernel's buffers for the slow ones small.
  for (const end of [textOf, String])
    await atPace({ events: warming, spanMs: 0 }, (n) => note(`warm/${conversationId}/${Date.now()}/${end(n)}`))
  const slow = readers.slice(fastOnes, fastOnes + sockets).map(watch(lazy.url))
  await Promise.all(slow.map((one) => one.ready()))
  const all = [...fast, ...slow]
  const reached = (those: readonly Watcher[]) => {
    const head = Math.max(...fast.map(({ handle }) => handle.seq() ?? 0))
    const isThere = ({ client, handle }: Watcher) => client.status().state === 'live' && handle.seq() === head
    return until(() => those.every(isThere), caughtUpMs)
  }
  await reached(all)

  const memory = new Memory(Number(site.process.process.pid))
  const began = fast.map(({ shown }) => shown.length)
  lazy.stall()
  await atPace({ events, spanMs: 0 }, (n) => note(`${conversationId}/${Date.now()}/${textOf(n)}`))
  await until(() => fast.every(({ shown }, nth) => shown.length - (began[nth] ?? 0) >= events), caughtUpMs)
  const grownMb = memory.end() / 1_024 ** 2
  for (const one of slow) one.behind = 0
  lazy.goOn()
  await reached(all)
  const newcomer = watch(site.url)(writer)
  await newcomer.ready()
  const truth = asOpened(newcomer.handle.state())
  const outcome = {
    sockets,
    grownMb,
    cut: slow.filter(({ behind }) => behind > 0).length,
    differing: all.filter(({ handle }) => !isDeepStrictEqual(asOpened(handle.state()), truth)).length,
    wrong: fast.reduce((sum, one) => sum + one.unordered + one.repeated + one.snapshots, 0),
  }
  for (const one of [...all, newcomer]) one.close()
  await lazy.close()
  return outcome
}

/** Of a process, as Linux counts it. */
class Memory {
  readonly #pid: number
  readonly #first: number
  readonly #timer: NodeJS.Timeout
  #most = 0

  constructor(pid: number) {
    this.#pid = pid
    this.#first = this.#now()
    this.#timer = setInterval(() => (this.#most = Math.max(this.#most, this.#now())), lookMs)
  }

  /** By how much it grew at most, bytes. */
  end() {
    clearInterval(this.#timer)
    return Math.max(this.#most, this.#now()) - this.#first
  }

  #now() {
    const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8')) ?? []
    return Number(kb) * 1_024
  }
}
