import type { Stretch } from '../../providers/files/port.ts'
import type { Raw } from '../http/route.ts'
import type { OpenFile } from './file-room.ts'
import { rangeOf } from './range.ts'
import { isShown } from './sniff.ts'

/** What a file is answered with: everything but its bytes, and which of them. */
export function answerOf(
  { row, mime, sizeBytes }: OpenFile,
  wanted: string,
): Omit<Raw, 'body'> & { stretch: Stretch | undefined } {
  const headers = { ...headersOf(mime, row.fileName), 'accept-ranges': 'bytes' }
  const size = String(sizeBytes)
  const range = rangeOf(wanted, sizeBytes)
  if (range.kind === 'outside')
    return { type: mime, stretch: undefined, status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } }
  if (range.kind === 'none') {
    const stretch = sizeBytes === 0 ? undefined : { from: 0, to: sizeBytes - 1 }
    return { type: mime, stretch, headers: { ...headers, 'content-length': size } }
  }
  const { from, to } = range
  const part = {
    'content-range': `bytes ${String(from)}-${String(to)}/${size}`,
    'content-length': String(to - from + 1),
  }
  return { type: mime, stretch: { from, to }, status: 206, headers: { ...headers, ...part } }
}

/** A file is somebody's, and was made by a stranger: shown only where that runs nothing, kept by no shared cache. */
const headersOf = (mime: string, fileName: string | null) => ({
  'cache-control': 'private, max-age=600, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'content-disposition': `${isShown(mime) ? 'inline' : 'attachment'}${named(fileName)}`,
})

// RFC 6266 and 8187: the name once for everybody, in ASCII, and once as it is.
function named(fileName: string | null) {
  if (fileName === null) return ''
  const plain = fileName.normalize('NFKD').replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const whole = encodeURIComponent(fileName).replace(/['()*]/g, escape)
  return `; filename="${plain}"; filename*=UTF-8''${whole}`
}
const escape = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
