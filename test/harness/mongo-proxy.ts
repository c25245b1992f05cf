import { deserialize, type Document, serialize } from 'bson'
import { type Place, type Protocol, Proxy, type Verdict } from './proxy.ts'

const opMsg = 2013
const headerBytes = 16

/** The frames of MongoDB's wire protocol: a header with length, request, request that is answered, and operation. */
export const frames: Protocol = {
  lengthOf: (bytes) => (bytes.length < headerBytes ? undefined : bytes.readInt32LE(0)),
  idOf: (request) => request.readInt32LE(4),
  answers: (answer) => answer.readInt32LE(8),
}

/** One command on its way: `update` into `users`, with its body. */
export interface Sent {
  name: string
  collection: string
  body: Document
}

/**
 * What is done to a command. `before`: it is lost before the server has it; `after`: it is applied, and its answer is
 * lost; `half`: the first half of its operations is applied, and the connection ends; `stepDown`: the same, and the
 * server says that it is no longer the primary; `unsure`: all is applied, and the majority has not acknowledged it.
 */
export type Mishap = 'before' | 'after' | 'half' | 'stepDown' | 'unsure'

/** A write of one actor's document, and what the store said to it. */
export interface Applied {
  collection: string
  id: string
  owner: string
  rev: number
}

/** A proxy that knows what MongoDB's clients ask. */
export class MongoProxy {
  readonly proxy: Proxy
  /** Decides for each write what happens to it, or what it waits for before the server gets it. */
  mishap: (sent: Sent) => Mishap | Promise<void> | undefined = () => undefined
  /** Without it the store is not asked whose an actor is, and which revision it has: whoever writes, writes. */
  isFenced = true
  /** Hears which documents of actors were written, also when the client will never know. */
  applied: (write: Applied) => void = () => undefined
  /** Writes that were sent, and whose answer never came to the proxy. */
  readonly unknown = new Set<Applied>()

  /** The server's address, by way of here. */
  readonly uri: string

  private constructor(proxy: Proxy, { who, rest }: Pick<Address, 'who' | 'rest'>) {
    this.proxy = proxy
    // A driver that finds out about a replica set would go there by itself.
    this.uri = `mongodb://${who}${encodeURIComponent(proxy.path)}/${rest}${rest.includes('?') ? '&' : '?'}directConnection=true`
    this.#judgeAgain()
  }

  static async before(uri: string): Promise<MongoProxy> {
    const address = addressOf(uri)
    return new MongoProxy(await Proxy.before(address.place, frames), address)
  }

  heal() {
    this.mishap = () => undefined
    this.proxy.heal()
    this.#judgeAgain()
  }

  #judgeAgain() {
    this.proxy.judge = (frame) => this.#judge(frame)
  }

  #judge(frame: Buffer): Verdict {
    const sent = opened(frame)
    if (!sent || !writes.has(sent.name)) return { do: 'forward' }
    const mishap = this.mishap(sent)
    if (mishap === 'before') return { do: 'cut' }
    const kept = this.isFenced ? sent : unfenced(sent)
    const halved = mishap === 'half' || mishap === 'stepDown' ? half(kept) : kept
    const actors = actorsOf(sent).slice(0, halved.body['updates']?.length)
    for (const { write } of actors) this.unknown.add(write)
    const answer = (said: Buffer) => {
      this.#note(actors, opened(said)?.body)
      return spoiled(mishap, said)
    }
    const piece = halved === sent ? frame : framed(frame, halved.body)
    return { do: 'forward', piece, answer, ...(mishap instanceof Promise && { after: mishap }) }
  }

  #note(actors: ReturnType<typeof actorsOf>, reply: Document | undefined) {
    const failed = new Set(((reply?.['writeErrors'] ?? []) as { index: number }[]).map(({ index }) => index))
    for (const { at, write } of actors) {
      this.unknown.delete(write)
      if (reply?.['ok'] === 1 && !failed.has(at)) this.applied(write)
    }
  }
}

interface Address {
  who: string
  place: Place
  /** Database and options. */
  rest: string
}

export function addressOf(uri: string): Address {
  const [, who = '', host = '', rest = ''] = /^mongodb:\/\/([^@/]*@)?([^/?,]+)\/?(.*)$/.exec(uri) ?? []
  return { who, place: decodeURIComponent(host), rest }
}

const writes = new Set(['update', 'insert'])

function spoiled(mishap: Mishap | Promise<void> | undefined, said: Buffer): Buffer | 'cut' {
  if (mishap === undefined || mishap instanceof Promise) return said
  if (mishap === 'stepDown')
    return framed(said, { ok: 0, code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' })
  if (mishap !== 'unsure') return 'cut'
  const writeConcernError = { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting for replication timed out' }
  return framed(said, { ...opened(said)?.body, writeConcernError })
}

/** The actors whose revision an update raises, each with its place in the command; rows and claims raise none. */
function actorsOf({ name, collection, body }: Sent): { at: number; write: Applied }[] {
  if (name !== 'update') return []
  const updates = (body['updates'] ?? []) as { q: Document; u: Document }[]
  return updates.flatMap(({ q, u }, at) => {
    const rev = Number(q['actor.rev'])
    if (u['$set']?.['actor.rev'] !== rev + 1) return []
    return [{ at, write: { collection, id: String(q['_id']), owner: String(q['actor.owner']), rev } }]
  })
}

function unfenced({ body, ...sent }: Sent): Sent {
  const updates = (body['updates'] as { q: Document }[] | undefined)?.map((update) => {
    const { 'actor.owner': _, 'actor.rev': __, ...q } = update.q
    return { ...update, q }
  })
  return { ...sent, body: { ...body, ...(updates && { updates }) } }
}

function half({ name, collection, body }: Sent): Sent {
  const field = name === 'update' ? 'updates' : 'documents'
  const all = (body[field] ?? []) as unknown[]
  return { name, collection, body: { ...body, [field]: all.slice(0, Math.ceil(all.length / 2)) } }
}

/** What an OP_MSG says, its document sequences put where they belong. */
export function opened(frame: Buffer): Sent | undefined {
  if (frame.readInt32LE(12) !== opMsg) return undefined
  let body: Document = {}
  const sequences: Record<string, Document[]> = {}
  for (let at = headerBytes + 4; at < frame.length;) {
    const kind = frame[at++]
    const end = at + frame.readInt32LE(at)
    if (kind === 0) body = deserialize(frame.subarray(at, end))
    else {
      const zero = frame.indexOf(0, at + 4)
      sequences[frame.toString('utf8', at + 4, zero)] = documents(frame.subarray(zero + 1, end))
    }
    at = end
  }
  const [name = '', collection] = Object.entries(body)[0] ?? []
  return { name, collection: String(collection), body: { ...body, ...sequences } }
}

function documents(bytes: Buffer): Document[] {
  const found: Document[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + bytes.readInt32LE(at)
    found.push(deserialize(bytes.subarray(at, end)))
    at = end
  }
  return found
}

/** Another body under the same header. */
export function framed(like: Buffer, body: Document): Buffer {
  const bson = serialize(body)
  const frame = Buffer.alloc(headerBytes + 5 + bson.length)
  like.copy(frame, 0, 0, headerBytes)
  frame.writeInt32LE(frame.length, 0)
  frame.set(bson, headerBytes + 5)
  return frame
}
