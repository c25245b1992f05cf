import { expect } from 'chai'
import { listen } from './tape.ts'

/** A text in one frame, as servers write it. */
function framed(text: string): Buffer {
  const body = Buffer.from(text)
  if (body.length < 126) return Buffer.concat([Buffer.from([0x81, body.length]), body])
  const head = Buffer.alloc(body.length < 65_536 ? 4 : 10)
  head[0] = 0x81
  head[1] = body.length < 65_536 ? 126 : 127
  if (body.length < 65_536) head.writeUInt16BE(body.length, 2)
  else head.writeBigUInt64BE(BigInt(body.length), 2)
  return Buffer.concat([head, body])
}

describe('the tape of frames', () => {
  const texts = ['', '42["hello"]', 'ä'.repeat(100), 'x'.repeat(126), 'y'.repeat(70_000), '2']
  const all = Buffer.concat(texts.map(framed))
  const heardIn = (sizes: number) => {
    const heard: string[] = []
    const written: number[] = []
    const socket = { write: (chunk: Buffer | string) => written.push(chunk.length) > 0 }
    listen(socket, (text) => heard.push(text))
    for (let at = 0; at < all.length; at += sizes) socket.write(all.subarray(at, at + sizes))
    return { heard, written: written.reduce((sum, bytes) => sum + bytes, 0) }
  }

  it('hears each text that is written, however it is cut, and lets all of it through', () => {
    for (const sizes of [all.length, 50_000, 331]) {
      const { heard, written } = heardIn(sizes)
      expect(heard, `${sizes}`).to.deep.equal(texts)
      expect(written).to.equal(all.length)
    }
  })

  it('hears a header and a payload that are written apart, and texts as they are', () => {
    const heard: string[] = []
    const socket = { write: () => true }
    listen(socket, (text) => heard.push(text))
    const write = socket.write as (chunk: Buffer | string, encoding?: string) => boolean
    write(Buffer.from([0x81, 5]))
    write('héy!', 'utf8')
    write(Buffer.from([0x89, 0, 0x82, 1, 7])) // A ping, and something binary.
    expect(heard).to.deep.equal(['héy!', 'binary'])
  })
})
