// A client as somebody writes it in another language: from docs/protocol.md, top to bottom, with a Socket.IO library and
// HTTP, and nothing of ours. What it does beyond the page, the page lacks.
import { io, type Socket } from 'socket.io-client'
import { patienceMs } from '../harness/until.ts'

interface Event {
  stream: string
  seq: number
  type: string
  data: any
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** "POST /api/v1/auth/login", and "a refresh token is good once". */
export async function signIn(url: string, email: string, password: string) {
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json() as any
  }
  let session = await post('/auth/login', { email, password })
  return {
    workspaceId: session.workspace.id as string,
    userId: session.user.id as string,
    token: () => session.accessToken as string,
    refresh: async () => void (session = await post('/auth/refresh', { refreshToken: session.refreshToken })),
  }
}

/** "Apply strictly": `early`, `drain`, `ask`. */
class Stream {
  seq: number | undefined
  state: any
  signals: any[] = []
  /** "Changes". */
  readonly told = new Map<string, any>()
  error: any
  readonly early = new Map<number, Event>()
  isAsking = false
  question = 0
  snapshots = 0
}

export class BookClient {
  readonly #url: string
  readonly #token: () => string
  readonly #transports: string[]
  readonly streams = new Map<string, Stream>()
  readonly #waiting: { id: string; name: string; input: any; done(answer: any): void }[] = []
  readonly reductions: Record<string, (state: any, data: any) => any> = { ...reduce }
  socket!: Socket
  hello: any
  offset = 0
  attempt = 0
  isOver = false
  isSending = false
  said: { event: string; message: any }[] = []

  constructor(url: string, token: () => string, transports = ['websocket']) {
    this.#url = url
    this.#token = token
    this.#transports = transports
  }

  /** "Connect": resolves with `hello`; rejects with the refusal. */
  connect(): Promise<any> {
    const auth = { token: this.#token(), device: 'book' }
    this.socket = io(this.#url, { transports: this.#transports, reconnection: false, forceNew: true, auth })
    const { socket } = this
    socket.onAny((event: string, message: unknown) => this.said.push({ event, message }))
    socket.on('event', (event: Event) => this.#take(event))
    socket.on('signal', (signal: any) => this.streams.get(signal.stream)?.signals.push(signal))
    socket.on('reset', ({ stream }: { stream: string }) => void this.ask([stream]))
    socket.on(
      'goaway',
      ({ afterMs, jitterMs }: any) => void later(afterMs + Math.random() * jitterMs).then(() => this.cut()),
    )
    socket.on('disconnect', () => {
      this.isSending = false
      for (const stream of this.streams.values()) Object.assign(stream, { signals: [], isAsking: false })
      if (!this.isOver) void this.#comeBack()
    })
    return new Promise((resolve, reject) => {
      socket.once('connect_error', (error: Error & { data?: object }) => reject(Object.assign(error, error.data)))
      socket.once('hello', (hello: any) => {
        this.attempt = 0
        this.hello = hello
        this.offset = Date.parse(hello.now) - Date.now()
        if (this.streams.size > 0) void this.ask([...this.streams.keys()])
        this.#pump()
        resolve(hello)
      })
    })
  }

  /** "Come back". */
  async #comeBack() {
    await later(Math.random() * Math.min(15_000, 300 * 2 ** this.attempt++))
    if (!this.isOver) await this.connect().catch(() => this.#comeBack())
  }

  cut() {
    this.socket.io.engine.close()
  }

  close() {
    this.isOver = true
    this.socket.close()
  }

  /** "Ask": with an acknowledgement; no answer within 15 s means that the line is dead. */
  say(event: string, request: object): Promise<any> {
    return this.socket.timeout(patienceMs).emitWithAck(event, request)
  }

  open(name: string): Stream {
    const stream = new Stream()
    this.streams.set(name, stream)
    void this.ask([name])
    return stream
  }

  async ask(names: string[]) {
    const asked = names.map((name) => {
      const stream = this.streams.get(name)!
      stream.isAsking = true
      return { name, stream, question: ++stream.question }
    })
    const request = asked.map(({ name, stream: { seq } }) => ({
      stream: name,
      changes: true,
      ...(seq !== undefined && { since: seq }),
    }))
    const answer = await this.say('subscribe', { streams: request }).catch(() => undefined)
    if (!answer?.ok) return // The line is gone: the next one asks again.
    for (const [index, { stream, question, name }] of asked.entries()) {
      const own = answer.streams[index]
      if (question !== stream.question) continue
      stream.isAsking = false
      stream.error = own.error
      if (own.error) continue
      stream.signals = own.signals
      if (own.snapshot) {
        stream.snapshots++
        stream.told.clear()
        Object.assign(stream, { state: own.snapshot, seq: own.seq })
      } else {
        for (const event of own.events) stream.early.set(event.seq, event)
        const beyond = [...stream.early.keys()].filter((seq) => seq > stream.seq!)
        if (beyond.length > 0 && !beyond.includes(stream.seq! + 1)) stream.seq = undefined
      }
      this.#drain(name, stream)
    }
  }

  #take(event: Event) {
    const stream = this.streams.get(event.stream)
    stream?.early.set(event.seq, event)
    if (stream) this.#drain(event.stream, stream)
  }

  #drain(name: string, stream: Stream) {
    const { seq, early } = stream
    if (seq !== undefined) {
      for (const known of early.keys()) if (known <= seq) early.delete(known)
      for (let event = early.get(seq + 1); event; event = early.get(event.seq + 1)) {
        early.delete(event.seq)
        stream.seq = event.seq
        if (event.data === null) continue
        stream.state = this.reductions[event.type]?.(stream.state, whole(event, stream.told)) ?? stream.state
      }
    }
    if (early.size > 0 && !stream.isAsking) void this.ask([name])
  }

  /** "Commands": an outbox of one lane. */
  give(name: string, input: object, id = this.newId()): Promise<any> {
    return new Promise((done) => {
      this.#waiting.push({ id, name, input, done })
      this.#pump()
    })
  }

  #pump() {
    const [next] = this.#waiting
    if (!next || this.isSending || !this.socket.connected) return
    this.isSending = true
    const { id, name, input, done } = next
    this.say('command', { id, name, input }).then(
      (answer) => {
        this.isSending = false
        this.#waiting.shift()
        done(answer)
        this.#pump()
      },
      () => undefined, // It stays, and the next line sends it again under its id.
    )
  }

  /** "A UUIDv7 by the server's clock." */
  newId(at = Date.now() + this.offset) {
    const chance = crypto.randomUUID().replaceAll('-', '')
    return `${at.toString(16).padStart(12, '0')}7${chance.slice(13, 16)}8${chance.slice(17)}`
  }
}

/** "Changes": before the event is reduced. */
function whole({ type, data }: Event, told: Map<string, any>) {
  if (type !== 'inbox.lines_changed') return data
  const changed = (data.changes ?? []).map(({ conversationId, conversation, ...last }: any) => {
    const line = told.get(conversationId)
    return { ...line, ...last, conversation: { ...line.conversation, ...conversation } }
  })
  const lines = [...data.lines, ...changed]
  for (const line of lines) told.set(line.conversationId, line)
  return { ...data, lines }
}

/** "Event, data, reduce." */
const set = (state: any, { messageId, ...values }: any) => ({
  ...state,
  messages: state.messages.map((one: any) => (one._id === messageId ? { ...one, ...values } : one)),
})
const ranks: Record<string, number> = {
  received: 0,
  pending: 0,
  queued: 10,
  sent: 20,
  delivered: 30,
  read: 40,
  failed: 90,
}
const rank = ({ status, error }: any) =>
  status === 'failed' && error?.code === 'outcome_unknown' ? 15 : ranks[status]!
const counts = (known: any, next: any) => {
  if (next.status === 'pending') return true
  return rank(known) < (next.status === 'failed' && rank(next) === 90 ? 30 : rank(next))
}
const newer = (a: any, b: any) => {
  const [atA, atB] = [a.conversation.lastMessageAt ?? '', b.conversation.lastMessageAt ?? '']
  const isBefore = atA === atB ? a.conversationId > b.conversationId : atA > atB
  return isBefore ? -1 : 1
}
const put = (state: any, { message }: any) => {
  const others = state.messages.filter(({ _id }: any) => _id !== message._id)
  const messages = others.length < state.messages.length ? state.messages : [...others, message]
  return { ...state, messages: messages.sort((a: any, b: any) => a.n - b.n) }
}
const allowed = (state: any, data: any) => {
  const known = state.messages.find(({ _id }: any) => _id === data.messageId)
  return known && (data.status === undefined || counts(known, data)) ? set(state, data) : state
}
const reduce = {
  'message.created': (state: any, data: any) => ({ ...put(state, data), conversation: data.conversation }),
  'message.status_changed': allowed,
  'message.rerouted': set,
  'message.edited': set,
  'message.file_fetched': set,
  'message.call_changed': set,
  'message.withdrawn': set,
  'message.reacted': set,
  'conversation.changed': (state: any, { conversation }: any) => ({ ...state, conversation }),
  'sla.warning': (state: any, { conversation }: any) => ({ ...state, conversation }),
  'sla.breached': (state: any, { conversation }: any) => ({ ...state, conversation }),
  'sla.met': (state: any, { conversation }: any) => ({ ...state, conversation }),
  'conversation.scheduled_changed': (state: any, { scheduled }: any) => ({ ...state, scheduled }),
  'conversation.draft_changed': (state: any, { draft }: any) => ({ ...state, draft }),
  'conversation.rearranged': (state: any, { conversation, messages }: any) => ({
    ...state,
    conversation,
    messages,
    hasMore: messages[0]?.n > 1,
  }),
  'question.asked': (state: any, { question }: any) => ({ ...state, question }),
  'question.closed': (state: any, { questionId }: any) =>
    state.question?.questionId === questionId ? { ...state, question: null } : state,
  'word.heard': (state: any) => state,
  'own.message_created': put,
  'own.message_changed': allowed,
  'own.seen': (state: any, { unseen }: any) => ({ ...state, unseen }),
  'roster.changed': (state: any, { members, ...others }: any) => {
    const named = new Map(members.map((one: any) => [one.id, one]))
    return { ...others, members: state.members.map((one: any) => named.get(one.id) ?? one) }
  },
  'roster.staff_changed': (_: any, data: any) => data,
  'user.activity': (state: any, data: any) => {
    const others = state.items.filter(({ _id }: any) => _id !== data._id)
    const isLater = (a: any, b: any) => (a.at === b.at ? a._id > b._id : a.at > b.at)
    return { items: [...others, data].sort((a, b) => (isLater(a, b) ? -1 : 1)).slice(0, 50) }
  },
  'attention.changed': (_: any, data: any) => data,
  'inbox.lines_changed': (state: any, data: any) => {
    const changed = new Set(data.lines.map(({ conversationId }: any) => conversationId))
    const others = state.lines.filter(({ conversationId }: any) => !changed.has(conversationId))
    const open = data.lines.filter(({ conversation }: any) => conversation.status === 'open')
    return { counts: data.counts, lines: [...others, ...open].sort(newer) }
  },
  'user.changed': (_: any, data: any) => data,
  'user.me_changed': (_: any, data: any) => data,
  'channel.health_changed': (_: any, data: any) => data,
}
