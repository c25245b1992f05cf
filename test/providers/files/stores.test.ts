import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect } from 'chai'
import { DiskFiles } from '../../../providers/files/disk.ts'
import { FileMissing, type FileStore, FileStoreUnavailable } from '../../../providers/files/port.ts'
import { S3Files } from '../../../providers/files/s3.ts'
import { S3Simulator } from '../../../providers/files/simulator/s3.ts'
import { checkSignature } from '../../../providers/files/simulator/signature.ts'

const region = 'eu-central-1'
const keys = { accessKeyId: 'AKIACARELINE', secretAccessKey: 'a secret of the tests' }
const megabyte = 1024 * 1024

async function* inChunks(bytes: Uint8Array, size = 300_000) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
async function all(bytes: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const failing = async (what: Promise<unknown>) =>
  what.then(
    () => undefined,
    (error: unknown) => error as Error,
  )

describe('stores of files', () => {
  let ahead = 0
  const directory = mkdtempSync(join(tmpdir(), 'cl-files-'))
  const simulator = new S3Simulator({ ...keys, region, bucket: 'careline', now: () => Date.now() + ahead })
  const stores: Record<string, FileStore> = { disk: new DiskFiles(directory) }
  let endpoint: string
  const s3 = (config = {}, patience = {}) =>
    S3Files.open({ ...keys, region, bucket: 'careline', endpoint, isPathStyle: true, ...config }, patience)
  before(async () => {
    endpoint = await simulator.listen()
    stores['s3'] = await s3({ prefix: 'clinic/' })
  })
  after(async () => {
    await simulator.close()
    rmSync(directory, { recursive: true, force: true })
  })

  for (const kind of ['disk', 's3']) {
    const at = () => stores[kind] as FileStore

    it(`${kind} gives back what it was given, from anywhere, and no more`, async () => {
      const bytes = randomBytes(17 * megabyte)
      await at().put('ws_1/fil_large', inChunks(bytes))
      expect((await all(await at().read('ws_1/fil_large'))).equals(bytes)).to.equal(true)
      const [from, to] = [9 * megabyte - 3, 9 * megabyte + 70_000]
      const part = await all(await at().read('ws_1/fil_large', { from, to }))
      expect(part.equals(bytes.subarray(from, to + 1))).to.equal(true)
      const end = await all(await at().read('ws_1/fil_large', { from: bytes.length - 2, to: Number.MAX_SAFE_INTEGER }))
      expect(end.equals(bytes.subarray(-2))).to.equal(true)

      await at().put('ws_1/fil_large', inChunks(Buffer.from('another')))
      expect((await all(await at().read('ws_1/fil_large'))).toString()).to.equal('another')
      await at().remove('ws_1/fil_large')
      await at().remove('ws_1/fil_large')
      expect(await failing(at().read('ws_1/fil_large'))).to.be.instanceOf(FileMissing)
    })

    it(`${kind} keeps nothing of what broke off`, async () => {
      for (const before of [1, 18 * megabyte]) {
        const broken = async function* () {
          yield* inChunks(randomBytes(before), 9 * megabyte)
          throw new Error('the sender went away')
        }
        expect((await failing(at().put('ws_1/fil_broken', broken())))?.message).to.equal('the sender went away')
        expect(await failing(at().read('ws_1/fil_broken'))).to.be.instanceOf(FileMissing)
      }
      expect(simulator.uploads.size).to.equal(0)
      expect(readdirSync(join(directory, 'ws_1'))).to.deep.equal([])
    })

    it(`${kind} takes no key that is a path`, async () => {
      for (const key of [
        '../x',
        'ws_1/../../etc',
        'ws_1',
        'ws_1/a/b',
        'ws_1/a.part',
        'ws_1/a\0',
        `ws_1/${'a'.repeat(201)}`,
      ])
        expect((await failing(at().put(key, inChunks(Buffer.from('x')))))?.message, key).to.match(/not the key/)
    })
  }

  it('sweep what a crash left half written', async () => {
    writeFileSync(join(directory, 'ws_1', 'blob_1.w_1.part'), 'half')
    simulator.uploads.set('up_left', { key: 'clinic/ws_1/blob_1', startedAt: Date.now(), parts: new Map() })
    for (const store of Object.values(stores)) {
      expect(await store.sweep(Date.now() - 60_000), 'too young').to.equal(0)
      expect(await store.sweep(Date.now() + 60_000)).to.equal(1)
    }
    expect([readdirSync(join(directory, 'ws_1')).length, simulator.uploads.size]).to.deep.equal([0, 0])
  })

  it('try again where S3 was slow, busy or away, and give up in the end', async () => {
    const store = await s3({}, { silenceMs: 1_000, attempts: 3 })
    simulator.fails({ kind: 'refuses', status: 503, code: 'ServiceUnavailable' }, { kind: 'breaks' })
    await store.put('ws_1/fil_tried', inChunks(Buffer.from('kept')))
    simulator.fails({ kind: 'hangs' })
    expect((await all(await store.read('ws_1/fil_tried'))).toString()).to.equal('kept')

    simulator.fails({ kind: 'breaks', afterBytes: 2 })
    expect(await failing(all(await store.read('ws_1/fil_tried')))).to.be.instanceOf(FileStoreUnavailable)

    const refused = { kind: 'refuses', status: 500, code: 'InternalError' } as const
    simulator.fails(refused, refused, refused)
    const gaveUp = await failing(store.put('ws_1/fil_never', inChunks(Buffer.from('x'))))
    expect(gaveUp).to.be.instanceOf(FileStoreUnavailable)
    expect(gaveUp?.message).to.equal('the store of files answers InternalError (500)')
    expect(simulator.objects.has('ws_1/fil_never')).to.equal(false)

    const nobody = await s3({ endpoint: 'http://127.0.0.1:9' }, { attempts: 1 })
    expect(await failing(nobody.remove('ws_1/fil_tried'))).to.be.instanceOf(FileStoreUnavailable)
  })

  it('prove themselves to S3, which believes nothing else', async () => {
    const codeOf = async (config: object) => {
      const error = await failing((await s3(config, { attempts: 1 })).remove('ws_1/fil_1'))
      return /answers (\w+)/.exec(error?.message ?? '')?.[1]
    }
    expect(await codeOf({ secretAccessKey: 'a guess' })).to.equal('SignatureDoesNotMatch')
    expect(await codeOf({ accessKeyId: 'AKIASOMEBODY' })).to.equal('InvalidAccessKeyId')
    expect(await codeOf({ region: 'us-east-1' })).to.equal('AuthorizationHeaderMalformed')
    expect(await codeOf({ bucket: 'another' })).to.equal('NoSuchBucket')
    ahead = 16 * 60_000
    const skewed = simulator.asked.length
    await (await s3({}, { attempts: 2 })).remove('ws_1/fil_1') // The SDK learns the time from the refusal.
    expect(simulator.asked.length).to.equal(skewed + 1)
    ahead = 0
    expect((await fetch(`${endpoint}/careline/ws_1/fil_1`)).status, 'unsigned').to.equal(403)
  })
})

// From Amazon's own description of the signature: what our S3 refuses and takes is what theirs would.
describe('the signature of S3', () => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const now = Date.UTC(2013, 4, 24)
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const example = {
    method: 'GET',
    url: '/test.txt',
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      range: 'bytes=0-9',
      'x-amz-content-sha256': empty,
      'x-amz-date': '20130524T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    body: Buffer.alloc(0),
  }
  const presigned = {
    ...example,
    url: '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    headers: { host: 'examplebucket.s3.amazonaws.com' },
  }
  const code = (request: typeof example | typeof presigned, at = now) => {
    try {
      checkSignature(request, credentials, at)
      return 'taken'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  it('is what Amazon computes, and covers what it says', () => {
    expect(code(example)).to.equal('taken')
    const changed = (headers: object) => ({ ...example, headers: { ...example.headers, ...headers } })
    expect(code({ ...example, url: '/test.tx' })).to.equal('SignatureDoesNotMatch')
    expect(code({ ...example, method: 'DELETE' })).to.equal('SignatureDoesNotMatch')
    expect(code(changed({ range: 'bytes=0-10' }))).to.equal('SignatureDoesNotMatch')
    expect(code(changed({ 'x-amz-acl': 'public-read' }))).to.equal('AccessDenied')
    expect(code({ ...example, body: Buffer.from('x') })).to.equal('XAmzContentSHA256Mismatch')
    expect(code(example, now + 15 * 60_000 + 1)).to.equal('RequestTimeTooSkewed')
  })

  it('ends with its address, and covers it', async () => {
    expect(code(presigned)).to.equal('taken')
    expect(code(presigned, now + 86_400_001)).to.equal('AccessDenied')
    expect(code(presigned, now - 16 * 60_000)).to.equal('AccessDenied')
    expect(code({ ...presigned, url: presigned.url.replace('86400', '86401') })).to.equal('SignatureDoesNotMatch')
    const client = new S3Client({ region: 'us-east-1', credentials, endpoint: 'http://s3.test', forcePathStyle: true })
    for (const command of [
      new GetObjectCommand({ Bucket: 'b', Key: 'ws_1/a file (1).png' }),
      new PutObjectCommand({ Bucket: 'b', Key: 'ws_1/ü' }),
    ]) {
      const url = new URL(await getSignedUrl(client, command, { expiresIn: 60, signingDate: new Date(now) }))
      const request = {
        ...example,
        method: command instanceof PutObjectCommand ? 'PUT' : 'GET',
        headers: { host: url.host },
      }
      const asked = { ...request, url: url.pathname + url.search }
      expect(code(asked), url.href).to.equal('taken')
      expect(code(asked, now + 60_001)).to.equal('AccessDenied')
    }
  })
})
