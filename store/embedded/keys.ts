import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Long, ObjectId, Timestamp } from 'bson'
import { exactOf, exactOfDouble, subtract } from './bson/decimal.ts'
import { Sink } from './bson/sink.ts'
import { asNumber, bytesOf, Fields, isArray, isNumeric, namesOf, rank, RANK } from './bson/value.ts'
import type { Numeric, Value } from './bson/value.ts'

/*
 * Values as bytes whose order under memcmp is BSON's comparison order, and which are equal exactly when MongoDB calls
 * the values equal (1, 1.0 and Long 1 give the same bytes). SQLite orders its blobs so, and this module is also the
 * store's only definition of order and equality: an index and a sort in memory cannot disagree.
 */

const sink = new Sink()
const halves = new DataView(new ArrayBuffer(8))

/** The key of several values, each ascending (1) or descending (-1: its bytes are inverted). */
export function encodeKey(values: readonly Value[], directions?: readonly number[]): Buffer {
  sink.at = 0
  for (let i = 0; i < values.length; i++) {
    const start = sink.at
    putValue(values[i])
    if (directions && (directions[i] as number) < 0) invert(start)
  }
  return sink.copyFrom(0)
}

/** The key of one value as a string, for sets and maps of values. */
export function keyText(value: Value): string {
  return encodeKey([value]).toString('latin1')
}

/** The first byte of every key of this type: the bounds of a type bracket. */
export function bracketByte(rankOfType: number, direction: number): number {
  return direction < 0 ? 255 - rankOfType : rankOfType
}

/** The least key above every key that begins with `prefix`; null when there is none. */
export function successor(prefix: Buffer): Buffer | null {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 255) length--
  if (length === 0) return null
  const next = Buffer.from(prefix.subarray(0, length))
  next[length - 1] = (next[length - 1] as number) + 1
  return next
}

export function compare(a: Value, b: Value): number {
  // Not a difference: that of two infinities is no number.
  if (typeof a === 'number' && typeof b === 'number' && a === a && b === b) return a < b ? -1 : Number(a > b)
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  const byRank = rank(a) - rank(b)
  return byRank !== 0 ? byRank : Buffer.compare(encodeKey([a]), encodeKey([b]))
}

export function equal(a: Value, b: Value): boolean {
  if (typeof a !== 'object' && typeof a === typeof b) return a === b || (a !== a && b !== b)
  if (a instanceof ObjectId && b instanceof ObjectId) return a.equals(b)
  return compare(a, b) === 0
}

function invert(start: number): void {
  const { bytes } = sink
  for (let i = start; i < sink.at; i++) bytes[i] = 255 - (bytes[i] as number)
}

function putValue(value: Value): void {
  const at = rank(value)
  sink.byte(at)
  if (at === RANK.string) putText(value instanceof BSONSymbol ? value.value : (value as string))
  else if (at === RANK.number) putNumber(value as Numeric)
  else if (at === RANK.objectId) sink.append((value as ObjectId).id)
  else if (at === RANK.date) putInstant((value as Date).getTime())
  else if (at === RANK.boolean) sink.byte(value ? 1 : 0)
  else putComposite(value)
}

function putComposite(value: Value): void {
  if (value instanceof Fields) putFields(value)
  else if (isArray(value)) {
    for (const element of value) putValue(element)
    sink.byte(0)
  } else if (value instanceof Binary) putBinary(value)
  else if (value instanceof Timestamp) putInt64(BigInt.asIntN(64, value.toBigInt() ^ (1n << 63n)))
  else if (value instanceof BSONRegExp) {
    putText(value.pattern)
    putText(value.options)
  } else if (value instanceof Code) {
    putText(value.code.toString())
    if (value.scope) putFields(value.scope)
  }
}

function putFields(document: Fields): void {
  for (const name of namesOf(document)) {
    const value = document[name]
    sink.byte(rank(value))
    putText(name)
    putValue(value)
  }
  sink.byte(0)
}

function putBinary(value: Binary): void {
  sink.room(4)
  sink.at = sink.bytes.writeUInt32BE(value.position, sink.at)
  sink.byte(value.sub_type)
  sink.append(bytesOf(value))
}

/** UTF-8 in its own order; a zero byte inside becomes 00 FF, so that the end, 00 00, sorts below every continuation. */
function putText(text: string): void {
  const start = sink.at
  sink.text(text)
  if (text.includes('\0')) escapeZeros(start)
  sink.byte(0)
  sink.byte(0)
}

function escapeZeros(start: number): void {
  const plain = sink.copyFrom(start)
  sink.at = start
  for (const byte of plain) {
    sink.byte(byte)
    if (byte === 0) sink.byte(255)
  }
}

/** As putInt64, without a BigInt. */
function putInstant(ms: number): void {
  sink.room(8)
  const high = Math.floor(ms / 4_294_967_296)
  sink.at = sink.bytes.writeUInt32BE((high ^ 0x80000000) >>> 0, sink.at)
  sink.at = sink.bytes.writeUInt32BE(ms - high * 4_294_967_296, sink.at)
}

function putInt64(value: bigint): void {
  sink.room(8)
  sink.bytes.writeBigInt64BE(value, sink.at)
  sink.bytes[sink.at] = (sink.bytes[sink.at] as number) ^ 0x80
  sink.at += 8
}

/**
 * The nearest double in sortable form, then what is left of the exact value: nothing (0x80) for almost all, the
 * difference for a long above 2^53 or a decimal. NaN is all zeros, below minus infinity.
 */
function putNumber(value: Numeric): void {
  const nearest = asNumber(value)
  sink.room(9)
  if (nearest !== nearest) {
    sink.bytes.fill(0, sink.at, sink.at + 9)
    sink.at += 9
    return
  }
  const isDouble = !(value instanceof Long || value instanceof Decimal128)
  const double = isDouble ? nearest : clamp(nearest, value)
  halves.setFloat64(0, double === 0 ? 0 : double)
  const high = halves.getUint32(0)
  const flip = high >>> 31 ? 0xffffffff : 0
  sink.bytes.writeUInt32BE((flip ? high ^ flip : high | 0x80000000) >>> 0, sink.at)
  sink.bytes.writeUInt32BE((halves.getUint32(4) ^ flip) >>> 0, sink.at + 4)
  sink.at += 8
  if (isDouble || (Number.isSafeInteger(double) && value instanceof Long)) sink.byte(0x80)
  else putRemainder(double, value)
}

/** A finite decimal beyond the doubles must not meet infinity. */
function clamp(nearest: number, value: Long | Decimal128): number {
  if (Number.isFinite(nearest) || exactOf(value) === null) return nearest
  return nearest > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
}

function putRemainder(double: number, value: Long | Decimal128): void {
  const exact = exactOf(value)
  const base = exactOfDouble(double)
  const rest = exact && base ? subtract(exact, base) : null
  if (!rest || rest.coefficient === 0n) return sink.byte(0x80)
  const isNegative = rest.coefficient < 0n
  sink.byte(isNegative ? 0x7f : 0x81)
  const start = sink.at
  const digits = (isNegative ? -rest.coefficient : rest.coefficient).toString()
  sink.room(2)
  sink.at = sink.bytes.writeUInt16BE(rest.exponent + digits.length + 32_768, sink.at)
  sink.text(digits.replace(/0+$/, ''))
  sink.byte(0)
  if (isNegative) invert(start)
}

/** Whether `$gt` and its like may compare these two: only within a type bracket, NaN only with NaN. */
export function isComparable(a: Value, b: Value): boolean {
  if (rank(a) !== rank(b)) return false
  return !isNumeric(a) || !isNumeric(b) || Number.isNaN(asNumber(a)) === Number.isNaN(asNumber(b))
}
