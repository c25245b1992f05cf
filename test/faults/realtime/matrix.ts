import { isDeepStrictEqual } from 'node:util'
import { asOpened } from '../../harness/verify-stream.ts'
import { patienceMs, until } from '../../harness/until.ts'
import type { Fault, Lengths } from './faults.ts'
import type { Pair } from './pair.ts'
import type { Employee } from './people.ts'
import { PlainWatcher, Watcher } from './watchers.ts'

export interface Size {
  clients: number
  events: number
  /** In so many ms, more or less; a fault begins when a quarter of it is over. */
  spanMs: number
  lengths: Lengths
}

/** Of one fault, over all clients. */
export interface Outcome {
  fault: string
  events: number
  lost: number
  repeated: number
  unordered: number
  /** Clients whose last state is not that of one who comes now. */
  differing: number
  /** How often clients came back, and how often they were then given a snapshot. */
  returns: number
  snapshots: number
  /** Until the last client had the last event, after the last was written, ms. */
  settledMs: number
  /** The control: events that a client of plain Socket.IO did not get, on average, and of how many clients. */
  plain: { lost: number; losers: number; repeated: number }
}

const inFlight = 32
const attemptMs = 2_000
const againMs = 100
const settleMs = patienceMs
const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))

/** Writers, watchers and the control, over two processes to which a fault happens. */
export async function underFault(pair: Pair, fault: Fault, staff: readonly Employee[], size: Size): Promise<Outcome> {
  const [writer, ...readers] = staff
  if (!writer) throw new Error('nobody writes')
  const { workspaceId } = pair.staff
  const stream = `conversation:${await someConversation(pair, writer.token)}` as const
  const watch = ({ token }: Employee) => new Watcher(pair.door.url, token, stream, workspaceId)
  const watchers = readers.slice(0, size.clients).map(watch)
  const plain = watchers.map(() => new PlainWatcher(pair.plainDoor.url))
  await Promise.all([...watchers, ...plain].map((one) => one.ready()))

  const run = Math.random().toString(36).slice(2, 8)
  const happening = pause(size.spanMs / 4).then(() => fault.happens(pair, size.lengths))
  const notes = Array.from({ length: size.events }, (_, n) => `${run}/${n}`)
  const paced = (write: (n: number) => Promise<void>) => atPace(size, write)
  const note = noteIn(pair, stream.slice(stream.indexOf(':') + 1), writer.token)
  await Promise.all([paced((n) => note(notes[n] ?? '')), paced((n) => sayPlainly(pair, n)), happening])

  const began = performance.now()
  const newcomer = watch(writer)
  await newcomer.ready()
  const head = newcomer.handle.seq() ?? 0
  const isThere = (one: Watcher) => (one.handle.seq() ?? 0) >= head && one.client.status().state === 'live'
  await until(() => watchers.every(isThere), settleMs).catch(() => undefined) // Those who are not differ, and are counted.
  const settledMs = performance.now() - began
  await until(() => plain.every(({ socket }) => socket.connected), settleMs)
  await pause(againMs) // What is on its way to them arrives.
  const outcome = { fault: fault.name, settledMs, ...judged(watchers, newcomer, notes), plain: control(plain, size) }
  for (const one of [...watchers, ...plain, newcomer]) one.close()
  return { ...outcome, events: size.events }
}

function judged(watchers: readonly Watcher[], newcomer: Watcher, notes: readonly string[]) {
  const sum = (of: (one: Watcher) => number) => watchers.reduce((all, one) => all + of(one), 0)
  const truth = asOpened(newcomer.handle.state())
  const counts = newcomer.inbox.state()?.counts
  const isSame = ({ handle, inbox }: Watcher) =>
    isDeepStrictEqual(asOpened(handle.state()), truth) && isDeepStrictEqual(inbox.state()?.counts, counts)
  return {
    lost: sum((one) => {
      const texts = one.texts()
      return notes.filter((text) => !texts.has(text)).length
    }),
    repeated: sum(({ repeated }) => repeated),
    unordered: sum(({ unordered }) => unordered),
    differing: sum((one) => (isSame(one) ? 0 : 1)),
    returns: sum(({ returns }) => returns),
    snapshots: sum(({ snapshots }) => snapshots),
  }
}

function control(plain: readonly PlainWatcher[], { events }: Size) {
  const lost = plain.map(({ got }) => events - new Set(got).size)
  return {
    lost: lost.reduce((all, one) => all + one, 0) / plain.length,
    losers: lost.filter((one) => one > 0).length,
    repeated: plain.reduce((all, { got }) => all + got.length - new Set(got).size, 0),
  }
}

/** Each in its turn, so many at once at most; resolves when every one is done. */
export async function atPace({ events, spanMs }: Pick<Size, 'events' | 'spanMs'>, write: (n: number) => Promise<void>) {
  const began = performance.now()
  let next = 0
  const lane = async () => {
    while (next < events) {
      const n = next++
      const early = began + (n / events) * spanMs - performance.now()
      if (early > 0) await pause(early)
      await write(n)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

/** A note is written once, however often it has to be asked for, and at whichever process. */
export function noteIn({ ours }: Pair, conversationId: string, token: string) {
  const authorization = `Bearer ${token}`
  return (text: string) =>
    insist(ours, `/api/v1/conversations/${conversationId}/notes`, {
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': keyOf(text) },
      body: JSON.stringify({ text }),
    })
}

/** Of a text that is long only to be long, what is its own. */
const keyOf = (text: string) => text.replace(/[^\x21-\x7e]/g, '').slice(-128)

const sayPlainly = ({ plain }: Pair, n: number) => insist(plain, '/', { body: JSON.stringify({ n }) })

async function insist(sites: readonly { url: string }[], path: string, request: RequestInit) {
  for (let tries = 0; ; tries++) {
    const { url } = sites[(tries + (Math.random() < 0.5 ? 1 : 0)) % sites.length] as { url: string }
    const answer = await attempt(url + path, request)
    if (answer?.ok) return
    if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 429)
      throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    await pause(againMs)
  }
}

async function attempt(url: string, request: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(url, { method: 'POST', ...request, signal: AbortSignal.timeout(attemptMs) })
  } catch {
    return undefined // Refused, cut or silent: it is asked for again.
  }
}

export async function someConversation({ ours: [, site] }: Pair, token: string): Promise<string> {
  const response = await fetch(`${site?.url}/api/v1/conversations?status=open`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { items } = (await response.json()) as { items: { conversationId: string }[] }
  const [first] = items
  if (!first) throw new Error('the demo has no open conversation')
  return first.conversationId
}
