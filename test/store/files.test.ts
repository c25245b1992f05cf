import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DiskFiles } from '../../providers/files/disk.ts'
import { S3Files } from '../../providers/files/s3.ts'
import { S3Simulator } from '../../providers/files/simulator/s3.ts'
import { Store } from '../../store/connection.ts'
import { Rest } from '../../store/rest.ts'
import { pieceBytes } from '../../store/sealed-stream.ts'
import { Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'
import { filesOf } from '../harness/files.ts'

const ws = 'ws_1'
const failing = async (what: Promise<unknown>) =>
  what.then(
    () => undefined,
    (error: unknown) => error as Error,
  )

describe('files at rest', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cl-rest-'))
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret', region: 'us-east-1' }
  const simulator = new S3Simulator({ ...credentials, bucket: 'careline', now: () => Date.now() })
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
    await simulator.close()
    await store.close()
    await database.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const here = (more: Partial<Parameters<typeof filesOf>[0]> = {}) =>
    filesOf({ store, vault, directory, now: () => now, ...more })
  type Here = ReturnType<typeof here>
  const keep = ({ room }: Here, fileId: string, bytes: Uint8Array, mime = 'application/pdf') =>
    room.keep(ws, { fileId, bytes, mime, fileName: `${fileId}.pdf`, by: 'ch_1' })
  async function read({ room }: Here, fileId: string) {
    const file = await room.open(ws, fileId)
    return room.bytesOf(file)
  }
  const pathOf = async ({ room }: Here, fileId: string) =>
    join(directory, (await room.row(ws, fileId))?.blob?.key ?? '')

  it('cannot be altered, cut, mixed or moved unseen', async () => {
    const files = here()
    const bytes = randomBytes(3 * pieceBytes + 5)
    await keep(files, 'fil_1', bytes)
    await keep(files, 'fil_2', randomBytes(3 * pieceBytes + 5))
    const [path, other] = [await pathOf(files, 'fil_1'), await pathOf(files, 'fil_2')]
    const whole = readFileSync(path)
    const resting = (await files.room.row(ws, 'fil_1'))?.blob?.restingBytes ?? 0
    const piece = (n: number, of = whole) => of.subarray(n * resting, (n + 1) * resting)
    const tricks: Record<string, Buffer> = {
      'a bit': Buffer.concat([whole.subarray(0, 900), Buffer.of((whole[900] ?? 0) ^ 1), whole.subarray(901)]),
      'two pieces changed places': Buffer.concat([piece(1), piece(0), piece(2), piece(3)]),
      'the last piece is gone': Buffer.concat([piece(0), piece(1), piece(2)]),
      'a piece is gone': Buffer.concat([piece(0), piece(2), piece(3)]),
      'a piece too many': Buffer.concat([whole, piece(0)]),
      'one byte less': whole.subarray(0, -1),
      'a piece of another file': Buffer.concat([piece(0), piece(1, readFileSync(other)), piece(2), piece(3)]),
      'another file': readFileSync(other),
      nothing: Buffer.alloc(0),
    }
    for (const [name, altered] of Object.entries(tricks)) {
      writeFileSync(path, altered)
      expect(await failing(read(files, 'fil_1')), name).to.be.instanceOf(Error)
    }
    writeFileSync(path, whole)
    expect((await read(files, 'fil_1')).equals(bytes)).to.equal(true)
  })

  it('are of any length, piece or no piece', async () => {
    const files = here()
    for (const size of [1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2 * pieceBytes]) {
      const bytes = randomBytes(size)
      await keep(files, `fil_s${size}`, bytes)
      expect((await read(files, `fil_s${size}`)).equals(bytes), String(size)).to.equal(true)
      const file = await files.room.open(ws, `fil_s${size}`)
      const last: Buffer[] = []
      for await (const part of await file.read(size - 1, size - 1)) last.push(part)
      expect(Buffer.concat(last).equals(bytes.subarray(-1)), `the last of ${size}`).to.equal(true)
    }
  })

  it('pass through without being held in memory, however large', async () => {
    const disk = new DiskFiles(directory)
    const hash = createHash('sha256')
    let [given, taken, most] = [0, 0, 0]
    async function* large() {
      for (let n = 0; n < 100; n++) {
        const chunk = randomBytes(90_000)
        hash.update(chunk)
        given += chunk.length
        most = Math.max(most, given - taken)
        yield chunk
      }
    }
    async function* counted(bytes: AsyncIterable<Uint8Array>) {
      for await (const piece of bytes) {
        yield piece
        taken += piece.length
      }
    }
    const counting = Object.assign(Object.create(disk) as DiskFiles, {
      kind: 'disk' as const,
      put: (key: string, bytes: AsyncIterable<Uint8Array>) => disk.put(key, counted(bytes)),
      read: (key: string, stretch?: { from: number; to: number }) => disk.read(key, stretch),
      remove: (key: string) => disk.remove(key),
    })
    const files = here({ stores: [counting] })
    await files.room.keep(ws, { fileId: 'fil_9', bytes: large(), mime: 'application/zip', fileName: null, by: 'm' })
    expect(most, 'ahead of the disk, bytes').to.be.lessThan(3 * pieceBytes)
    const again = createHash('sha256')
    const file = await files.room.open(ws, 'fil_9')
    for await (const part of await file.read(0, file.sizeBytes - 1)) {
      expect(part.length).to.be.at.most(pieceBytes)
      again.update(part)
    }
    expect(again.digest('hex')).to.equal(hash.digest('hex'))
    await files.room.remove(ws, 'fil_9')
  })

  it('that an earlier release kept are read as they are, and brought into the new form', async () => {
    const files = here()
    const bytes = randomBytes(400_000)
    const rest = new Rest(vault)
    await rest.ready(ws)
    mkdirSync(join(directory, ws), { recursive: true })
    writeFileSync(join(directory, ws, 'fil_old'), vault.sealBytes(ws, 'files/fil_old', bytes))
    const fileName = rest.seal({ workspaceId: ws, at: 'files/fil_old/name' }, 'scan.pdf')
    const row = { mime: 'application/pdf', sizeBytes: bytes.length, fileName, by: 'ch_1', createdAt: new Date(now) }
    await store.of(ws).insert('files', { _id: 'fil_old', ...row })

    expect((await read(files, 'fil_old')).equals(bytes)).to.equal(true)
    expect((await files.room.ready(ws, 'fil_old')).fileName).to.equal('scan.pdf')
    await files.work.move()
    expect(readdirSync(join(directory, ws))).not.to.include('fil_old')
    expect((await files.room.row(ws, 'fil_old'))?.blob?.sizeBytes).to.equal(bytes.length)
    expect((await read(files, 'fil_old')).equals(bytes)).to.equal(true)
  })

  it('move to a bucket, and can be read on the way', async () => {
    const onDisk = here()
    const bytes = randomBytes(300_000)
    await keep(onDisk, 'fil_moves', bytes)
    const endpoint = await simulator.listen()
    const bucket = await S3Files.open(
      { ...credentials, bucket: 'careline', endpoint, isPathStyle: true },
      { attempts: 1 },
    )
    const inBucket = here({ stores: [bucket, new DiskFiles(directory)] })
    expect((await read(inBucket, 'fil_moves')).equals(bytes), 'before').to.equal(true)
    const opened = await inBucket.room.open(ws, 'fil_moves')
    await inBucket.work.move()
    expect(readdirSync(join(directory, ws)), 'nothing is left').to.deep.equal([])
    expect(simulator.objects.size).to.be.greaterThan(3)
    const pieces: Buffer[] = []
    for await (const piece of await opened.read(0, bytes.length - 1)) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(bytes), 'opened before, read after').to.equal(true)
    expect([...simulator.objects.values()].some((object) => object.includes(bytes.subarray(100, 140)))).to.equal(false)

    const refused = { kind: 'refuses', status: 503, code: 'SlowDown' } as const
    simulator.fails(refused)
    const error = (await failing(keep(inBucket, 'fil_busy', bytes))) as (Error & { code?: string }) | undefined
    expect(error?.code).to.equal('files_unavailable')
    await keep(inBucket, 'fil_busy', bytes)
    expect((await read(inBucket, 'fil_busy')).equals(bytes), 'the same again, once it is back').to.equal(true)

    await here({ stores: [new DiskFiles(directory), bucket] }).work.move()
    expect(simulator.objects.size, 'and back').to.equal(0)
    expect((await read(onDisk, 'fil_moves')).equals(bytes)).to.equal(true)
  })

  it('leave nothing behind of what a crash cut off, nobody finished, or is kept no longer', async () => {
    const files = here({ keeping: () => [[ws, 30]] })
    const names = () => readdirSync(join(directory, ws)).sort()
    await keep(files, 'fil_kept', randomBytes(9))
    const before = names()
    const announced = { name: null, mime: 'application/pdf', sizeBytes: 9, purpose: 'message' as const, by: 'm' }
    await files.room.announce(ws, { fileId: 'fil_never', ...announced })
    await files.files.write(ws, 'fil_never', bytesOf(randomBytes(9))) // The process died before it was adopted.
    await files.files.write(ws, 'fil_kept', bytesOf(randomBytes(9)))
    await files.room.keep(ws, {
      fileId: 'fil_export',
      bytes: randomBytes(9),
      mime: 'x/y',
      fileName: null,
      by: 'm',
      purpose: 'export',
    })
    writeFileSync(join(directory, ws, 'blob_1.w_1.part'), 'half')
    expect(names().length).to.equal(before.length + 4)

    now += 61 * 60_000
    await files.work.sweep()
    expect(await files.room.row(ws, 'fil_never')).to.equal(undefined)
    expect(names().length, 'the export and the young part').to.equal(before.length + 2)
    expect((await read(files, 'fil_kept')).length, 'what was kept is as it was').to.equal(9)
    now += 8 * 24 * 60 * 60_000
    await files.work.sweep()
    expect(await files.room.row(ws, 'fil_export')).to.equal(undefined)
    expect(names()).to.deep.equal(before)
    now += 30 * 24 * 60 * 60_000
    await files.work.sweep()
    expect(names()).to.deep.equal([])
    expect(files.failed, 'nothing is stuck').to.deep.equal([])
  })
})

async function* bytesOf(bytes: Uint8Array) {
  yield bytes
}
