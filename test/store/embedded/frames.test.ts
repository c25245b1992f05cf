import { createConnection } from 'node:net'
import { expect } from 'chai'
import mongoose from 'mongoose'
import { openedStore } from './harness.ts'

const { serialize, deserialize } = mongoose.mongo.BSON

describe('embedded store: frames on the wire', () => {
  const opened = openedStore()

  function header(length: number, opcode = 2013): Buffer {
    const bytes = Buffer.alloc(16)
    bytes.writeInt32LE(length, 0)
    bytes.writeInt32LE(7, 4)
    bytes.writeInt32LE(opcode, 12)
    return bytes
  }

  function message(sections: Buffer, flags = 0): Buffer {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(flags >>> 0)
    return Buffer.concat([header(20 + sections.length), head, sections])
  }

  const body = (command: object) => Buffer.concat([Buffer.from([0]), serialize({ ...command, $db: 'careline' })])

  /** What comes back until the store says no more or ends the connection. */
  function exchange(bytes: Buffer | Buffer[]): Promise<{ reply: Buffer; isClosed: boolean }> {
    return new Promise((resolve) => {
      const socket = createConnection(
        decodeURIComponent(opened.store.uri.slice('mongodb://'.length).split('/')[0] as string),
      )
      let reply = Buffer.alloc(0)
      const settle = (isClosed: boolean) => {
        clearTimeout(timer)
        socket.destroy()
        resolve({ reply, isClosed })
      }
      const timer = setTimeout(() => settle(false), 300)
      socket.on('data', (chunk) => {
        reply = Buffer.concat([reply, chunk])
        if (reply.length >= 4 && reply.length >= reply.readInt32LE(0)) settle(false)
      })
      socket.on('error', () => undefined)
      socket.on('close', () => settle(true))
      for (const part of [bytes].flat()) socket.write(part)
    })
  }

  it('understands a message that arrives byte by byte', async () => {
    const ping = message(body({ ping: 1 }))
    const { reply } = await exchange([...ping].map((byte) => Buffer.from([byte])))
    expect(deserialize(reply.subarray(21))).to.deep.equal({ ok: 1 })
    expect(reply.readInt32LE(8)).to.equal(7)
  })

  it('checks a checksum that is there', async () => {
    const plain = message(body({ ping: 1 }), 1)
    plain.writeInt32LE(plain.length + 4, 0)
    // CRC-32C of exactly these bytes, by a bitwise calculation beside the store's table.
    let crc = 0xffffffff
    for (const byte of plain) {
      crc ^= byte
      for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    }
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE((crc ^ 0xffffffff) >>> 0)
    expect(deserialize((await exchange(Buffer.concat([plain, sum]))).reply.subarray(21))).to.deep.equal({ ok: 1 })
    expect((await exchange(Buffer.concat([plain, Buffer.alloc(4)]))).isClosed).to.equal(true)
  })

  const nested = (depth: number): Buffer => {
    let document = serialize({})
    for (let i = 0; i < depth; i++) {
      const outer = Buffer.alloc(4 + 3 + document.length + 1)
      outer.writeInt32LE(outer.length, 0)
      outer.write('\x03a\0', 4, 'latin1')
      Buffer.from(document).copy(outer, 7)
      document = outer
    }
    return Buffer.from(document)
  }

  const good = body({ ping: 1 })
  const wrong = (at: number, value: number) => {
    const bytes = Buffer.from(good)
    bytes.writeInt32LE(value, at)
    return message(bytes)
  }
  const hostile: [string, Buffer][] = [
    ['a length of nothing', header(0)],
    ['a negative length', header(-5)],
    ['a length beyond 48 MB', header(48_000_001)],
    ['an unknown opcode', header(16, 4242)],
    ['a header without a body', header(16)],
    ['an old query', Buffer.concat([header(30, 2004), Buffer.alloc(14, 1)])],
    ['compression, which was never agreed on', Buffer.concat([header(25, 2012), Buffer.alloc(9)])],
    ['an unknown required flag', message(good, 8)],
    ['an unknown kind of section', message(Buffer.concat([Buffer.from([9]), good.subarray(1)]))],
    ['two bodies', message(Buffer.concat([good, good]))],
    ['a document longer than its frame', wrong(1, 5000)],
    ['a document shorter than its content', wrong(1, 8)],
    ['a document of negative length', wrong(1, -1)],
    [
      'a sequence without an end to its name',
      message(Buffer.concat([good, Buffer.from([1, 9, 0, 0, 0, 65, 66, 67, 68, 69])])),
    ],
    ['random bytes', message(Buffer.from('9d1c0ba8e7'.repeat(40), 'hex'))],
  ]
  for (const [name, bytes] of hostile)
    it(`ends the connection for ${name}`, async () => {
      expect(await exchange(bytes)).to.deep.equal({ reply: Buffer.alloc(0), isClosed: true })
    })

  it('answers a command that is nested deeper than 200 as MongoDB does, and goes on', async () => {
    const deep = message(Buffer.concat([Buffer.from([0]), nested(5000)]))
    const { reply } = await exchange(deep)
    expect(deserialize(reply.subarray(21))).to.deep.equal({
      ...{ ok: 0, code: 15, codeName: 'Overflow' },
      errmsg: 'BSONObj exceeds maximum nested object depth',
    })
    expect(reply.readInt32LE(8)).to.equal(7)
    const after = await exchange([deep, message(body({ ping: 1 }))])
    expect(after.isClosed).to.equal(false)
    const filter = nestedFilter(110)
    const refused = await opened
      .collection()
      .findOne(filter)
      .catch((error: unknown) => error)
    expect(refused).to.include({ code: 15 })
    expect(await opened.collection().findOne(nestedFilter(90))).to.equal(null)
  })

  const nestedFilter = (depth: number) => {
    let filter: object = { a: 1 }
    for (let i = 0; i < depth; i++) filter = { $and: [filter] }
    return filter
  }

  it('survives every cut and every changed byte of a message', async () => {
    const documents = serialize({ _id: 1, text: 'text', list: [1, { a: null }], date: new Date() })
    const whole = message(body({ insert: 'frames', documents: [deserialize(documents)], ordered: true }))
    const variants: Buffer[] = []
    for (let at = 16; at < whole.length; at += 3) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] as number) ^ 0xff
      variants.push(changed)
      const cut = Buffer.from(whole.subarray(0, at))
      cut.writeInt32LE(cut.length, 0)
      variants.push(cut)
    }
    await Promise.all(variants.map((bytes) => exchange(bytes)))
    expect(await opened.db.command({ ping: 1 })).to.deep.include({ ok: 1 })
  })

  it('answers a broken document to insert with an error, and goes on', async () => {
    const broken = Buffer.from(serialize({ _id: 1, a: 'text' }))
    broken[broken.length - 2] = 1
    const name = Buffer.from('documents\0')
    const sequence = Buffer.alloc(5)
    sequence[0] = 1
    sequence.writeInt32LE(4 + name.length + broken.length, 1)
    const bytes = message(Buffer.concat([body({ insert: 'frames' }), sequence, name, broken]))
    const reply = deserialize((await exchange(bytes)).reply.subarray(21)) as any
    expect(reply.writeErrors[0].code).to.equal(22)
  })
})
