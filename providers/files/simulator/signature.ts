import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

// Signature Version 4 as S3 checks it ("Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference),
// written from that text and not from the SDK: what the SDK gets wrong, this is to refuse.

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  region: string
}

/** A request as it came over the line. */
export interface Signed {
  method: string
  /** Path and query as they were sent. */
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Uint8Array
}

/** S3's own refusal: its status, its code, its words. */
export class S3Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const skewMs = 15 * 60_000
const presignedMaxSeconds = 7 * 24 * 60 * 60

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest()

interface Claim {
  accessKeyId: string
  day: string
  region: string
  signedHeaders: string[]
  signature: string
  /** `20130524T000000Z`. */
  at: string
  payloadHash: string
  isPresigned: boolean
}

/** @throws S3Refusal */
export function checkSignature(request: Signed, credentials: Credentials, now: number) {
  const query = new URL(request.url, 'http://s3').searchParams
  const claim = query.has('X-Amz-Signature') ? fromQuery(query, now) : fromHeaders(request, now)
  if (claim.accessKeyId !== credentials.accessKeyId)
    throw new S3Refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
  if (claim.region !== credentials.region)
    throw new S3Refusal(
      400,
      'AuthorizationHeaderMalformed',
      `The region '${claim.region}' is wrong; expecting '${credentials.region}'`,
    )
  checkHeaders(request, claim)
  const scope = `${claim.day}/${claim.region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', claim.at, scope, sha256(canonical(request, claim))].join('\n')
  const ours = signingKey(credentials, claim.day).update(text).digest('hex')
  if (!same(ours, claim.signature))
    throw new S3Refusal(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    )
}

const signingKey = ({ secretAccessKey, region }: Credentials, day: string) =>
  createHmac('sha256', hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), 's3'), 'aws4_request'))

const same = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

function fromHeaders({ headers, body }: Signed, now: number): Claim {
  const authorization = textOf(headers['authorization'])
  if (authorization === '') throw new S3Refusal(403, 'AccessDenied', 'Access Denied')
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (!found)
    throw new S3Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header you provided is invalid.')
  const [, accessKeyId = '', day = '', region = '', signed = '', signature = ''] = found
  const at = textOf(headers['x-amz-date'])
  if (Math.abs(timeOf(at) - now) > skewMs)
    throw new S3Refusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    )
  const payloadHash = checkedPayload(textOf(headers['x-amz-content-sha256']), body)
  const signedHeaders = signed.split(';')
  return { accessKeyId, day, region, signedHeaders, signature, at, payloadHash, isPresigned: false }
}

function checkedPayload(payloadHash: string, body: Uint8Array): string {
  if (payloadHash === '')
    throw new S3Refusal(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  if (payloadHash.startsWith('STREAMING-'))
    throw new S3Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented.')
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && payloadHash !== sha256(body))
    throw new S3Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  return payloadHash
}

function fromQuery(query: URLSearchParams, now: number): Claim {
  const text = (name: string) => query.get(`X-Amz-${name}`) ?? ''
  const [accessKeyId = '', day = '', region = '', ...scope] = text('Credential').split('/')
  const at = text('Date')
  const seconds = Number(text('Expires'))
  const isOurs = text('Algorithm') === 'AWS4-HMAC-SHA256' && scope.join('/') === 's3/aws4_request'
  if (!isOurs || !Number.isInteger(seconds) || seconds < 1 || seconds > presignedMaxSeconds)
    throw new S3Refusal(400, 'AuthorizationQueryParametersError', 'Query-string authentication is not as it must be.')
  if (timeOf(at) - now > skewMs) throw new S3Refusal(403, 'AccessDenied', 'Request is not yet valid')
  if (timeOf(at) + seconds * 1_000 < now) throw new S3Refusal(403, 'AccessDenied', 'Request has expired')
  const signedHeaders = text('SignedHeaders').split(';')
  const signature = text('Signature')
  return { accessKeyId, day, region, signedHeaders, signature, at, payloadHash: 'UNSIGNED-PAYLOAD', isPresigned: true }
}

/** What is not signed could have been changed on the way. */
function checkHeaders({ headers }: Signed, { signedHeaders, at, day }: Claim) {
  const missing = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name))
  if (!signedHeaders.includes('host') || missing.length > 0)
    throw new S3Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed')
  if (!at.startsWith(day))
    throw new S3Refusal(
      400,
      'AuthorizationHeaderMalformed',
      'Date in Credential scope does not match that of the request',
    )
}

function canonical({ method, url, headers }: Signed, { signedHeaders, payloadHash, isPresigned }: Claim) {
  const [path = '', search = ''] = url.split('?')
  const pairs = [...new URLSearchParams(search)]
    .filter(([name]) => !(isPresigned && name === 'X-Amz-Signature'))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
  return [
    method,
    decodeURIComponent(path).split('/').map(encoded).join('/'),
    pairs.join('&'),
    ...signedHeaders.map((name) => `${name}:${textOf(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

const textOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(',') : (value ?? ''))

/** As S3 wants it: everything but letters, digits and `-._~`. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

function timeOf(at: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? []
  if (y === undefined) throw new S3Refusal(403, 'AccessDenied', 'AWS authentication requires a valid Date')
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
}
