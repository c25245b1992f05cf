import { cursorReply } from './reply.ts'
import { BODY_AT, frameReply, nextNumber } from './wire.ts'

/** The whole frame around an answer with one document, for one namespace: only five lengths and numbers differ. */
interface Around {
  before: Buffer
  after: Buffer
}

const around = new Map<string, Around>()
const NAMESPACES_MAX = 1000
/** Of the batch's only element: its type and `0`. */
const NAME_BYTES = 3
const EMPTY = Buffer.from([5, 0, 0, 0, 0])
/** Where its frame has the lengths of the command, of its cursor, and of the batch. */
const LENGTHS_AT = [BODY_AT, BODY_AT + 12, BODY_AT + 28] as const

function aroundOne(namespace: string): Around {
  let known = around.get(namespace)
  if (known) return known
  const body = cursorReply({ documents: [EMPTY], id: 0n, namespace }, 'firstBatch')
  const frame = frameReply({ requestId: 0, isLegacy: false }, body)
  const at = LENGTHS_AT[2] + 4 + NAME_BYTES
  known = { before: frame.subarray(0, at), after: frame.subarray(at + EMPTY.length) }
  if (around.size >= NAMESPACES_MAX) around.clear()
  around.set(namespace, known)
  return known
}

/** As `frameReply` of a `cursorReply` with this one document, its bytes copied once. */
export function replyFrame(requestId: number, namespace: string, raw: Buffer): Buffer {
  const { before, after } = aroundOne(namespace)
  const frame = Buffer.allocUnsafe(before.length + raw.length + after.length)
  before.copy(frame)
  raw.copy(frame, before.length)
  after.copy(frame, before.length + raw.length)
  const more = raw.length - EMPTY.length
  for (const at of LENGTHS_AT) frame.writeInt32LE(before.readInt32LE(at) + more, at)
  frame.writeInt32LE(frame.length, 0)
  frame.writeInt32LE(nextNumber(), 4)
  frame.writeInt32LE(requestId, 8)
  return frame
}
