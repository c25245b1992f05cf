import { DEPTH_MAX, INSTANT_MAX, startsWithId } from './decode.ts'
import { RANK } from './value.ts'

/*
 * A document that has just come, checked where it lies, without a value being made of it: as `checkedPart` would check
 * it, but for what is out of the ordinary, of which nothing is said here. Whoever gets null reads it in the general way.
 */

const TEXT = 0x02
const DOCUMENT = 0x03
const ARRAY = 0x04
const BINARY = 0x05
const OBJECT_ID = 0x07
const BOOLEAN = 0x08
const DATE = 0x09
const ID_AT = 9

/** Bytes of a value by its type, where any bytes of that number are one. */
const SIZES: (number | undefined)[] = []
for (const [type, size] of [
  [0x01, 8],
  [OBJECT_ID, 12],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
] as const)
  SIZES[type] = size

/** The key (see keys.ts) of the `_id` of a document that is whole and has an ObjectId or a plain text as its first field. */
export function keyOfChecked(bytes: Buffer): Buffer | null {
  const type = bytes[4] as number
  if (!startsWithId(bytes) || (type !== OBJECT_ID && type !== TEXT) || int32(bytes, 0) !== bytes.length) return null
  const idEnd = passed(bytes, type, ID_AT, bytes.length, 0)
  if (idEnd < 0 || !isWhole(bytes, idEnd)) return null
  return type === OBJECT_ID ? objectIdKey(bytes) : textKey(bytes, idEnd - 1)
}

/** The fields behind the first, none of which is another `_id`. */
function isWhole(bytes: Buffer, from: number): boolean {
  const end = bytes.length
  let at = from
  for (;;) {
    const type = bytes[at++] as number
    if (type === 0) return at === end
    if (isId(bytes, at)) return false
    at = passedName(bytes, at, end)
    at = at < 0 ? at : passed(bytes, type, at, end, 0)
    if (at < 0 || at >= end) return false
  }
}

const isId = (bytes: Buffer, at: number) =>
  bytes[at] === 0x5f && bytes[at + 1] === 0x69 && bytes[at + 2] === 0x64 && bytes[at + 3] === 0

function objectIdKey(bytes: Buffer): Buffer {
  const key = Buffer.allocUnsafe(13)
  key[0] = RANK.objectId
  for (let i = 0; i < 12; i++) key[i + 1] = bytes[ID_AT + i] as number
  return key
}

/** Of nothing but ASCII, whose bytes are as they came; a zero would be written otherwise. */
function textKey(bytes: Buffer, end: number): Buffer | null {
  const start = ID_AT + 4
  const key = Buffer.allocUnsafe(end - start + 3)
  key[0] = RANK.string
  let to = 1
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === 0 || byte > 127) return null
    key[to++] = byte
  }
  key[to] = key[to + 1] = 0
  return key
}

/** Where a name ends that begins here; -1: it does not. */
function passedName(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at] !== 0) at++
  return at < end ? at + 1 : -1
}

/** Where a value ends that begins here; -1: it is none, or one that this way does not know. */
export function passed(bytes: Buffer, type: number, at: number, end: number, depth: number): number {
  const size = SIZES[type]
  if (size !== undefined) return at + size <= end ? at + size : -1
  if (type === TEXT) return passedText(bytes, at, end)
  if (type === DOCUMENT || type === ARRAY) return passedInner(bytes, at, end, depth + 1)
  if (type === DATE) return passedInstant(bytes, at, end)
  if (type === BOOLEAN) return at < end && (bytes[at] as number) <= 1 ? at + 1 : -1
  return type === BINARY ? passedBinary(bytes, at, end) : -1
}

function passedText(bytes: Buffer, at: number, end: number): number {
  const length = at + 4 <= end ? int32(bytes, at) : 0
  const next = at + 4 + length
  return length >= 1 && next <= end && bytes[next - 1] === 0 ? next : -1
}

function passedBinary(bytes: Buffer, at: number, end: number): number {
  const length = at + 5 <= end ? int32(bytes, at) : -1
  const next = at + 5 + length
  return length >= 0 && next <= end ? next : -1
}

function passedInner(bytes: Buffer, start: number, outer: number, depth: number): number {
  const length = start + 4 <= outer ? int32(bytes, start) : 0
  const end = start + length
  if (length < 5 || end > outer || depth > DEPTH_MAX) return -1
  let at = start + 4
  while (at >= 0 && at < end) {
    const type = bytes[at++] as number
    if (type === 0) return at === end ? end : -1
    at = passedName(bytes, at, end)
    if (at >= 0) at = passed(bytes, type, at, end, depth)
  }
  return -1
}

function passedInstant(bytes: Buffer, at: number, end: number): number {
  if (at + 8 > end) return -1
  const ms = int32(bytes, at + 4) * 4_294_967_296 + (int32(bytes, at) >>> 0)
  return ms <= INSTANT_MAX && ms >= -INSTANT_MAX ? at + 8 : -1
}

function int32(bytes: Buffer, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
