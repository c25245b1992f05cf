import { crc32, deflateSync } from 'node:zlib'
import { oggOf } from '../../../kernel/opus.ts'
import { speechPackets } from './speech.ts'

// Small valid files for a phone without a camera and for tests; made here, so that nobody has to license them.

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

function sunrise(x: number, y: number): number[] {
  if (y >= 110) return [40 + y / 8, 96 - y / 4, 92]
  return (x - 120) ** 2 + (y - 96) ** 2 < 34 ** 2 ? [255, 224, 130] : [250 - y / 3, 190 - y / 2, 150 + y / 4]
}

/** A sunrise, 240 × 160 pixels. */
export function sampleImage(): Buffer {
  const [width, height] = [240, 160]
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits, RGB.
  const rows: Buffer[] = []
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * 3) // Each row starts with its filter: none.
    for (let x = 0; x < width; x++) {
      row.set(sunrise(x, y).map(Math.round), 1 + x * 3)
    }
    rows.push(row)
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** A voice note of two seconds in OGG with Opus, as WhatsApp records them. */
export function sampleVoice(): Buffer {
  const head = Buffer.from('OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00', 'latin1') // Mono, 48 kHz.
  return Buffer.from(oggOf({ head, packets: speechPackets() }))
}

/** Half a second of a soft tone in WAV, for ears. */
export function sampleTone(): Buffer {
  const rate = 8_000
  const samples = rate / 2
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(samples * 2, 40)
  for (let n = 0; n < samples; n++) {
    const loudness = 6_000 * Math.min(1, n / 400, (samples - n) / 400)
    wav.writeInt16LE(Math.round(loudness * Math.sin((2 * Math.PI * 440 * n) / rate)), 44 + n * 2)
  }
  return wav
}

/** One page of PDF. */
export function sampleDocument(): Buffer {
  const words = 'BT /F1 18 Tf 40 120 Td (A sample document.) Tj ET'
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 320 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${words.length}>>\nstream\n${words}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const place = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const size = objects.length + 1
  text += `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

export const samples = {
  image: { make: sampleImage, mime: 'image/png', fileName: 'sunrise.png' },
  voice: { make: sampleVoice, mime: 'audio/ogg; codecs=opus', fileName: 'voice.ogg' },
  tone: { make: sampleTone, mime: 'audio/wav', fileName: 'tone.wav' },
  document: { make: sampleDocument, mime: 'application/pdf', fileName: 'sample.pdf' },
} as const
