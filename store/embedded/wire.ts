import { decode, decodeCommand, TOO_DEEP } from './bson/decode.ts'
import { Fields, isFields } from './bson/value.ts'
import { MESSAGE_BYTES_MAX } from './commands/handshake.ts'
import { asOperation } from './commands/plain-update.ts'
import { crc32c } from './crc32c.ts'
import { StoreError } from './errors.ts'

const HEADER_BYTES = 16
/** Of a message whose body comes first: behind the header, the flags and the kind of the section. */
export const BODY_AT = HEADER_BYTES + 4 + 1
const OP_REPLY = 1
const OP_QUERY = 2004
export const OP_MSG = 2013

const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
/** The lower half of the flags: a receiver must understand each of them. */
const REQUIRED_FLAGS = 0xffff

/** A frame that no driver sends: there is no telling where the next one begins, so the connection ends. */
export class BadFrame extends Error {}

export interface Message {
  requestId: number
  command: Fields
  documents: Buffer[] | null
  /** The driver's very first `hello` comes in the old form, and wants its answer so. */
  isLegacy: boolean
  /** A write with `w: 0`: nobody listens for an answer. */
  isUnanswered: boolean
  /** What is wrong with it although its frame is whole: then there is no command in it. */
  refusal: StoreError | null
}

/** Cuts a stream of bytes into frames. */
export class Frames {
  private chunks: Buffer[] = []
  private length = 0

  private whole(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)]
    return this.chunks[0] as Buffer
  }

  /** Almost every chunk is one frame: true when this one is, and nothing waits for its rest. */
  isOne(chunk: Buffer): boolean {
    return this.length === 0 && chunk.length >= HEADER_BYTES && chunk.readInt32LE(0) === chunk.length
  }

  /** The frames that are complete now. */
  *add(chunk: Buffer): Generator<Buffer> {
    this.chunks.push(chunk)
    this.length += chunk.length
    while (this.length >= 4) {
      const first = this.chunks[0] as Buffer
      const need = (first.length >= 4 ? first : this.whole()).readInt32LE(0)
      if (need < HEADER_BYTES || need > MESSAGE_BYTES_MAX) throw new BadFrame(`a frame of ${need} bytes`)
      if (this.length < need) return
      const bytes = this.whole()
      const rest = bytes.subarray(need)
      this.chunks = rest.length ? [rest] : []
      this.length = rest.length
      yield bytes.subarray(0, need)
    }
  }
}

export function parseMessage(frame: Buffer): Message {
  const requestId = frame.readInt32LE(4)
  switch (frame.readInt32LE(12)) {
    case OP_MSG:
      return parseMsg(frame, requestId)
    case OP_QUERY:
      return parseQuery(frame, requestId)
    default:
      throw new BadFrame(`opcode ${frame.readInt32LE(12)}`)
  }
}

function parseMsg(frame: Buffer, requestId: number): Message {
  if (frame.length < BODY_AT + 5) throw new BadFrame('a message without a body')
  const flags = frame.readUInt32LE(16)
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) throw new BadFrame(`flags ${flags}`)
  const end = flags & CHECKSUM_PRESENT ? frame.length - 4 : frame.length
  if (end < frame.length && crc32c(frame.subarray(0, end)) !== frame.readUInt32LE(end))
    throw new BadFrame('a wrong checksum')
  let body: Buffer | null = null
  const sequences = new Map<string, Buffer[]>()
  for (let at = BODY_AT - 1; at < end;) {
    const section = sectionAt(frame, at + 1, end)
    if (frame[at] === 0 && !body) body = section
    else if (frame[at] === 1) readSequence(section, sequences)
    else throw new BadFrame(`a section of kind ${frame[at]}`)
    at += 1 + section.length
  }
  if (!body) throw new BadFrame('a message without a body')
  return { requestId, ...bodyOf(body, sequences), isLegacy: false, isUnanswered: (flags & MORE_TO_COME) !== 0 }
}

/** As in MongoDB, a command that is nested too deep gets an answer; any other that cannot be read ends the connection. */
function bodyOf(bytes: Buffer, sequences: Map<string, Buffer[]>): Body & Pick<Message, 'refusal'> {
  try {
    return { ...withSequences(decodeCommand(bytes, asOperation), sequences), refusal: null }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== TOO_DEEP) throw error
    return { command: new Fields(), documents: null, refusal: error }
  }
}

interface Body {
  command: Fields
  documents: Buffer[] | null
}

function withSequences({ command, documents }: Body, sequences: Map<string, Buffer[]>): Body {
  let inserted = documents
  for (const [name, list] of sequences) {
    if (command[name] !== undefined) throw new BadFrame(`'${name}' comes twice`)
    if (name === 'documents') inserted = list
    else command[name] = list.map(name === 'updates' ? asOperation : decode)
  }
  return { command, documents: inserted }
}

function sectionAt(frame: Buffer, at: number, end: number): Buffer {
  const length = at + 4 <= end ? frame.readInt32LE(at) : -1
  if (length < 5 || at + length > end) throw new BadFrame('a section that does not fit its frame')
  return frame.subarray(at, at + length)
}

/** `<length> <name> <document>…`: how drivers send many documents without an array around them. */
function readSequence(section: Buffer, sequences: Map<string, Buffer[]>): void {
  const nameEnd = section.indexOf(0, 4)
  if (nameEnd < 0) throw new BadFrame('a sequence without a name')
  const name = section.toString('utf8', 4, nameEnd)
  if (sequences.has(name)) throw new BadFrame(`'${name}' comes twice`)
  const documents: Buffer[] = []
  let at = nameEnd + 1
  while (at < section.length) {
    const document = sectionAt(section, at, section.length)
    documents.push(document)
    at += document.length
  }
  sequences.set(name, documents)
}

function parseQuery(frame: Buffer, requestId: number): Message {
  const nameEnd = frame.indexOf(0, 20)
  const bodyAt = nameEnd + 9
  if (nameEnd < 0 || bodyAt + 5 > frame.length) throw new BadFrame('a query without a body')
  const collection = frame.toString('utf8', 20, nameEnd)
  if (!collection.endsWith('.$cmd')) throw new BadFrame('a query in the old form')
  const command = decode(sectionAt(frame, bodyAt, frame.length))
  const inner = command['$query']
  const found = isFields(inner) ? inner : command
  found['$db'] ??= collection.slice(0, -5)
  return { requestId, command: found, documents: null, isLegacy: true, isUnanswered: false, refusal: null }
}

let nextRequestId = 1

/** The number of the next answer. */
export function nextNumber(): number {
  const number = nextRequestId
  nextRequestId = (nextRequestId + 1) & 0x7fffffff
  return number
}

export function frameReply({ requestId, isLegacy }: Pick<Message, 'requestId' | 'isLegacy'>, body: Buffer): Buffer {
  const head = isLegacy ? HEADER_BYTES + 20 : BODY_AT
  const frame = Buffer.allocUnsafe(head + body.length)
  frame.writeInt32LE(frame.length, 0)
  frame.writeInt32LE(nextNumber(), 4)
  frame.writeInt32LE(requestId, 8)
  frame.writeInt32LE(isLegacy ? OP_REPLY : OP_MSG, 12)
  frame.fill(0, 16, head)
  if (isLegacy) {
    frame.writeInt32LE(8, 16)
    frame.writeInt32LE(1, 32)
  }
  body.copy(frame, head)
  return frame
}
