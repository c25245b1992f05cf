import { encode } from './bson/encode.ts'
import { StoreError } from './errors.ts'
import { codeName } from './errors.ts'
import type { Batch } from './cursors.ts'

/** `{ …, ok: 1 }`: `ok` is a double, as MongoDB's is. */
export function ok(fields: object = {}): Buffer {
  return withOk(encode(fields))
}

const OK = Buffer.from('\x01ok\0\0\0\0\0\0\0\xf0\x3f\0', 'latin1')

function withOk(document: Buffer): Buffer {
  const reply = Buffer.allocUnsafe(document.length - 1 + OK.length)
  document.copy(reply, 0, 0, document.length - 1)
  OK.copy(reply, document.length - 1)
  reply.writeInt32LE(reply.length, 0)
  return reply
}

/** The error of a whole command; what is no answer of the store is told without its inside. */
export function failure(error: unknown): Buffer {
  if (error instanceof StoreError)
    return encode({ ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.extra })
  const isFull = /disk is full|SQLITE_FULL/i.test((error as Error).message)
  const code = isFull ? 14031 : 1
  return encode({
    ok: 0,
    errmsg: isFull ? 'The disk is full' : `Internal error: ${(error as Error).message}`,
    code,
    codeName: codeName(code),
  })
}

/** The error of one operation in a bulk. */
export function writeError(index: number, error: StoreError): object {
  return { index, code: error.code, ...error.extra, errmsg: error.message }
}

const KEYS: Buffer[] = []

function arrayKey(at: number): Buffer {
  return (KEYS[at] ??= Buffer.from(`\x03${at}\0`, 'latin1'))
}

/** A cursor's reply, put together from stored bytes: documents are not decoded on their way out. */
export function cursorReply({ documents, id, namespace }: Batch, name: 'firstBatch' | 'nextBatch'): Buffer {
  let arrayBytes = 5
  for (let i = 0; i < documents.length; i++) arrayBytes += arrayKey(i).length + (documents[i] as Buffer).length
  const nameBytes = Buffer.byteLength(namespace)
  // cursor: { <name>: […], id: <long>, ns: <string> }
  const cursorBytes = 4 + (1 + name.length + 1 + arrayBytes) + (1 + 3 + 8) + (1 + 3 + 4 + nameBytes + 1) + 1
  const total = 4 + (1 + 7 + cursorBytes) + OK.length
  const reply = Buffer.allocUnsafe(total)
  let at = reply.writeInt32LE(total, 0)
  at += reply.write('\x03cursor\0', at, 'latin1')
  at = reply.writeInt32LE(cursorBytes, at)
  at += reply.write(`\x04${name}\0`, at, 'latin1')
  at = reply.writeInt32LE(arrayBytes, at)
  for (let i = 0; i < documents.length; i++) {
    at += arrayKey(i).copy(reply, at)
    at += (documents[i] as Buffer).copy(reply, at)
  }
  at = reply.writeUInt8(0, at)
  at += reply.write('\x12id\0', at, 'latin1')
  at = reply.writeBigInt64LE(id, at)
  at += reply.write('\x02ns\0', at, 'latin1')
  at = reply.writeInt32LE(nameBytes + 1, at)
  at += reply.write(namespace, at, 'utf8')
  at = reply.writeUInt8(0, at)
  at = reply.writeUInt8(0, at)
  OK.copy(reply, at)
  return reply
}
