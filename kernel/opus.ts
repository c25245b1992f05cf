// Opus as most browsers record it, in WebM, put into OGG, the only wrapping in which WhatsApp takes a voice note. Nothing
// is encoded anew: the packets stay what they are. RFC 6716 3.1 (packets), RFC 7845 (Opus in OGG), RFC 3533 (OGG),
// RFC 8794 (EBML, of which WebM is made).

export interface OpusSound {
  /** `OpusHead`, as RFC 7845 5.1 has it. */
  head: Uint8Array
  packets: readonly Uint8Array[]
}

/** Elements that only hold others: what is looked for stands within them, and their length may be unknown. */
const holders = new Set([0x18538067 /* Segment */, 0x1654ae6b /* Tracks */, 0xae /* TrackEntry */, 0x1f43b675, 0xa0])
const codecPrivate = 0x63a2
const blocks = new Set([0xa3, 0xa1])

/** The sound of a WebM that has one track. Undefined where there is none in it, or it is no Opus. */
export function opusIn(webm: Uint8Array): OpusSound | undefined {
  const packets: Uint8Array[] = []
  let head: Uint8Array | undefined
  for (const { id, body } of elementsOf(webm)) {
    if (id === codecPrivate) head = body
    else if (blocks.has(id)) packets.push(...packetIn(body))
  }
  const isOpus = head !== undefined && new TextDecoder('latin1').decode(head.subarray(0, 8)) === 'OpusHead'
  return head && isOpus && packets.length > 0 ? { head, packets } : undefined
}

/** Those that hold something else than others, in their order. */
function* elementsOf(webm: Uint8Array) {
  for (let at = 0; at < webm.length;) {
    const id = numberAt(webm, at, 'whole')
    const size = id && numberAt(webm, at + id.length, 'value')
    if (!size) return
    at += id.length + size.length
    if (holders.has(id.value)) continue
    // A recording that was cut short ends within a block, of which half says nothing.
    if (size.isUnknown || at + size.value > webm.length) return
    yield { id: id.value, body: webm.subarray(at, at + size.value) }
    at += size.value
  }
}

/** A number of EBML: its first byte says how long it is. With `whole` that mark stays, as names of elements have it. */
function numberAt(bytes: Uint8Array, at: number, read: 'whole' | 'value') {
  const first = bytes[at] ?? 0
  const length = Math.clz32(first) - 23
  if (first === 0 || at + length > bytes.length) return undefined
  const mark = 0x80 >> (length - 1)
  let value = read === 'whole' ? first : first & (mark - 1)
  let isUnknown = (first & (mark - 1)) === mark - 1
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next] ?? 0
    value = value * 256 + byte
    isUnknown &&= byte === 255
  }
  return { value, length, isUnknown }
}

/** Behind the number of its track, its time (2 bytes) and its marks; several packets in one block are never Opus's. */
function packetIn(block: Uint8Array): Uint8Array[] {
  const track = numberAt(block, 0, 'value')
  const marks = block[(track?.length ?? 0) + 2]
  if (track === undefined || marks === undefined || (marks & 6) !== 0) return []
  return [block.subarray(track.length + 3)]
}

/** For so long a packet sounds, in samples of 48 kHz: its first byte says it. */
export function samplesIn(packet: Uint8Array): number {
  const [first = 0, second = 0] = packet
  const kind = first >> 3
  const code = first & 3
  const frames = code === 3 ? second & 63 : Math.min(code, 1) + 1
  return frames * frameSamples(kind)
}

function frameSamples(kind: number) {
  if (kind < 12) return [480, 960, 1_920, 2_880][kind & 3] ?? 0
  return kind < 16 ? 480 << (kind & 1) : 120 << (kind & 3)
}

/** Seconds. */
export const soundSeconds = ({ packets }: OpusSound) =>
  packets.reduce((sum, packet) => sum + samplesIn(packet), 0) / 48_000

const serial = 0x4341_5245
/** About a second of speech. A page may have no more than 255 pieces, and a packet of ours seldom is more than one. */
const pagePackets = 50
const piecesMax = 255
const piecesOf = (packet: Uint8Array) => Math.floor(packet.length / 255) + 1

/** The same sound in OGG. */
export function oggOf({ head, packets }: OpusSound): Uint8Array<ArrayBuffer> {
  const tags = new TextEncoder().encode('OpusTags\x08\x00\x00\x00Careline\x00\x00\x00\x00')
  const pages = [page(0, { granule: 0, flags: 2, packets: [head] }), page(1, { granule: 0, flags: 0, packets: [tags] })]
  const rest = [...packets]
  let granule = 0
  while (rest.length > 0) {
    const some = rest.splice(0, howManyFit(rest))
    granule += some.reduce((sum, packet) => sum + samplesIn(packet), 0)
    pages.push(page(pages.length, { granule, flags: rest.length === 0 ? 4 : 0, packets: some }))
  }
  return joined(pages)
}

function howManyFit(packets: readonly Uint8Array[]) {
  let pieces = 0
  const tooMany = packets.slice(0, pagePackets).findIndex((packet) => (pieces += piecesOf(packet)) > piecesMax)
  return tooMany < 0 ? pagePackets : Math.max(1, tooMany)
}

interface Page {
  /** How far the sound has come at its end, in samples. */
  granule: number
  flags: number
  packets: readonly Uint8Array[]
}

function page(sequence: number, { granule, flags, packets }: Page): Uint8Array<ArrayBuffer> {
  const pieces = packets.flatMap((packet) => [
    ...Array.from({ length: piecesOf(packet) - 1 }, () => 255),
    packet.length % 255,
  ])
  const start = new Uint8Array(27)
  start.set(new TextEncoder().encode('OggS'))
  start[5] = flags
  start[26] = pieces.length
  const numbers = new DataView(start.buffer)
  numbers.setBigUint64(6, BigInt(granule), true)
  numbers.setUint32(14, serial, true)
  numbers.setUint32(18, sequence, true)
  const whole = joined([start, Uint8Array.from(pieces), ...packets])
  new DataView(whole.buffer).setUint32(22, checksum(whole), true)
  return whole
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** OGG's own CRC-32: the usual polynomial, not reflected, starting from zero. */
function checksum(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}
