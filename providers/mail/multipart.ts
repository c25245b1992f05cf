/** One field of a form: bytes as they came. */
export interface FormPart {
  name: string
  fileName: string | null
  mime: string
  bytes: Buffer
}

const partsMax = 100

/**
 * A `multipart/form-data` body, taken apart. Not by the platform's own reader, which takes every text for UTF-8:
 * SendGrid says of each field in which charset it is.
 */
export function formParts(body: Buffer, contentType: string): FormPart[] {
  const named = /boundary="?([^";\s]{1,200})"?/i.exec(contentType)?.[1]
  if (named === undefined) return []
  const mark = Buffer.from(`--${named}`, 'latin1')
  const parts: FormPart[] = []
  let at = body.indexOf(mark)
  while (at >= 0 && parts.length < partsMax) {
    const next = body.indexOf(mark, at + mark.length)
    if (next < 0) break
    const part = partOf(body.subarray(at + mark.length, next))
    if (part) parts.push(part)
    at = next
  }
  return parts
}

function partOf(piece: Buffer): FormPart | undefined {
  const gap = endOfHead(piece)
  if (!gap) return undefined
  const head = piece.subarray(0, gap.at).toString('utf8')
  const name = /content-disposition:[^\r\n]*\bname="([^"\r\n]{1,200})"/i.exec(head)?.[1]
  if (name === undefined) return undefined
  const fileName = /content-disposition:[^\r\n]*\bfilename="([^"\r\n]{0,255})"/i.exec(head)?.[1] ?? null
  const mime = /content-type:\s*([\w.+-]{1,60}\/[\w.+-]{1,60})/i.exec(head)?.[1]?.toLowerCase() ?? ''
  return { name, fileName, mime, bytes: withoutLineEnd(piece.subarray(gap.at + gap.length)) }
}

function endOfHead(piece: Buffer): { at: number; length: number } | undefined {
  const strict = piece.indexOf('\r\n\r\n')
  const lax = piece.indexOf('\n\n')
  if (strict >= 0 && (lax < 0 || strict < lax)) return { at: strict, length: 4 }
  return lax >= 0 ? { at: lax, length: 2 } : undefined
}

function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 10) return bytes
  return bytes.subarray(0, bytes.length - (bytes.at(-2) === 13 ? 2 : 1))
}
