import { expect } from 'chai'
import { oggOf, opusIn, samplesIn, soundSeconds } from '../../kernel/opus.ts'
import { speechPackets } from '../../providers/whatsapp/simulator/speech.ts'

const head = Uint8Array.from(Buffer.from('OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00', 'latin1'))

const element = (id: number[], body: Uint8Array) =>
  Buffer.concat([Buffer.from(id), Buffer.from([0x10, 0, (body.length >> 8) & 255, body.length & 255]), body])
/** As a browser streams it: nobody knows yet how long the whole will be. */
const open = (id: number[], ...bodies: Uint8Array[]) =>
  Buffer.concat([Buffer.from(id), Buffer.from([0x01, 255, 255, 255, 255, 255, 255, 255]), ...bodies])
const block = (packet: Uint8Array, marks = 0x80) =>
  element([0xa3], Buffer.concat([Buffer.from([0x81, 0, 60, marks]), packet]))

function webm(packets: readonly Uint8Array[], codecHead: Uint8Array = head) {
  const tracks = element([0x16, 0x54, 0xae, 0x6b], element([0xae], element([0x63, 0xa2], codecHead)))
  const [first = head, ...others] = packets
  const clusters = open([0x1f, 0x43, 0xb6, 0x75], element([0xe7], Buffer.from([0])), block(first))
  // One in a group of its own, as some write the last.
  const group = element([0xa0], element([0xa1], Buffer.concat([Buffer.from([0x81, 0, 0, 0]), first])))
  const info = element([0x15, 0x49, 0xa9, 0x66], Buffer.from('anything'))
  const start = element([0x1a, 0x45, 0xdf, 0xa3], Buffer.from('webm'))
  return Buffer.concat([
    start,
    open([0x18, 0x53, 0x80, 0x67], info, tracks, clusters, ...others.map((one) => block(one)), group),
  ])
}

/** The packets that a reader of OGG puts together again, and how far the sound has come at the end. */
function read(ogg: Uint8Array) {
  const bytes = Buffer.from(ogg)
  const packets: Buffer[] = []
  let [granule, last] = [0, 0]
  for (let at = 0; at < bytes.length;) {
    expect(bytes.toString('latin1', at, at + 4)).to.equal('OggS')
    granule = Number(bytes.readBigUInt64LE(at + 6))
    last = bytes.readUInt8(at + 5)
    const count = bytes.readUInt8(at + 26)
    const pieces = [...bytes.subarray(at + 27, at + 27 + count)]
    at += 27 + count
    let packet = Buffer.alloc(0)
    for (const length of pieces) {
      packet = Buffer.concat([packet, bytes.subarray(at, at + length)])
      at += length
      if (length === 255) continue
      packets.push(packet)
      packet = Buffer.alloc(0)
    }
  }
  return { packets, granule, last }
}

describe('a voice note, out of WebM into OGG', () => {
  const speech = speechPackets()

  it('keeps every packet as it is, and says how long it is', () => {
    const sound = opusIn(webm(speech))
    expect(sound?.packets.map((one) => Buffer.from(one))).to.deep.equal([...speech, speech[0]])
    const { packets, granule, last } = read(oggOf(sound ?? expect.fail()))
    expect(packets[0]).to.deep.equal(Buffer.from(head))
    expect(packets[1]?.toString('latin1', 0, 8)).to.equal('OpusTags')
    expect(packets.slice(2)).to.deep.equal([...speech, speech[0]])
    expect([granule, last]).to.deep.equal([(speech.length + 1) * 2_880, 4])
    expect(soundSeconds(sound ?? expect.fail())).to.equal(((speech.length + 1) * 60) / 1_000)
  })

  it('carries many packets, and ones that are longer than a piece', () => {
    const long = [254, 255, 256, 510, 1_275].map((length) => Buffer.alloc(length, 0x18))
    const packets = [...Array.from({ length: 400 }, () => long).flat()]
    expect(read(oggOf({ head, packets })).packets.slice(2)).to.deep.equal(packets)
  })

  it('takes what came of a recording that was cut short', () => {
    const whole = webm(speech)
    const sound = opusIn(whole.subarray(0, whole.length - 30))
    expect(sound?.packets).to.have.length(speech.length)
    expect(opusIn(whole.subarray(0, 20))).to.equal(undefined)
  })

  it('takes nothing that is no Opus', () => {
    expect(opusIn(webm(speech, Buffer.from('\x01vorbis and so on')))).to.equal(undefined)
    expect(opusIn(Buffer.from('RIFF something else'))).to.equal(undefined)
    expect(opusIn(new Uint8Array())).to.equal(undefined)
  })

  const lengths: [first: number, second: number, samples: number][] = [
    [0x18, 0, 2_880], // SILK, 60 ms.
    [0x08, 0, 960],
    [0x61, 0, 960], // Hybrid, two frames of 10 ms.
    [0x80, 0, 120], // CELT, 2.5 ms.
    [0xfb, 3, 2_880], // CELT, three frames of 20 ms.
  ]
  for (const [first, second, samples] of lengths)
    it(`sounds for ${samples} samples: ${first.toString(16)}`, () =>
      expect(samplesIn(Uint8Array.of(first, second))).to.equal(samples))
})
