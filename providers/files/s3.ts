import type { CompletedPart, S3Client } from '@aws-sdk/client-s3'
import { checkedKey, FileMissing, type FileStore, FileStoreUnavailable, type Stretch } from './port.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

export interface S3Config {
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Of a store that is not Amazon's, `https://s3.example.com`; Amazon's own by the region where it is missing. */
  endpoint?: string | undefined
  /** True where the bucket is the first part of the path, not of the host's name. */
  isPathStyle?: boolean
  /** Before every key, `careline/` say. */
  prefix?: string
}

interface At {
  Bucket: string
  Key: string
}

interface Patience {
  /** Without a byte for so long, a request is given up, ms. */
  silenceMs?: number
  attempts?: number
}

/** Bytes of one part. S3 takes none below 5 MiB but the last, and 10,000 of them; this much is in memory per upload. */
const partBytes = 8 * 1024 * 1024

/** In a bucket of Amazon S3, or of whatever speaks its API. */
export class S3Files implements FileStore {
  readonly kind = 's3'
  readonly #sdk: Sdk
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  private constructor(sdk: Sdk, config: S3Config, { silenceMs = 15_000, attempts = 4 }: Patience) {
    this.#sdk = sdk
    this.#bucket = config.bucket
    this.#prefix = config.prefix ?? ''
    this.#client = new sdk.S3Client({
      region: config.region,
      credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
      ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
      forcePathStyle: config.isPathStyle ?? false,
      maxAttempts: attempts,
      // The signature already covers a hash of every body; other stores than Amazon's know no more than that.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: 5_000,
        socketTimeout: silenceMs,
        requestTimeout: silenceMs,
        throwOnRequestTimeout: true,
      },
    })
  }

  /** The SDK is read only where a bucket is configured: it costs half a second of a start. */
  static async open(config: S3Config, patience: Patience = {}): Promise<S3Files> {
    return new S3Files(await import('@aws-sdk/client-s3'), config, patience)
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>) {
    const at = this.#at(key)
    const parts = inParts(bytes)
    try {
      const first = await parts.next()
      const second = await parts.next()
      const body = first.value ?? Buffer.alloc(0)
      if (!second.done) return await this.#putInParts(at, body, second.value, parts)
      await this.#ask(() => this.#client.send(new this.#sdk.PutObjectCommand({ ...at, Body: body })))
    } finally {
      await parts.return(undefined) // Whoever gives the bytes hears that nobody takes them any more.
    }
  }

  async #putInParts(at: At, first: Buffer, second: Buffer, rest: AsyncIterable<Buffer>) {
    const { CreateMultipartUploadCommand, CompleteMultipartUploadCommand, UploadPartCommand } = this.#sdk
    const { UploadId } = await this.#ask(() => this.#client.send(new CreateMultipartUploadCommand(at)))
    const upload = { ...at, UploadId }
    try {
      const done: CompletedPart[] = []
      const send = async (Body: Buffer) => {
        const PartNumber = done.length + 1
        const made = await this.#ask(() => this.#client.send(new UploadPartCommand({ ...upload, PartNumber, Body })))
        done.push({ PartNumber, ...(made.ETag !== undefined && { ETag: made.ETag }) })
      }
      await send(first)
      await send(second)
      for await (const part of rest) await send(part)
      const MultipartUpload = { Parts: done }
      await this.#ask(() => this.#client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload })))
    } catch (error) {
      await this.#abort(upload)
      throw error
    }
  }

  async read(key: string, stretch?: Stretch): Promise<AsyncIterable<Uint8Array>> {
    const at = this.#at(key)
    const Range = stretch && { Range: `bytes=${String(stretch.from)}-${String(stretch.to)}` }
    const { Body } = await this.#ask(() => this.#client.send(new this.#sdk.GetObjectCommand({ ...at, ...Range })))
    if (!Body) throw new FileMissing(key)
    return this.#told(Body as unknown as AsyncIterable<Uint8Array>)
  }

  async remove(key: string) {
    const command = new this.#sdk.DeleteObjectCommand(this.#at(key))
    await this.#ask(() => this.#client.send(command))
  }

  /** A bucket keeps, and bills, the parts of uploads that nobody finished. */
  async sweep(before: number) {
    const { ListMultipartUploadsCommand } = this.#sdk
    const asked = { Bucket: this.#bucket, Prefix: this.#prefix, MaxUploads: 1_000 }
    const { Uploads = [] } = await this.#ask(() => this.#client.send(new ListMultipartUploadsCommand(asked)))
    const left = Uploads.filter(({ Initiated }) => Initiated !== undefined && Initiated.getTime() < before)
    for (const { Key, UploadId } of left) await this.#abort({ Bucket: this.#bucket, Key, UploadId })
    return left.length
  }

  /** What cannot be aborted now is swept later: the error that led here is the one to tell. */
  async #abort(upload: { Bucket: string; Key: string | undefined; UploadId: string | undefined }) {
    await Promise.allSettled([this.#client.send(new this.#sdk.AbortMultipartUploadCommand(upload))])
  }

  #at(key: string): At {
    return { Bucket: this.#bucket, Key: this.#prefix + checkedKey(key) }
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw translated(error)
    }
  }

  async *#told(body: AsyncIterable<Uint8Array>) {
    try {
      yield* body
    } catch (error) {
      throw translated(error)
    }
  }
}

/** The provider's own name of the error, never its text: that repeats what it was asked. */
function translated(error: unknown): Error {
  if (error instanceof FileMissing || error instanceof FileStoreUnavailable) return error
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  if (name === 'NoSuchKey') return new FileMissing('this key', { cause: error })
  const status = $metadata?.httpStatusCode
  return new FileStoreUnavailable(`answers ${name ?? 'nothing'}${status === undefined ? '' : ` (${String(status)})`}`, {
    cause: error,
  })
}

/** Gathers bytes until they are a part; an empty source is no part. */
async function* inParts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, undefined, undefined> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    held.push(chunk)
    size += chunk.length
    if (size < partBytes) continue
    yield Buffer.concat(held, size)
    held = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(held, size)
  return undefined
}
