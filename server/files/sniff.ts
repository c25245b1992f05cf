/** What may be kept: what WhatsApp carries, with how its bytes begin. */
const kinds: Record<string, (bytes: Buffer) => boolean> = {
  'image/jpeg': startsWith('ffd8ff'),
  'image/png': startsWith('89504e470d0a1a0a'),
  'image/webp': (bytes) => at(bytes, 0, 'RIFF') && at(bytes, 8, 'WEBP'),
  'video/mp4': isBoxed,
  'video/3gpp': isBoxed,
  'audio/mp4': isBoxed,
  'audio/aac': (bytes) => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0,
  'audio/mpeg': (bytes) => at(bytes, 0, 'ID3') || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0),
  'audio/amr': (bytes) => at(bytes, 0, '#!AMR'),
  'audio/ogg': (bytes) => at(bytes, 0, 'OggS'),
  'application/pdf': (bytes) => at(bytes, 0, '%PDF-'),
  'application/msword': isOld,
  'application/vnd.ms-excel': isOld,
  'application/vnd.ms-powerpoint': isOld,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': isZip,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': isZip,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': isZip,
  // Text has no mark of its own: no zero byte, and readable as what it says.
  'text/plain': (bytes) => !bytes.includes(0) && isUtf8(bytes),
}

function startsWith(hex: string) {
  const mark = Buffer.from(hex, 'hex')
  return (bytes: Buffer) => bytes.subarray(0, mark.length).equals(mark)
}
const at = (bytes: Buffer, offset: number, mark: string) =>
  bytes.subarray(offset, offset + mark.length).toString('latin1') === mark
function isBoxed(bytes: Buffer) {
  return at(bytes, 4, 'ftyp')
}
function isZip(bytes: Buffer) {
  return at(bytes, 0, 'PK\x03\x04')
}
function isOld(bytes: Buffer) {
  return startsWith('d0cf11e0a1b11ae1')(bytes)
}
function isUtf8(bytes: Buffer) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false // Decoding is the test.
  }
}

/** Browsers send it with parameters (`audio/ogg; codecs=opus`); only the type itself decides. */
export const plainType = (contentType: string) => (contentType.split(';')[0] ?? '').trim().toLowerCase()

export const isKept = (mime: string) => Object.hasOwn(kinds, mime)
/** Whether the bytes begin as their type must. A name or a header proves nothing. */
export const isReally = (mime: string, bytes: Buffer) => kinds[mime]?.(bytes) ?? false

/** These a browser shows by itself, without running anything; every other is a download. */
export const isShown = (mime: string) => /^(image\/(jpeg|png|webp)|(audio|video)\/[\w-]+)$/.test(mime)
