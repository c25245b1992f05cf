import * as bson from 'bson'
import { StoreError } from '../errors.ts'
import { Fields, isIndexLike, isInt32, keepOrder } from './value.ts'
import type { Value } from './value.ts'
import type { Wanted } from './wanted.ts'

/** MongoDB's own limit on nesting, and its code for more. */
export const DEPTH_MAX = 200
export const TOO_DEEP = 15
/** A JavaScript Date ends at so many ms, before and after 1970: beyond, an update would not give back what it had read. */
export const INSTANT_MAX = 8.64e15

/**
 * Decodes one document and checks it while doing so: every length against its frame, every terminator, the depth.
 * The classes of `bson` hold the values; the walk is our own because its JavaScript form must lose nothing (5.0 stays
 * a double, a field `__proto__` is a field) and because this is the hottest code of the store.
 */
export function decode(bytes: Buffer): Fields {
  const reader = new Reader(bytes, 0, bytes.length)
  const document = reader.document(0)
  if (reader.at !== bytes.length) malformed('the document ends before its bytes do')
  return document
}

/** Makes of the bytes of one of an update's operations what stands in its place. */
export type AsOperation = (bytes: Buffer) => Fields

/** The body of a command, in which the documents to insert stay bytes. */
export function decodeCommand(
  bytes: Buffer,
  asOperation: AsOperation = decode,
): { command: Fields; documents: Buffer[] | null } {
  const reader = new Reader(bytes, 0, bytes.length)
  reader.raw = 'documents'
  reader.asOperation = asOperation
  const command = reader.document(0)
  if (reader.at !== bytes.length) malformed('the command ends before its bytes do')
  return { command, documents: reader.rawDocuments }
}

/** The first field's name and value when that is `_id`: an insert then needs no re-encoding. */
export function startsWithId(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[5] === 0x5f && bytes[6] === 0x69 && bytes[7] === 0x64 && bytes[8] === 0
}

export function tooDeep(): never {
  throw new StoreError(TOO_DEEP, 'BSONObj exceeds maximum nested object depth')
}

export function malformed(why: string): never {
  throw new StoreError(22, `Invalid BSON: ${why}`)
}

// Field names repeat in every document: this table hands out the same string again instead of making a new one.
const NAME_SLOTS = 4096
const names: string[] = new Array<string>(NAME_SLOTS).fill('')

/** Reads values one after another, checking each; `bson/partial.ts` reads with it what is wanted of a document. */
export class Reader {
  at: number
  raw: string | null = null
  rawDocuments: Buffer[] | null = null
  asOperation: AsOperation | null = null
  protected readonly bytes: Buffer
  private readonly end: number

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** `wanted` is for a reader that leaves out what is not. */
  document(depth: number, wanted?: Wanted): Fields {
    const end = this.frame(depth)
    const document = new Fields()
    // Only when JavaScript would change it.
    let order: string[] | null = null
    for (;;) {
      const type = this.byte(end)
      if (type === 0) break
      const name = this.name(end)
      if (order === null && isIndexLike(name)) order = Object.keys(document)
      if (order !== null && !Object.hasOwn(document, name)) order.push(name)
      if (wanted) document[name] = this.part(type, end, depth, wanted.at(name))
      else if (depth > 0 || type !== 4 || !this.list(name, end, document)) document[name] = this.value(type, end, depth)
    }
    this.close(end)
    if (order) keepOrder(document, order)
    return document
  }

  /** As far as it is wanted. */
  protected part(type: number, end: number, depth: number, _wanted: Wanted | undefined): Value {
    return this.value(type, end, depth)
  }

  protected array(depth: number): Value[] {
    const end = this.frame(depth)
    const array: Value[] = []
    for (;;) {
      const type = this.byte(end)
      if (type === 0) break
      while (this.byte(end) !== 0);
      array.push(this.value(type, end, depth))
    }
    this.close(end)
    return array
  }

  /** The lists of a command of which not every value is made. */
  private list(name: string, end: number, command: Fields): boolean {
    if (name === this.raw) this.rawDocuments = this.slices(end)
    else if (name === 'updates' && this.asOperation) command[name] = this.operations(this.asOperation)
    else return false
    return true
  }

  private slices(outer: number): Buffer[] {
    const end = this.frame(1, outer)
    const slices: Buffer[] = []
    for (;;) {
      const type = this.byte(end)
      if (type === 0) break
      if (type !== 3) malformed('a document was expected')
      while (this.byte(end) !== 0);
      const start = this.at
      const length = this.int32(end)
      this.skip(length - 4, end)
      slices.push(this.bytes.subarray(start, this.at))
    }
    this.close(end)
    return slices
  }

  private operations(asOperation: AsOperation): Value[] {
    const end = this.frame(1)
    const operations: Value[] = []
    for (let type = this.byte(end); type !== 0; type = this.byte(end)) {
      while (this.byte(end) !== 0);
      if (type !== 3) operations.push(this.value(type, end, 1))
      else {
        const start = this.at
        this.skip(this.int32(end) - 4, end)
        operations.push(asOperation(this.bytes.subarray(start, this.at)))
      }
    }
    this.close(end)
    return operations
  }

  protected frame(depth: number, outer = this.end): number {
    if (depth > DEPTH_MAX) tooDeep()
    const start = this.at
    const length = this.int32(outer)
    if (length < 5 || start + length > outer) malformed('a length does not fit its frame')
    return start + length
  }

  protected close(end: number): void {
    if (this.at !== end) malformed('a document ends before its length says so')
  }

  protected value(type: number, end: number, depth: number): Value {
    switch (type) {
      case 0x02:
        return this.string(end)
      case 0x10:
        return this.int32(end)
      case 0x07:
        return this.objectId(end)
      case 0x03:
        return this.document(depth + 1)
      case 0x04:
        return this.array(depth + 1)
      case 0x09:
        return this.date(end)
      case 0x01:
        return this.double(end)
      case 0x08:
        return this.boolean(end)
      case 0x0a:
        return null
      default:
        return this.rare(type, end, depth)
    }
  }

  private rare(type: number, end: number, depth: number): Value {
    switch (type) {
      case 0x05:
        return this.binary(end)
      case 0x0b:
        return new bson.BSONRegExp(this.cstring(end), this.cstring(end))
      case 0x0d:
        return new bson.Code(this.string(end))
      case 0x0e:
        return new bson.BSONSymbol(this.string(end))
      case 0x0f:
        return this.codeWithScope(end, depth)
      case 0x11:
        return new bson.Timestamp(this.int64(end))
      case 0x12:
        return bson.Long.fromBigInt(this.int64(end))
      case 0x13:
        return new bson.Decimal128(Buffer.from(this.taken(16, end)))
      case 0xff:
        return new bson.MinKey()
      case 0x7f:
        return new bson.MaxKey()
      default:
        return malformed(`type ${type} is not one that this store keeps`)
    }
  }

  protected byte(end: number): number {
    if (this.at >= end) malformed('a value runs over its frame')
    return this.bytes[this.at++] as number
  }

  protected skip(length: number, end: number): number {
    const start = this.at
    if (length < 0 || start + length > end) malformed('a value runs over its frame')
    this.at = start + length
    return start
  }

  private taken(length: number, end: number): Buffer {
    const start = this.skip(length, end)
    return this.bytes.subarray(start, start + length)
  }

  protected int32(end: number): number {
    return this.bytes.readInt32LE(this.skip(4, end))
  }

  private int64(end: number): bigint {
    return this.bytes.readBigInt64LE(this.skip(8, end))
  }

  private double(end: number): number | bson.Double {
    const value = this.bytes.readDoubleLE(this.skip(8, end))
    return isInt32(value) ? new bson.Double(value) : value
  }

  private boolean(end: number): boolean {
    const byte = this.byte(end)
    if (byte > 1) malformed('a boolean is neither 0 nor 1')
    return byte === 1
  }

  private objectId(end: number): bson.ObjectId {
    return new bson.ObjectId(Uint8Array.prototype.slice.call(this.bytes, this.skip(12, end), this.at))
  }

  private date(end: number): Date {
    const start = this.skip(8, end)
    const ms = this.bytes.readInt32LE(start + 4) * 4_294_967_296 + this.bytes.readUInt32LE(start)
    if (ms > INSTANT_MAX || ms < -INSTANT_MAX) throw new StoreError(2, 'A date beyond the year 275760 is not supported')
    return new Date(ms)
  }

  private string(end: number): string {
    const length = this.int32(end)
    const start = this.skip(length, end)
    if (length < 1 || this.bytes[start + length - 1] !== 0) malformed('a string has no end')
    return this.text(start, start + length - 1)
  }

  private text(start: number, end: number): string {
    if (end - start > 16) return this.bytes.toString('utf8', start, end)
    let text = ''
    for (let i = start; i < end; i++) {
      const byte = this.bytes[i] as number
      if (byte > 127) return this.bytes.toString('utf8', start, end)
      text += String.fromCharCode(byte)
    }
    return text
  }

  private cstring(end: number): string {
    const start = this.at
    while (this.byte(end) !== 0);
    return this.bytes.toString('utf8', start, this.at - 1)
  }

  protected name(end: number): string {
    const { bytes } = this
    const start = this.at
    let at = start
    let hash = 0
    while (at < end && bytes[at] !== 0) hash = (hash * 31 + (bytes[at++] as number)) | 0
    if (at >= end) malformed('a field name has no end')
    this.at = at + 1
    const slot = (hash ^ (hash >>> 12)) & (NAME_SLOTS - 1)
    const known = names[slot] as string
    if (known.length === at - start && matches(known, bytes, start)) return known
    const name = bytes.toString('utf8', start, at)
    if (name.length === at - start && name.length < 64) names[slot] = name
    return name
  }

  private binary(end: number): bson.Binary {
    const length = this.int32(end)
    const subtype = this.byte(end)
    return new bson.Binary(Buffer.from(this.taken(length, end)), subtype)
  }

  private codeWithScope(end: number, depth: number): bson.Code {
    this.int32(end)
    const code = this.string(end)
    return new bson.Code(code, this.document(depth + 1))
  }
}

function matches(known: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false
  return true
}
