/** How the kinds begin that may be kept: what WhatsApp carries. */
const kinds: Record<string, (head: Buffer) => boolean> = {
  'image/jpeg': startsWith('ffd8ff'),
  'image/png': startsWith('89504e470d0a1a0a'),
  'image/webp': (head) => at(head, 0, 'RIFF') && at(head, 8, 'WEBP'),
  'video/mp4': isBoxed,
  'video/3gpp': isBoxed,
  'audio/mp4': isBoxed,
  'audio/aac': (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0,
  'audio/mpeg': (head) => at(head, 0, 'ID3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0),
  'audio/amr': (head) => at(head, 0, '#!AMR'),
  'audio/ogg': (head) => at(head, 0, 'OggS'),
  'application/pdf': (head) => at(head, 0, '%PDF-'),
  'application/msword': isOld,
  'application/vnd.ms-excel': isOld,
  'application/vnd.ms-powerpoint': isOld,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': isZip,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': isZip,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': isZip,
  // Text has no mark of its own: no zero byte, and readable as what it says. `Look` reads all of it.
  'text/plain': () => true,
}

/** What is refused by name, so that somebody who meant well knows what they have in hand. */
const others: readonly [words: string, is: (head: Buffer) => boolean][] = [
  ['an SVG drawing', (head) => /<svg[\s>]/i.test(textOf(head))],
  ['a web page', (head) => /<(!doctype html|html|script|head|body)[\s>]/i.test(textOf(head))],
  ['a GIF', (head) => at(head, 0, 'GIF8')],
  ['an HEIC photo', (head) => isBoxed(head) && /^(heic|heix|mif1|hevc)/.test(head.subarray(8, 12).toString('latin1'))],
  ['a Windows program', (head) => at(head, 0, 'MZ')],
  ['a program', (head) => startsWith('7f454c46')(head) || startsWith('feedfa')(head) || startsWith('cafebabe')(head)],
  ['a script', (head) => at(head, 0, '#!') && !at(head, 0, '#!AMR')],
  [
    'an archive',
    (head) => ['1f8b', '526172211a07', '377abcaf271c', '425a68', 'fd377a585a00'].some((mark) => startsWith(mark)(head)),
  ],
  ['a ZIP archive', isZip],
]

function startsWith(hex: string) {
  const mark = Buffer.from(hex, 'hex')
  return (head: Buffer) => head.subarray(0, mark.length).equals(mark)
}
const at = (head: Buffer, offset: number, mark: string) =>
  head.subarray(offset, offset + mark.length).toString('latin1') === mark
function isBoxed(head: Buffer) {
  return at(head, 4, 'ftyp')
}
function isZip(head: Buffer) {
  return at(head, 0, 'PK\x03\x04')
}
function isOld(head: Buffer) {
  return startsWith('d0cf11e0a1b11ae1')(head)
}
const textOf = (head: Buffer) => head.toString('latin1')

/** Browsers send it with parameters (`audio/ogg; codecs=opus`); only the type itself decides. */
export const plainType = (contentType: string) => (contentType.split(';')[0] ?? '').trim().toLowerCase()

export const keptTypes: readonly string[] = Object.keys(kinds)
export const isKept = (mime: string) => Object.hasOwn(kinds, mime)

/** These a browser shows by itself, without running anything; every other is a download. */
export const isShown = (mime: string) => /^(image\/(jpeg|png|webp)|(audio|video)\/[\w-]+)$/.test(mime)

/** How a file begins is enough to tell what it is; no kind of ours needs more. */
const headBytes = 512

/** Looks at the bytes of a file as they pass. A name or a header proves nothing; an archive is never opened. */
export class Look {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #head: Buffer = Buffer.alloc(0)
  #isText = true
  sizeBytes = 0

  take(chunk: Uint8Array) {
    if (this.#head.length < headBytes)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, headBytes - this.#head.length)])
    this.sizeBytes += chunk.length
    if (this.#isText) this.#isText = !chunk.includes(0) && this.#decodes(chunk)
  }

  /** Whether the bytes are what they are said to be. */
  isReally(mime: string): boolean {
    if (mime === 'text/plain') return this.#isText && this.#decodes(undefined)
    return kinds[mime]?.(this.#head) ?? false
  }

  /** In words, where it is something that is known. */
  what(): string | undefined {
    const known = keptTypes.find((mime) => mime !== 'text/plain' && kinds[mime]?.(this.#head))
    return others.find(([, is]) => is(this.#head))?.[0] ?? known
  }

  #decodes(chunk: Uint8Array | undefined) {
    try {
      this.#decoder.decode(chunk, { stream: chunk !== undefined })
      return true
    } catch {
      return false // Decoding is the test.
    }
  }
}
