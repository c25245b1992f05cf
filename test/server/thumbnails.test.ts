import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import sharp from 'sharp'
import { Thumbnailer, ThumbnailFailed } from '../../server/files/thumbnailer.ts'
import { Store } from '../../store/connection.ts'
import { Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'
import { filesOf } from '../harness/files.ts'

const picture = (width: number, height: number) =>
  sharp({ limitInputPixels: false, create: { width, height, channels: 3, background: '#2a7' } })

/** A PNG that says this size, and holds as little as PNG allows: what a bomb is made of. */
function pngOf(width: number, height: number) {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length)
    ends.writeUInt32BE(crcOf(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc(500_000))
  const mark = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([mark, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}
/** The same for WebP: the head of a lossless picture, and nothing behind it. */
function webpOf(width: number, height: number) {
  const file = Buffer.alloc(64)
  file.write('RIFF')
  file.writeUInt32LE(56, 4)
  file.write('WEBPVP8L', 8)
  file.writeUInt32LE(44, 16)
  file[20] = 0x2f
  file.writeUInt32LE((width - 1) | ((height - 1) << 14), 21)
  return file
}
function crcOf(bytes: Buffer) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

describe('small pictures', () => {
  const thumbnailer = new Thumbnailer({ timeMs: 10_000 })
  const directory = mkdtempSync(join(tmpdir(), 'cl-thumbs-'))
  let database: FreshDatabase
  let store: Store
  let vault: Vault
  let now = Date.now()
  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    vault = new Vault(store, Buffer.alloc(32, 7))
  })
  after(async () => {
    thumbnailer.close()
    await store.close()
    await database.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const here = (maker = thumbnailer) => filesOf({ store, vault, directory, now: () => now, thumbnailer: maker })
  const keep = ({ room }: ReturnType<typeof here>, fileId: string, bytes: Uint8Array, mime: string) =>
    room.keep('ws_1', { fileId, bytes, mime, fileName: null, by: 'ch_1' })

  it('are small, stand upright, and say nothing of where they were taken', async () => {
    const files = here()
    const exif = { IFD0: { Artist: 'Ada' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } }
    const photo = await picture(1_600, 800).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(photo.includes('Ada')).to.equal(true)
    await keep(files, 'fil_photo', photo, 'image/jpeg')
    await files.work.shrink()
    const { row, mime, sizeBytes, read } = await files.room.openThumb('ws_1', 'fil_photo')
    expect(row.thumb).to.deep.include({ state: 'made', width: 320, height: 640 })
    expect([mime, sizeBytes < 20_000]).to.deep.equal(['image/webp', true])
    const pieces: Buffer[] = []
    for await (const piece of await read(0, sizeBytes - 1)) pieces.push(piece)
    const { format, width, height, exif: left, orientation } = await sharp(Buffer.concat(pieces)).metadata()
    expect({ format, width, height, left, orientation }).to.deep.equal({
      format: 'webp',
      width: 320,
      height: 640,
      left: undefined,
      orientation: undefined,
    })
    expect((await files.room.open('ws_1', 'fil_photo')).sizeBytes, 'the photo is as it was').to.equal(photo.length)
    await files.room.remove('ws_1', 'fil_photo')
  })

  it('are not made of bombs, of what is damaged, or of anything but pictures', async () => {
    const files = here()
    const jpeg = await picture(64, 64).jpeg().toBuffer()
    const cases: Record<string, [Uint8Array, string, RegExp]> = {
      'fil_png-bomb': [pngOf(50_000, 50_000), 'image/png', /pixel limit/],
      'fil_flat-bomb': [pngOf(100_000_000, 1), 'image/png', /pixel limit|dimensions|width/],
      'fil_webp-bomb': [webpOf(16_383, 16_383), 'image/webp', /pixel limit/],
      fil_cut: [jpeg.subarray(0, jpeg.length / 2), 'image/jpeg', /./],
      fil_head: [Buffer.from('89504e470d0a1a0a', 'hex'), 'image/png', /./],
    }
    for (const [fileId, [bytes, mime]] of Object.entries(cases)) await keep(files, fileId, bytes, mime)
    await files.work.shrink()
    for (const [fileId, [, , why]] of Object.entries(cases)) {
      const thumb = (await files.room.row('ws_1', fileId))?.thumb
      expect([thumb?.state, thumb?.attempts], fileId).to.deep.equal(['failed', 1])
      expect(thumb?.why).to.match(why)
    }
    expect(files.failed).to.deep.equal([])
    // What is no picture is not even tried, whatever its sender called it.
    const gif = Buffer.from('R0lGODlhAQABAAAAACw=', 'base64')
    for (const [fileId, bytes, mime] of [
      [
        'fil_svg',
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
        'image/png',
      ],
      ['fil_gif', gif, 'image/jpeg'],
      ['fil_zip', Buffer.from('504b0304', 'hex'), 'image/webp'],
      ['fil_heic', Buffer.from('\0\0\0\x18ftypheic'), 'image/heic'],
    ] as const) {
      await keep(files, fileId, bytes, mime)
      expect((await files.room.row('ws_1', fileId))?.thumb.state, fileId).to.equal('none')
    }
    for (const bytes of [gif, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')]) {
      const error = await thumbnailer.make(bytes, 'image/png').then(
        () => undefined,
        (thrown) => thrown as ThumbnailFailed,
      )
      expect([error?.isFinal, error?.message.includes('unsupported')], String(error)).to.deep.equal([true, true])
    }
  })

  it('cost one process when their decoder hangs or dies, and are not tried for ever', async () => {
    const program = join(directory, 'slow.mjs')
    writeFileSync(
      program,
      `process.on('message', ({ id, mime }) => {
         if (mime === 'image/png') for (;;) {}
         if (mime === 'image/webp') process.kill(process.pid, 'SIGSEGV')
         process.send({ id, small: { bytes: new Uint8Array(9), mime: 'image/webp', width: 1, height: 1 } })
       })`,
    )
    const slow = new Thumbnailer({ timeMs: 2_000, program })
    const outcome = (mime: string) =>
      slow.make(Buffer.alloc(9), mime).then(
        () => 'made',
        (error) => error.message as string,
      )
    const [hung, died, made] = await Promise.all(['image/png', 'image/webp', 'image/jpeg'].map(outcome))
    expect([hung, died, made]).to.deep.equal(['it took too long', 'the process that made it died', 'made'])

    const files = here(slow)
    await keep(files, 'fil_deadly', await picture(8, 8).webp().toBuffer(), 'image/webp')
    for (let tries = 0; tries < 5; tries++) {
      await files.work.shrink()
      now += 61_000
    }
    const thumb = (await files.room.row('ws_1', 'fil_deadly'))?.thumb
    expect(thumb).to.deep.equal({ state: 'failed', attempts: 4, why: 'the process that made it died each time' })
    slow.close()
  })
})
