/** Everybody who is connected, in one process beside the servers. */
import { setTimeout as pass } from 'node:timers/promises'
import { nowUs } from '../messages/webhooks.ts'
import { quantile } from '../figures.ts'
import { answer } from '../program.ts'
import { type Answer, Line } from './line.ts'
import type { Made, Side } from './place.ts'

export interface Setup {
  side: Side
  /** One or two processes of one service. */
  urls: string[]
  made: Made
}
export interface Came {
  connected: number
  ms: number
}
/** From the command to when the last of all had its event, of each wave. */
export interface Waves {
  lastMs: number[]
  deliveries: number
  bytes: number
}
export interface Acks {
  p50Us: number
  p99Us: number
  count: number
}
export interface Burst {
  ms: number
  /** How many answers of each kind. */
  answers: Record<string, number>
  /** Who the answers say has it. */
  holders: string[]
}
export interface Watched {
  /** Of the watcher that got most. */
  perSecond: number
  stalenessMs: number[]
  deliveries: number
  /** How many different last events the watchers have: one, when all were given the same. */
  finals: number
  /** The lines of the last event. */
  last: ShownLine[]
  bytes: number
}
interface ShownLine {
  conversationId: string
  conversation: { name: string }
}

/** So many connect at the same time, as they come through a load balancer. */
const comingAtOnce = 32
const waveMs = 30_000

let setup: Setup
let lines: Line[] = []
let commands = 0
let watched: () => Watched

const command = (line: Line, name: string, input: object) =>
  line.ask('command', { id: `${process.pid}-${++commands}`, name, input })
const fine = (answered: Answer) => {
  const refused = answered.streams?.find(({ error }) => error !== undefined)
  if (!answered.ok || refused) throw new Error(`the server refused: ${JSON.stringify(refused ?? answered)}`)
  return answered
}

answer({
  start: (given: Setup) => void (setup = given),

  async come({
    count,
    at,
    streams = setup.made.streams,
  }: {
    count: number
    at?: number
    streams?: object[]
  }): Promise<Came> {
    const begin = performance.now()
    const { side, urls, made } = setup
    const first = lines.length
    let next = 0
    const come = async () => {
      while (next < count) {
        const nth = first + next++
        const url = urls[at ?? nth % urls.length] ?? ''
        const line = new Line(side, url, made.tokens[nth % made.tokens.length] ?? '')
        await line.ready
        if (streams.length > 0) fine(await line.ask('subscribe', { streams }))
        lines.push(line)
      }
    }
    await Promise.all(Array.from({ length: comingAtOnce }, come))
    return { connected: lines.length, ms: performance.now() - begin }
  },

  async leave() {
    for (const line of lines) line.drop()
    lines = []
    await pass(500) // Until the server has seen it.
  },

  /** One event after the other, each when all have the one before. */
  waves: ({ count, ...wishes }: Partial<Hearing> & { count: number }) =>
    waves(count, { speakers: 50, hearers: lines.length, conversationId: setup.made.conversationId, ...wishes }),

  acks: (wishes: { kind: Kind; sockets: number; perSecond: number; ms: number }) => acks(wishes),

  /** All at once. */
  async burst({ kind, conversationId }: { kind: Kind | 'take'; conversationId?: string }): Promise<Burst> {
    const begin = performance.now()
    const answers: Record<string, number> = {}
    const holders = new Set<string>()
    await Promise.all(
      lines.map(async (line) => {
        const { ok, error, result } = await say(line, kind, conversationId)
        const holder = (result as { assigneeId?: string } | undefined)?.assigneeId
        if (kind === 'take') holders.add(holder ?? error?.holderId ?? '?')
        const what = ok ? 'ok' : (error?.code ?? '?')
        answers[what] = (answers[what] ?? 0) + 1
      }),
    )
    return { ms: performance.now() - begin, answers, holders: [...holders] }
  },

  watch: ({ everyMs }: { everyMs: number }) => void (watched = watch(everyMs)),

  /** What was heard since. */
  watched: () => watched(),

  stop() {
    for (const line of lines) line.drop()
  },
})

type Kind = 'received' | 'assign' | 'note'

function say(line: Line, kind: Kind | 'take', conversationId = setup.made.quietId) {
  const { streams } = setup.made
  if (kind === 'received') return line.ask('received', { stream: streams[0]?.stream, seq: 1 })
  if (kind === 'take') return command(line, 'conversation.take', { conversationId })
  // As it is already: the actor answers, and nothing is written.
  if (kind === 'assign') return command(line, 'conversation.assign', { conversationId, assigneeId: null })
  return command(line, 'note.add', { conversationId, text: noteOf(0) })
}

const noteOf = (nth: number) => `${nth} She would rather come on Thursday, and asks for the room at the garden.`

interface Hearing {
  /** So many of those who came first speak in turn: each may do so twenty times a second. */
  speakers: number
  hearers: number
  conversationId: string
}

async function waves(count: number, { speakers, hearers, conversationId }: Hearing): Promise<Waves> {
  const lastMs: number[] = []
  let [left, bytes, deliveries, beginUs] = [0, 0, 0, 0]
  let over = () => {}
  const hear = (text: string) => {
    bytes += text.length
    deliveries++
    if (--left > 0) return
    lastMs.push((nowUs() - beginUs) / 1_000)
    over()
  }
  for (const line of lines) line.onEvent = hear
  for (let nth = 0; nth < count; nth++) {
    const line = lines[(nth * 7) % Math.min(speakers, lines.length)]
    if (!line) break
    left = hearers
    const late = setTimeout(() => fail(new Error(`${left} of ${hearers} did not hear event ${nth}`)), waveMs)
    const heard = new Promise<void>((done) => (over = done))
    beginUs = nowUs()
    const said = command(line, 'note.add', { conversationId, text: noteOf(nth) })
    await heard
    fine(await said)
    clearTimeout(late)
  }
  for (const line of lines) line.onEvent = () => {}
  return { lastMs, deliveries, bytes: bytes / deliveries }
}

/** At a fixed rate, whatever becomes of those before. */
async function acks({ kind, sockets, perSecond, ms }: { kind: Kind; sockets: number; perSecond: number; ms: number }) {
  const speaking = lines.slice(0, sockets)
  const times: number[] = []
  const under = new Set<Promise<void>>()
  const begin = performance.now()
  for (let [said, now] = [0, begin]; now - begin < ms; now = performance.now()) {
    for (; said < ((now - begin) / 1_000) * perSecond; said++) {
      const line = speaking[said % speaking.length]
      if (!line) break
      const at = nowUs()
      const asked = say(line, kind).then((answered) => {
        times.push(nowUs() - at)
        fine(answered)
        under.delete(asked)
      })
      under.add(asked)
    }
    await pass(1)
  }
  await Promise.all(under)
  const acked: Acks = { p50Us: quantile(times, 0.5), p99Us: quantile(times, 0.99), count: times.length }
  return acked
}

interface Lines {
  data: { lines: ShownLine[] }
}

/**
 * What each watcher of the list is given until it is asked for. One of them reads everything; that all were
 * given the same is seen by what each heard last. A line changes every so many ms: the first change that a line does
 * not show yet came so long after the one that it shows, and is as old as the list is stale.
 */
function watch(everyMs: number): () => Watched {
  const stalenessMs: number[] = []
  const shownUs = new Map<string, number>()
  const reader = (text: string) => {
    const now = nowUs()
    for (const { conversationId, conversation } of read(text).data.lines) {
      const changedUs = Number(/^at (\d+)$/.exec(conversation.name)?.[1] ?? NaN)
      const before = shownUs.get(conversationId)
      if (Number.isNaN(changedUs) || before === changedUs) continue
      shownUs.set(conversationId, changedUs)
      if (before !== undefined) stalenessMs.push((now - Math.min(before + everyMs * 1_000, changedUs)) / 1_000)
    }
  }
  let bytes = 0
  const heard = lines.map((line, nth) => {
    const mine = { times: [] as number[], last: '' }
    line.onEvent = (text) => {
      if (!text.includes('inbox.lines_changed')) return
      mine.times.push(performance.now())
      mine.last = text
      bytes += text.length
      if (nth === 0) reader(text)
    }
    return mine
  })
  return () => {
    for (const line of lines) line.onEvent = () => {}
    const perSecond = Math.max(...heard.map(({ times }) => mostInASecond(times)))
    const deliveries = heard.reduce((sum, { times }) => sum + times.length, 0)
    const finals = new Set(heard.map(({ last }) => last))
    const [text = ''] = finals
    const last = text === '' ? [] : read(text).data.lines
    return { perSecond, stalenessMs, deliveries, finals: finals.size, last, bytes }
  }
}

const read = (text: string) => (JSON.parse(text.slice(text.indexOf('['))) as [string, Lines])[1]

/** Within any second. */
function mostInASecond(times: number[]) {
  let [from, most] = [0, 0]
  times.forEach((at, to) => {
    while (at - (times[from] ?? at) >= 1_000) from++
    most = Math.max(most, to - from + 1)
  })
  return most
}

function fail(error: unknown) {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exit(1)
}
