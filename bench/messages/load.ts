/** The outside world: people who write, through a provider that signs, and the staff who see it and answer. */
import { io, type Socket } from 'socket.io-client'
import { paced } from '../pace.ts'
import { answer } from '../program.ts'
import { dialects, type Heard } from './dialects.ts'
import { type Place, type Side, socketsPerMember } from './place.ts'
import { Poster } from './post.ts'
import { nowUs, readText, replyEvery, someone, textOf, webhookOf } from './webhooks.ts'

/** What has not come by then is lost, on any machine. */
const missingMs = 120_000

interface Setup extends Place {
  side: Side
  conversations: number
}

class Outside {
  readonly #setup: Setup
  readonly #poster: Poster
  readonly #sockets: Socket[] = []
  readonly #conversationOf: string[] = []
  /** Messages that have not come yet, or whose answer is not with the provider yet. */
  readonly #awaited = new Map<number, () => void>()
  readonly #sent = new Map<string, () => void>()
  readonly #replies = new Set<Promise<void>>()
  readonly #work = new Set<Promise<void>>()
  #seq = 0
  #posting = 0
  #isOn = false
  #endPace = () => {}
  #messages = 0
  #lines = 0
  #answered = 0
  #latencies: number[] = []
  #lineLatencies: number[] = []
  #postLatencies: number[] = []

  constructor(setup: Setup) {
    this.#setup = setup
    this.#poster = new Poster(setup.url, setup.path, 256)
  }

  /** Everybody writes once, so that everybody is known, and every conversation is followed by one socket. */
  async begin() {
    const { side, url, tokens, inbox, conversations } = this.#setup
    const { listen, follow } = dialects[side]
    for (const token of tokens.flatMap((one) => Array.from({ length: socketsPerMember }, () => one))) {
      const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true })
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject))
      listen(socket, (heard) => this.#hear(heard))
      this.#sockets.push(socket)
    }
    const [first] = this.#sockets
    if (first) await follow(first, [], inbox)
    const everyone = Array.from({ length: conversations }, (_, person) => person)
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let person = everyone.pop(); person !== undefined; person = everyone.pop()) await this.#meet(person)
      }),
    )
    await Promise.all(
      this.#sockets.map((socket, nth) => {
        const theirs = this.#conversationOf.filter((_, person) => person % this.#sockets.length === nth)
        return follow(socket, theirs, undefined)
      }),
    )
  }

  /** So many under way at once. */
  run(inflight: number) {
    this.#isOn = true
    const next = someone(this.#setup.conversations)
    const loop = async () => {
      while (this.#isOn) await this.#message(next(), nowUs())
    }
    for (let nth = 0; nth < inflight; nth++) this.#track(loop())
  }

  /** So many a second, whatever becomes of those before: timed from when each was due. */
  pace(perSecond: number) {
    const next = someone(this.#setup.conversations)
    this.#endPace = paced(perSecond, (dueUs) => this.#track(this.#message(next(), dueUs)))
  }

  /** Resolves when everything that was said has arrived. A benchmark in which something is lost measures nothing. */
  async rest() {
    this.#isOn = false
    this.#endPace()
    const late = setTimeout(() => fail(new Error(`still missing after ${missingMs} ms: ${this.#missing()}`)), missingMs)
    while (this.#work.size > 0 || this.#replies.size > 0) await Promise.all([...this.#work, ...this.#replies])
    clearTimeout(late)
  }

  #missing() {
    const messages = `${this.#awaited.size} messages, as ${[...this.#awaited.keys()].slice(0, 5).join(', ')}`
    return `${this.#posting} requests, ${messages}, ${this.#replies.size} answers, ${this.#sent.size} of them taken`
  }

  /** What came since the last mark. */
  mark() {
    const { user, system } = process.cpuUsage()
    const mark = {
      atUs: nowUs(),
      cpuMs: (user + system) / 1_000,
      messages: this.#messages,
      lines: this.#lines,
      answered: this.#answered,
      latencies: this.#latencies,
      lineLatencies: this.#lineLatencies,
      postLatencies: this.#postLatencies,
    }
    this.#latencies = []
    this.#lineLatencies = []
    this.#postLatencies = []
    return mark
  }

  stop() {
    this.#poster.close()
    for (const socket of this.#sockets) socket.disconnect()
  }

  #track(work: Promise<void>) {
    const mine = work.catch(fail).finally(() => this.#work.delete(mine))
    this.#work.add(mine)
  }

  /**
   * One message through the front door, until its event has come. Its line in the list is timed where it is shown: of
   * several messages of one conversation within a quarter of a second, a list may show the last alone.
   */
  async #message(person: number, sentUs: number) {
    const seq = ++this.#seq
    const heard = new Promise<void>((done) => this.#awaited.set(seq, done))
    await this.#post(person, seq, sentUs, seq % replyEvery === 0)
    this.#postLatencies.push(nowUs() - sentUs)
    await heard
  }

  async #meet(person: number) {
    const seq = ++this.#seq
    const heard = new Promise<void>((done) => this.#awaited.set(seq, done))
    this.#personOf.set(seq, person)
    await this.#post(person, seq, nowUs(), false)
    await heard
  }
  readonly #personOf = new Map<number, number>()

  async #post(person: number, seq: number, sentUs: number, wantsReply: boolean) {
    const webhook = webhookOf(person, `${process.pid}.${seq}`, textOf(seq, sentUs, wantsReply))
    this.#posting++
    const status = await this.#poster.post(webhook)
    this.#posting--
    if (status !== 200) throw new Error(`the webhook was answered ${status}`)
  }

  #hear(heard: Heard) {
    if (heard.kind === 'sent') return this.#hearSent(heard.messageId)
    const read = readText(heard.text)
    if (!read) return // The staff's own words.
    const { seq, sentUs, wantsReply } = read
    if (heard.kind === 'message') {
      this.#messages++
      this.#latencies.push(nowUs() - sentUs)
      if (wantsReply) return this.#reply(seq, heard.conversationId)
    } else {
      this.#lines++
      this.#lineLatencies.push(nowUs() - sentUs)
      const person = this.#personOf.get(seq)
      if (person === undefined) return
      this.#conversationOf[person] = heard.conversationId
    }
    this.#came(seq)
  }

  #came(seq: number) {
    this.#awaited.get(seq)?.()
    this.#awaited.delete(seq)
  }

  #reply(seq: number, conversationId: string) {
    const socket = this.#sockets[this.#answered++ % this.#sockets.length]
    if (!socket) return
    const work = async () => {
      const text = 'Of course, we are looking forward to seeing you then.'
      const messageId = await dialects[this.#setup.side].reply(socket, conversationId, text)
      if (!this.#early.delete(messageId)) await new Promise<void>((sent) => this.#sent.set(messageId, sent))
      this.#came(seq)
    }
    const mine = work()
      .catch(fail)
      .finally(() => this.#replies.delete(mine))
    this.#replies.add(mine)
  }

  /** Events and acknowledgements overtake one another. */
  readonly #early = new Set<string>()
  #hearSent(messageId: string) {
    const sent = this.#sent.get(messageId)
    this.#sent.delete(messageId)
    if (sent) sent()
    else this.#early.add(messageId)
  }
}

function fail(error: unknown) {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exit(1)
}

let outside: Outside
answer({
  async start(setup: Setup) {
    outside = new Outside(setup)
    await outside.begin()
  },
  run: ({ inflight }: { inflight: number }) => outside.run(inflight),
  pace: ({ perSecond }: { perSecond: number }) => outside.pace(perSecond),
  rest: () => outside.rest(),
  mark: () => outside.mark(),
  stop: () => outside.stop(),
})
