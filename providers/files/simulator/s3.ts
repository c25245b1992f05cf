import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '../../../kernel/id.ts'
import { checkSignature, type Credentials, S3Refusal } from './signature.ts'

interface Parts extends Credentials {
  bucket: string
  now(): number
  /** Bytes of a part below which S3 takes only the last one; 5 MiB there. */
  partBytesMin?: number
}
interface Upload {
  key: string
  startedAt: number
  parts: Map<number, Buffer>
}
interface Asked {
  method: string
  key: string
  query: URLSearchParams
  body: Buffer
  range: string
}

/** What goes wrong with the next requests. */
export type Fault =
  | { kind: 'refuses'; status: number; code: string }
  /** The connection breaks: before the answer, or after so many bytes of it. */
  | { kind: 'breaks'; afterBytes?: number }
  /** It takes the request, and never answers. */
  | { kind: 'hangs' }

const bodyMax = 64 * 1024 * 1024
const escaped = (text: string) => text.replace(/[<>&"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`)
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`

/** One bucket of S3, played: its signatures, its errors in XML, its uploads in parts. Path style and host style. */
export class S3Simulator {
  readonly objects = new Map<string, Buffer>()
  readonly uploads = new Map<string, Upload>()
  /** What was asked, `PUT ws_1/fil_1`, for a test to count. */
  readonly asked: string[] = []
  readonly #parts: Parts
  readonly #server: Server
  #faults: Fault[] = []

  constructor(parts: Parts) {
    this.#parts = parts
    this.#server = createServer((req, res) => void this.#answer(req, res))
  }

  async listen(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  /** The next requests meet these, one each. */
  fails(...faults: Fault[]) {
    this.#faults.push(...faults)
  }

  /** As if it had been killed: nobody listens, and whoever is connected is cut. */
  async close() {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  async #answer(req: IncomingMessage, res: ServerResponse) {
    // Clients set their clocks by it.
    res.setHeader('date', new Date(this.#parts.now()).toUTCString())
    try {
      const body = await bodyOf(req)
      const signed = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body }
      checkSignature(signed, this.#parts, this.#parts.now())
      const asked = this.#read(req, body)
      this.asked.push(`${asked.method} ${asked.key}${asked.query.has('uploadId') ? ' (part)' : ''}`)
      const target = this.#faulty(req, res)
      if (target) this.#serve(asked, target)
    } catch (error) {
      refuse(res, error instanceof S3Refusal ? error : new S3Refusal(500, 'InternalError', 'We encountered an error.'))
    }
  }

  /** Where the answer goes; undefined where there is to be none. */
  #faulty(req: IncomingMessage, res: ServerResponse): ServerResponse | undefined {
    const fault = this.#faults.shift()
    switch (fault?.kind) {
      case undefined:
        return res
      case 'refuses':
        throw new S3Refusal(fault.status, fault.code, 'As the test wants it.')
      case 'hangs':
        return undefined
      case 'breaks':
        if (fault.afterBytes !== undefined) return cutting(res, fault.afterBytes)
        req.socket.destroy()
        return undefined
    }
  }

  #read(req: IncomingMessage, body: Buffer): Asked {
    const { pathname, searchParams: query } = new URL(req.url ?? '', 'http://s3')
    const { bucket } = this.#parts
    const isHostStyle = (req.headers.host ?? '').startsWith(`${bucket}.`)
    const path = decodeURIComponent(pathname).slice(1)
    const [first = '', ...rest] = path.split('/')
    if (!isHostStyle && first !== bucket)
      throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist')
    const range = req.headers.range ?? ''
    return { method: req.method ?? '', key: isHostStyle ? path : rest.join('/'), query, body, range }
  }

  #serve(asked: Asked, res: ServerResponse) {
    const { method, query, key } = asked
    if (method === 'GET' && key === '' && query.has('uploads')) return this.#list(res)
    if (method === 'POST' && query.has('uploads')) return this.#begin(key, res)
    if (query.has('uploadId')) return this.#inParts(asked, res)
    switch (method) {
      case 'PUT':
        this.objects.set(key, asked.body)
        return res.writeHead(200, { etag: etagOf(asked.body) }).end()
      case 'GET':
        return this.#get(asked, res)
      case 'DELETE':
        this.objects.delete(key)
        return res.writeHead(204).end()
      default:
        throw new S3Refusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
    }
  }

  #get({ key, range }: Asked, res: ServerResponse) {
    const bytes = this.objects.get(key)
    if (!bytes) throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.')
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? []
    if (from === undefined || to === undefined)
      return res.writeHead(200, { 'content-length': bytes.length, etag: etagOf(bytes) }).end(bytes)
    if (Number(from) >= bytes.length) throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable')
    const last = Math.min(Number(to), bytes.length - 1)
    const part = bytes.subarray(Number(from), last + 1)
    const headers = { 'content-length': part.length, 'content-range': `bytes ${from}-${last}/${bytes.length}` }
    return res.writeHead(206, headers).end(part)
  }

  #begin(key: string, res: ServerResponse) {
    const id = newId('up')
    this.uploads.set(id, { key, startedAt: this.#parts.now(), parts: new Map() })
    const { bucket } = this.#parts
    xml(res, 'InitiateMultipartUploadResult', `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`)
  }

  #list(res: ServerResponse) {
    const lines = [...this.uploads].map(
      ([id, { key, startedAt }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(startedAt).toISOString()}</Initiated></Upload>`,
    )
    xml(res, 'ListMultipartUploadsResult', `<Bucket>${this.#parts.bucket}</Bucket>${lines.join('')}`)
  }

  #inParts({ method, key, query, body }: Asked, res: ServerResponse) {
    const id = query.get('uploadId') ?? ''
    const upload = this.uploads.get(id)
    if (upload?.key !== key) throw new S3Refusal(404, 'NoSuchUpload', 'The specified multipart upload does not exist.')
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body)
      return res.writeHead(200, { etag: etagOf(body) }).end()
    }
    if (method === 'POST') this.objects.set(key, this.#whole(upload, body.toString()))
    this.uploads.delete(id)
    if (method !== 'POST') return res.writeHead(204).end()
    xml(res, 'CompleteMultipartUploadResult', `<Bucket>${this.#parts.bucket}</Bucket><Key>${key}</Key>`)
  }

  #whole({ parts }: Upload, wanted: string): Buffer {
    const named = [...wanted.matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      etag: (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
    }))
    const bytes = named.map(({ number, etag }, index) => {
      const part = parts.get(number)
      if (!part || etagOf(part) !== etag || number !== index + 1)
        throw new S3Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
      if (index < named.length - 1 && part.length < (this.#parts.partBytesMin ?? 5 * 1024 * 1024))
        throw new S3Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
      return part
    })
    return Buffer.concat(bytes)
  }
}

/** Sends so many bytes of the answer's body, and then breaks. */
function cutting(res: ServerResponse, afterBytes: number): ServerResponse {
  const end = res.end.bind(res)
  res.end = ((body?: Buffer) => {
    if (!Buffer.isBuffer(body)) return end(body)
    res.write(body.subarray(0, afterBytes), () => res.destroy())
    return res
  }) as typeof res.end
  return res
}

function xml(res: ServerResponse, root: string, inner: string, status = 200) {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`
  res.writeHead(status, { 'content-type': 'application/xml' }).end(text)
}

function refuse(res: ServerResponse, { status, code, message }: S3Refusal) {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>${newId('s3')}</RequestId></Error>`
  res.writeHead(status, { 'content-type': 'application/xml' }).end(text)
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyMax) throw new S3Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum size.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
