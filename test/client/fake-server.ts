import type { Platform, SocketLike } from '../../client/platform.ts'
import { onConversation, type ConversationState } from '../../client/streams/conversation.ts'
import type { ConversationEvent, StreamEvent } from '../../client/wire.ts'
import { VirtualTime } from '../harness/virtual-time.ts'

const epoch = Date.UTC(2026, 0, 5, 9)
const stream = 'conversation:c1'
const nothing = { conversation: { id: 'c1' }, messages: [], hasMore: false } as unknown as ConversationState

export type Way = 'once' | 'twice' | 'late' | 'never'
type Ack = (answer: never) => void

interface Asked {
  id: string
  input: { text: string }
}

/** A server of one conversation in memory, behind lines that do what a test wants, in virtual time. */
export class FakeServer {
  readonly time = new VirtualTime()
  readonly #pulse = this.time.pulse(0)
  readonly #lines = new Set<FakeLine>()
  readonly #known = new Map<string, object>()
  readonly log: StreamEvent[] = []
  state: ConversationState = nothing
  /** The texts that took effect, in their order. */
  said: string[] = []
  /** The log reaches back to here. */
  base = 0
  isReachable = true
  /** Whether it says hello. */
  greets = true
  /** Its clock before everybody else's, and how long its tokens live. */
  aheadMs = 0
  tokenMs = Infinity
  renewals = 0
  /** What becomes of answers from now on. */
  answers: Way = 'once'
  /** So many commands are refused for now, each with the advice to come again. */
  refusals = 0
  counts = { snapshots: 0, deltas: 0, connects: 0 }
  wakes = new Set<() => void>()

  now() {
    return epoch + this.time.now
  }

  after(ms: number, run: () => void) {
    return this.time.add({ at: this.time.now + ms, everyMs: undefined, run, of: this.#pulse })
  }

  /** Where a client of this server runs. */
  platform(random: () => number): Platform {
    return {
      now: () => this.now(),
      after: (ms, run) => this.after(ms, run),
      random,
      socket: () => new FakeLine(this),
      hints: (wake) => {
        this.wakes.add(wake)
        return () => void this.wakes.delete(wake)
      },
    }
  }

  write(text: string, way: Way = 'once') {
    const seq = this.log.length + 1
    const message = { _id: `msg_${seq}`, n: seq, content: { kind: 'text', text } }
    const data = { message, conversation: { id: 'c1', messageCount: seq } }
    const event = { stream, seq, id: `${stream}:${seq}`, type: 'message.created', at: '', data } as StreamEvent
    this.log.push(event)
    this.state = onConversation(this.state, event as unknown as ConversationEvent)
    for (const line of this.#lines) if (line.isFollowing) line.brings(way, 'event', event)
    return seq
  }

  tell(event: string, message: object) {
    for (const line of this.#lines) line.brings('once', event, message)
  }

  cut() {
    for (const line of [...this.#lines]) line.io.engine.close()
  }

  begin(line: FakeLine) {
    this.counts.connects++
    this.#lines.add(line)
    const limits = { streams: 128, payloadBytes: 65_536, commandsPerSecond: 20 }
    const user = { id: 'ana', role: 'staff', workspaceId: 'w1' }
    const now = new Date(this.now() + this.aheadMs).toISOString()
    if (this.greets)
      line.brings('once', 'hello', { v: 1, node: 'n1', now, session: 's', ...this.#expiry, limits, user })
  }

  end(line: FakeLine) {
    this.#lines.delete(line)
  }

  answer(line: FakeLine, event: string, request: never): object {
    if (event === 'subscribe') return this.#subscribe(line, request)
    if (event === 'unsubscribe') line.isFollowing = false
    if (event === 'token') this.renewals++
    return event === 'command' ? this.#command(request) : this.#expiry
  }

  get #expiry() {
    if (this.tokenMs === Infinity) return {}
    return { expiresAt: new Date(this.now() + this.aheadMs + this.tokenMs).toISOString() }
  }

  #subscribe(line: FakeLine, { streams }: { streams: { since?: number }[] }) {
    line.isFollowing = true
    const since = streams[0]?.since
    const isThere = since !== undefined && since >= this.base && since <= this.log.length
    this.counts[isThere ? 'deltas' : 'snapshots']++
    const seq = this.log.length
    const what = isThere ? { events: this.log.slice(since) } : { snapshot: this.state }
    return { streams: [{ stream, seq, signals: [], ...what }] }
  }

  /** Takes effect once, however often it comes. */
  #command({ id, input: { text } }: Asked): object {
    const known = this.#known.get(id)
    if (known) return known
    if (this.refusals > 0) {
      this.refusals--
      return { ok: false, error: { code: 'busy', title: 'Not now.', retryable: true, retryAfterMs: 30 } }
    }
    this.said.push(text)
    const seq = this.write(text, this.answers)
    const answer = { result: { messageId: `msg_${seq}`, n: seq }, effect: { stream, seq } }
    this.#known.set(id, answer)
    return answer
  }
}

const latencyMs = 5
const lateMs = 60

/** A socket of socket.io-client, as far as the client knows it. */
class FakeLine implements SocketLike {
  auth: unknown
  isFollowing = false
  readonly #server: FakeServer
  readonly #heard = new Map<string, (message: never) => void>()
  readonly #opened: (() => void)[] = []
  /** Which connection this is: nothing of an earlier one arrives. */
  #connection = 0
  #isOpen = false

  constructor(server: FakeServer) {
    this.#server = server
  }

  readonly io = {
    on: (event: 'open' | 'ping', heard: () => void) => void (event === 'open' && this.#opened.push(heard)),
    engine: { close: () => this.#close() },
  }

  on(event: string, heard: (message: never) => void) {
    this.#heard.set(event, heard)
  }

  connect() {
    const connection = ++this.#connection
    this.#server.after(latencyMs, () => {
      if (connection !== this.#connection) return
      if (!this.#server.isReachable) return this.#heard.get('connect_error')?.(new Error('refused') as never)
      this.#isOpen = true
      for (const opened of this.#opened) opened()
      this.#server.begin(this)
    })
  }

  disconnect() {
    this.#close()
    this.#connection++ // What was being made is not made any more.
  }

  emit(event: string, request: object, ack?: Ack) {
    const connection = this.#connection
    this.#server.after(latencyMs, () => {
      if (!this.#isOpen || connection !== this.#connection) return
      const answer = this.#server.answer(this, event, request as never)
      this.#arrives(this.#server.answers, () => ack?.({ ok: true, ...answer } as never))
    })
  }

  brings(way: Way, event: string, message: object) {
    this.#arrives(way, () => this.#heard.get(event)?.(message as never))
  }

  #arrives(way: Way, run: () => void) {
    const connection = this.#connection
    const then = () => {
      if (this.#isOpen && connection === this.#connection) run()
    }
    if (way === 'never') return
    this.#server.after(way === 'late' ? lateMs : latencyMs, then)
    if (way === 'twice') this.#server.after(lateMs, then)
  }

  #close() {
    if (!this.#isOpen) return
    this.#isOpen = this.isFollowing = false
    this.#connection++
    this.#server.end(this)
    this.#heard.get('disconnect')?.('cut' as never)
  }
}
