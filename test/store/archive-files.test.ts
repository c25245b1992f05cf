import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DiskFiles } from '../../providers/files/disk.ts'
import { S3Files } from '../../providers/files/s3.ts'
import { S3Simulator } from '../../providers/files/simulator/s3.ts'
import { makeBackup } from '../../server/main/backups/make.ts'
import { verifyBackup } from '../../server/main/backups/proof.ts'
import { unpackBackup } from '../../server/main/backups/unpack.ts'
import { identityFrom } from '../../store/archive/age.ts'
import { KeyBook } from '../../store/archive/key-book.ts'
import { Store } from '../../store/connection.ts'
import { StoredFiles } from '../../store/files.ts'
import { Rest } from '../../store/rest.ts'
import { masterOf } from '../../store/vault-keys.ts'
import { Vault } from '../../store/vault.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'

describe('a backup of files that rest in S3', () => {
  const keys = { accessKeyId: 'AKIACARELINE', secretAccessKey: 'a secret of the tests', region: 'eu-central-1' }
  const directory = mkdtempSync(join(tmpdir(), 'cl-archive-s3-'))
  const identity = identityFrom(Buffer.alloc(32, 3))
  const book = new KeyBook({ directory, identities: [identity], keptMs: 1 })
  const master = Buffer.alloc(32, 1)
  const simulator = new S3Simulator({ ...keys, bucket: 'careline', now: () => Date.now() })
  const bases: FreshDatabase[] = []
  const said = {
    photo: Buffer.alloc(1_500_000, 'p'),
    text: Buffer.from('a letter'),
    note: Buffer.from('on the disk'),
  }
  let config: Parameters<typeof S3Files.open>[0]
  let bucket: S3Files
  let uri: string

  const base = async () => {
    const made = await freshDatabase()
    bases.push(made)
    return made.uri
  }
  /** The files of a database that was restored, or of the first. */
  async function filesOf(at: string, masterKey: Buffer, disk: string) {
    const store = await Store.open(at)
    const vault = new Vault(store, masterKey)
    const at2 = { store, rest: new Rest(vault), vault, now: () => 0 }
    const onDisk = new DiskFiles(join(directory, disk))
    return {
      store,
      vault,
      s3: new StoredFiles({ ...at2, stores: [bucket, onDisk] }),
      disk: new StoredFiles({ ...at2, stores: [onDisk] }),
    }
  }
  const make = (to: string, given: object = { bucket: config }) =>
    makeBackup({
      ...{ madeAt: '2026-11-21T12:00:00.000Z', version: '0.0.0', identity, to: join(directory, to), from: { uri } },
      ...{ files: join(directory, 'files'), ...given },
    })
  const restore = async (from: string, into: string, given: object = {}) => {
    const at = await base()
    const files = join(directory, into)
    await unpackBackup({ file: join(directory, from), book, uri: at, files, master: masterOf(master), ...given })
    return at
  }
  const bytesOf = async (files: StoredFiles, id: string) => {
    const row = await files.row('ws_1', id)
    const pieces: Buffer[] = []
    for await (const piece of row ? await files.bytesOf(row) : []) pieces.push(piece)
    return { store: row?.blob?.store, bytes: Buffer.concat(pieces) }
  }

  before(async () => {
    config = { ...keys, bucket: 'careline', endpoint: await simulator.listen(), isPathStyle: true, prefix: 'clinic/' }
    bucket = await S3Files.open(config, { attempts: 1 })
    uri = await base()
    const { store, vault, s3, disk } = await filesOf(uri, master, 'files')
    for (const [id, files] of Object.entries({ photo: s3, note: disk, text: s3 })) {
      const about = { fileId: id, purpose: 'message', mime: 'text/plain', fileName: id, by: 'ann' } as const
      const bytes = said[id as keyof typeof said]
      await files.announce('ws_1', { ...about, sizeBytes: bytes.length, createdAt: 0, expiresAt: null })
      const { blob, sha256 } = await files.write('ws_1', id, [bytes] as never)
      const row = await files.row('ws_1', id)
      const digest = await files.digestOf('ws_1', sha256)
      expect(row && (await files.adopt(row, blob, { $set: { status: 'ready', digest } }))).to.equal(true)
    }
    await book.write(vault.rows.all(), vault.masters, 0)
    await store.close()
  })
  after(async () => {
    await simulator.close()
    for (const one of bases) await one.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it('has them, also where the connection breaks, and proves that their keys open them', async () => {
    simulator.fails({ kind: 'breaks', afterBytes: 700_000 })
    const { files } = await make('one.age')
    expect(files).to.include({ count: 3, missing: 0 })
    expect(await verifyBackup({ file: join(directory, 'one.age'), book })).to.include({ files: 3, missing: 0 })
  })

  it('gives them back on a machine that knows no bucket', async () => {
    const { store, disk } = await filesOf(await restore('one.age', 'alone'), master, 'alone')
    for (const [id, bytes] of Object.entries(said))
      expect(await bytesOf(disk, id)).to.deep.equal({ store: 'disk', bytes })
    await store.close()
  })

  it('leaves in the bucket what is there still, and brings back what is not', async () => {
    const [lost = ''] = [...simulator.objects].find(([, bytes]) => bytes.length > 1_000_000) ?? []
    const photo = simulator.objects.get(lost) ?? Buffer.alloc(0)
    simulator.objects.delete(lost)
    const { store, s3 } = await filesOf(await restore('one.age', 'beside', { bucket }), master, 'beside')
    expect(await bytesOf(s3, 'photo')).to.deep.equal({ store: 'disk', bytes: said.photo })
    expect(await bytesOf(s3, 'text')).to.deep.equal({ store: 's3', bytes: said.text })
    const text = await s3.row('ws_1', 'text')
    expect(existsSync(join(directory, 'beside', text?.blob?.key ?? ''))).to.equal(false)
    await store.close()
    const { files } = await make('two.age')
    expect(files, 'one is gone').to.include({ count: 2, missing: 1 })
    simulator.objects.set(lost, photo)
  })

  it('is not made without the bucket, nor with one that refuses, and none is sound whose files were altered', async () => {
    const failing = (what: Promise<unknown>) => what.then(String, (error: Error) => error.message)
    expect(await failing(make('three.age', {}))).to.match(/S3_BUCKET/)
    const stranger = { ...config, secretAccessKey: 'another' }
    expect(await failing(make('three.age', { bucket: stranger }))).to.match(/SignatureDoesNotMatch \(403\)/)
    expect(existsSync(join(directory, 'three.age'))).to.equal(false)
    const [name = ''] = [...simulator.objects.keys()]
    const bytes = Buffer.from(simulator.objects.get(name) ?? [])
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    simulator.objects.set(name, bytes)
    await make('four.age')
    expect(await failing(verifyBackup({ file: join(directory, 'four.age'), book }))).to.match(
      /files\/\w+ cannot be opened/,
    )
  })
})
