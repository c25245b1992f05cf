import { Schemas } from './schemas.ts'

interface Reference {
  $ref: string
}
interface Message {
  payload: Reference
  'x-emit'?: string
}
interface Operation {
  action: 'send' | 'receive'
  channel: Reference
  messages?: Reference[]
  'x-codes'?: string[]
}
/** As much of the AsyncAPI document as frames are held against. */
export interface Document {
  channels: Record<string, { address: string; messages: Record<string, Message | Reference>; 'x-codes'?: string[] }>
  operations: Record<string, Operation>
  components: { schemas: Record<string, object> }
  'x-codes': Record<string, string>
}

interface Asked {
  event: string
  request: any
}
interface Heard {
  /** The first thing that its server said of itself; another server's frames are nobody's business here. */
  isOurs?: boolean
  asked: Map<string, Asked>
  auth?: unknown
}

// What a message or a command of no known name is refused with.
const strangers = ['invalid_request', 'no_such_command', 'rate_limited']

// What only a test has is named so: its frames are in no document.
const isTestOnly = (name: unknown) => typeof name === 'string' && /^test[_.]/.test(name)

/** Holds frames against the document: what is wrong, and what nothing has seen. */
export class Examination {
  /** What is wrong, with the first frame of which it is so and how many there are. */
  readonly wrong = new Map<string, { frame: string; count: number }>()
  frames = 0
  sockets = 0
  readonly #document: Document
  readonly #schemas: Schemas
  readonly #seen = new Set<string>()
  readonly #codes = new Set<string>()

  constructor(document: Document) {
    this.#document = document
    this.#schemas = new Schemas(document.components.schemas)
  }

  /** The answer takes the frames of one process, in their order. */
  process() {
    const sockets = new Map<string, Heard>()
    return (line: string) => {
      const [, socket = '', direction, text = ''] = /^(\d+)([<>])(.*)$/s.exec(line) ?? []
      if (!direction) return
      const heard = sockets.get(socket) ?? { asked: new Map<string, Asked>() }
      sockets.set(socket, heard)
      if (direction === '<') this.#said(heard, text)
      else this.#answered(heard, text)
    }
  }

  /** The messages of the document, and the snapshots of its streams, that no frame was. */
  get unseen(): string[] {
    const named = Object.values(this.#document.channels).flatMap(({ address, messages }) => [
      ...Object.entries(messages).flatMap(([name, message]) => ('$ref' in message ? [] : [`${address}: ${name}`])),
      ...(address.includes('{id}') ? [`${address}: its snapshot`] : []),
    ])
    return named.filter((name) => !this.#seen.has(name))
  }

  get unseenCodes(): string[] {
    return Object.keys(this.#document['x-codes']).filter((code) => !this.#codes.has(code))
  }

  #said(heard: Heard, text: string) {
    const { type, id, payload } = packetOf(text)
    if (type === 'connect') heard.auth = payload
    if (type === 'event' && Array.isArray(payload) && typeof payload[0] === 'string')
      heard.asked.set(id ?? '', { event: payload[0], request: payload[1] })
  }

  #answered(heard: Heard, text: string) {
    const { type, id, payload } = packetOf(text)
    if (type === 'engine' || type === 'connect' || type === 'disconnect') return
    if (heard.isOurs === undefined) {
      heard.isOurs = type === 'refused' || (type === 'event' && Array.isArray(payload) && payload[0] === 'hello')
      if (heard.isOurs) this.sockets++
    }
    if (!heard.isOurs) return
    this.frames++
    const found = this.#look(heard, { type, id, payload })
    if (found === undefined) return
    const { frame, count } = this.wrong.get(found) ?? { frame: text, count: 0 }
    this.wrong.set(found, { frame, count: count + 1 })
  }

  #look(heard: Heard, { type, id, payload }: Packet): string | undefined {
    if (type === 'refused') return this.#refusedConnection(payload)
    if (type === 'ack') return this.#ack(heard.asked.get(id ?? ''), payload)
    if (type !== 'event' || !Array.isArray(payload)) return 'this is no packet of the protocol'
    const [event, data] = payload as [string, any]
    if (isTestOnly(event)) return undefined
    if (event === 'event' || event === 'signal') return this.#onStream(event, data)
    return this.#valid('connection', event, data) ?? this.#onConnection(heard, event, data)
  }

  #onConnection(heard: Heard, event: string, data: any): string | undefined {
    if (event === 'revoked') return this.#undocumented('revoked', data.error.code)
    if (event !== 'hello') return undefined
    const found = this.#valid('connection', 'connect', heard.auth, { isClosed: false })
    return found === undefined ? undefined : `it was let in: ${found}`
  }

  #refusedConnection(payload: any): string | undefined {
    return this.#valid('connection', 'connect_error', payload) ?? this.#undocumented('connect', payload.data.code)
  }

  #onStream(event: 'event' | 'signal', data: any): string | undefined {
    if (isTestOnly(data?.stream)) return undefined
    const channel = this.#channelOf(data?.stream)
    if (channel === undefined) return `the document has no stream ${data?.stream}`
    const message = this.#document.channels[channel]!.messages[data.type]
    if (!message && event === 'event' && data.data === null) return undefined // Of a type that exists no more.
    if (!message || '$ref' in message || message['x-emit'] !== event) return `the document has no ${event} ${data.type}`
    return this.#valid(channel, data.type, data)
  }

  #ack(asked: Asked | undefined, payload: any): string | undefined {
    if (!asked) return undefined // It was asked before the connection came to be a WebSocket.
    const [answer] = payload as [any]
    const { event, request } = asked
    const [channel, name] = event === 'command' ? ['commands', `${request?.name}`] : ['connection', event]
    if (isTestOnly(name)) return undefined
    if (answer?.ok !== true) return this.#refused(channel, name, answer)
    const taken = this.#valid(channel, name, request, { isClosed: false })
    if (taken !== undefined) return `${name} was done: ${taken}`
    if (name !== 'subscribe') return this.#valid(channel, `${name}.done`, answer)
    return this.#subscribed(answer)
  }

  #subscribed(answer: any): string | undefined {
    const streams: any[] = answer.streams?.filter(({ stream }: any) => !isTestOnly(stream)) ?? []
    if (streams.length === 0 && answer.streams?.length > 0) return undefined
    const found = streams.map((one) => this.#opened(one)).find((wrong) => wrong !== undefined)
    return found ?? this.#valid('connection', 'subscribe.done', { ...answer, streams })
  }

  #opened({ stream, snapshot, error }: any): string | undefined {
    const channel = this.#document.channels[this.#channelOf(stream) ?? '']
    if (channel && snapshot !== undefined) this.#seen.add(`${channel.address}: its snapshot`)
    if (!error) return undefined
    this.#codes.add(error.code)
    const codes = channel ? channel['x-codes'] : ['no_such_stream']
    return codes?.includes(error.code) ? undefined : `${stream}: the code ${error.code} is not documented`
  }

  #refused(channel: string, name: string, answer: any): string | undefined {
    const found = this.#valid('connection', 'refused', answer)
    if (found !== undefined) return `${name}: ${found}`
    const { code } = answer.error
    this.#codes.add(code)
    const operation = channel === 'commands' ? `give_${name}` : name
    if (Object.hasOwn(this.#document.operations, operation)) return this.#undocumented(operation, code)
    return strangers.includes(code) ? undefined : `${name}: the code ${code} is not documented`
  }

  /** Is the code among those that this operation documents? */
  #undocumented(operation: string, code: string): string | undefined {
    this.#codes.add(code)
    const codes = this.#document.operations[operation]?.['x-codes'] ?? []
    return codes.includes(code) ? undefined : `${operation}: the code ${code} is not documented`
  }

  #valid(channel: string, name: string, value: unknown, { isClosed } = { isClosed: true }): string | undefined {
    const { address, messages } = this.#document.channels[channel]!
    const message = Object.hasOwn(messages, name) ? messages[name] : undefined
    if (!message || '$ref' in message) return `the document has no ${name}`
    const found = this.#schemas.wrong(message.payload.$ref, value, { isClosed })
    if (found !== undefined) return `${name}: ${found}`
    this.#seen.add(`${address}: ${name}`)
    return undefined
  }

  #channelOf(stream: unknown): string | undefined {
    const prefix = typeof stream === 'string' ? stream.slice(0, stream.indexOf(':') + 1) : undefined
    return Object.keys(this.#document.channels).find((key) => this.#document.channels[key]!.address === `${prefix}{id}`)
  }
}

interface Packet {
  type: 'engine' | 'connect' | 'disconnect' | 'event' | 'ack' | 'refused' | 'nothing'
  /** Of the acknowledgement that is asked for, or given. */
  id?: string | undefined
  payload?: unknown
}

const types = { 0: 'connect', 1: 'disconnect', 2: 'event', 3: 'ack', 4: 'refused' } as const

/** Engine.IO 4 and in it Socket.IO 5. What is neither is nothing. */
function packetOf(text: string): Packet {
  if (/^[0-36]/.test(text)) return { type: 'engine' }
  const [, type, id, json] = /^4([0-4])(?:(\d+)(?=\[))?(.*)$/s.exec(text) ?? []
  if (!type) return { type: 'nothing' }
  try {
    return { type: types[type as '0'], id, payload: json ? JSON.parse(json) : undefined }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { type: 'nothing' }
  }
}
