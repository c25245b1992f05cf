import * as bson from 'bson'
import { DEPTH_MAX, tooDeep } from './decode.ts'
import { Sink } from './sink.ts'
import { bytesOf, isInt32, Kept, namesOf } from './value.ts'
import type { Value } from './value.ts'

const sink = new Sink()

/** Encodes one document; a field that is `undefined` is left out. Takes plain objects too: replies are written so. */
export function encode(document: object): Buffer {
  sink.at = 0
  putDocument(document as Record<string, Value>, 0)
  return sink.copyFrom(0)
}

function putDocument(document: Record<string, Value>, depth: number): void {
  if (depth > DEPTH_MAX) tooDeep()
  const start = sink.open()
  for (const name of namesOf(document)) {
    const value = document[name]
    if (value !== undefined) putElement(name, value, depth)
  }
  sink.close(start)
}

function putArray(array: Value[], depth: number): void {
  if (depth > DEPTH_MAX) tooDeep()
  const start = sink.open()
  for (let i = 0; i < array.length; i++) putElement(String(i), array[i] ?? null, depth)
  sink.close(start)
}

function header(type: number, name: string): void {
  sink.byte(type)
  sink.text(name)
  sink.byte(0)
}

function putElement(name: string, value: Value, depth: number): void {
  if (typeof value === 'string') {
    header(0x02, name)
    putString(value)
  } else if (typeof value === 'number') putNumber(name, value)
  else if (typeof value === 'boolean') {
    header(0x08, name)
    sink.byte(value ? 1 : 0)
  } else if (value === null || value === undefined) header(0x0a, name)
  else putObject(name, value, depth)
}

function putNumber(name: string, value: number): void {
  if (isInt32(value)) {
    header(0x10, name)
    sink.int32(value)
  } else {
    header(0x01, name)
    sink.double(value)
  }
}

function putString(text: string): void {
  const start = sink.open()
  sink.text(text)
  sink.byte(0)
  sink.bytes.writeInt32LE(sink.at - start - 4, start)
}

function putObject(name: string, value: object, depth: number): void {
  if (Array.isArray(value)) {
    header(0x04, name)
    return putArray(value as Value[], depth + 1)
  }
  if (value instanceof Date) {
    header(0x09, name)
    return sink.instant(value.getTime())
  }
  if (value instanceof bson.ObjectId) {
    header(0x07, name)
    return sink.append(value.id)
  }
  if (value instanceof Kept) {
    header(value.type, name)
    return sink.appendFrom(value.bytes, value.start, value.end)
  }
  const put = putters.get(Object.getPrototypeOf(value) as object)
  if (put) return put(name, value as never, depth)
  header(0x03, name)
  putDocument(value as Record<string, Value>, depth + 1)
}

type Put = (name: string, value: never, depth: number) => void

// Found by prototype, not by `_bsontype`: that is a field name which any document may carry.
const putters = new Map<object, Put>([
  [bson.Double.prototype, (name, value: bson.Double) => (header(0x01, name), sink.double(value.value))],
  [bson.Long.prototype, (name, value: bson.Long) => (header(0x12, name), sink.int64(value.toBigInt()))],
  [
    bson.Timestamp.prototype,
    (name, value: bson.Timestamp) => (header(0x11, name), sink.int64(BigInt.asIntN(64, value.toBigInt()))),
  ],
  [bson.Decimal128.prototype, (name, value: bson.Decimal128) => (header(0x13, name), sink.append(value.bytes))],
  [bson.BSONSymbol.prototype, (name, value: bson.BSONSymbol) => (header(0x0e, name), putString(value.value))],
  [bson.MinKey.prototype, (name) => header(0xff, name)],
  [bson.MaxKey.prototype, (name) => header(0x7f, name)],
  [
    bson.Binary.prototype,
    (name, value: bson.Binary) => {
      header(0x05, name)
      sink.int32(value.position)
      sink.byte(value.sub_type)
      sink.append(bytesOf(value))
    },
  ],
  [
    bson.BSONRegExp.prototype,
    (name, value: bson.BSONRegExp) => {
      header(0x0b, name)
      for (const part of [value.pattern, value.options]) {
        sink.text(part)
        sink.byte(0)
      }
    },
  ],
  [bson.Code.prototype, putCode],
] as [object, Put][])

function putCode(name: string, value: bson.Code, depth: number): void {
  header(value.scope ? 0x0f : 0x0d, name)
  if (!value.scope) return putString(value.code.toString())
  const start = sink.open()
  putString(value.code.toString())
  putDocument(value.scope, depth + 1)
  sink.bytes.writeInt32LE(sink.at - start, start)
}
