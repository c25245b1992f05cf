// POSIX ustar (IEEE 1003.1, pax interchange format, without extensions): what every `tar` opens.
const block = 512
const pathMax = 100

/** One entry of an archive, whole. */
export interface TarEntry {
  path: string
  bytes: Buffer
}

/** An entry that is in memory. */
export async function* entry(path: string, bytes: Uint8Array, madeAt = 0): AsyncGenerator<Uint8Array> {
  yield header(path, bytes.length, madeAt)
  yield bytes
  yield padding(bytes.length)
}

/** An entry of this many bytes, which come piece by piece. Throws where there are more or fewer. */
export async function* entryOf(
  path: string,
  size: number,
  pieces: AsyncIterable<Uint8Array>,
  madeAt = 0,
): AsyncGenerator<Uint8Array> {
  yield header(path, size, madeAt)
  let so = 0
  for await (const piece of pieces) {
    so += piece.length
    yield piece
  }
  if (so !== size) throw new Error(`${path} has ${so} bytes, and ${size} were announced`)
  yield padding(size)
}

/** After the last entry. */
export const endOfTar = () => Buffer.alloc(2 * block)

function header(path: string, size: number, madeAt: number): Buffer {
  if (Buffer.byteLength(path) > pathMax) throw new Error(`this name is too long for an archive: ${path}`)
  const bytes = Buffer.alloc(block)
  const octal = (value: number, at: number, length: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  bytes.write(path, 0)
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Math.floor(madeAt / 1_000), 136, 12)
  bytes.write('        ', 148, 'latin1')
  bytes.write('0', 156, 'latin1')
  bytes.write('ustar\u000000', 257, 'latin1')
  octal(sumOf(bytes), 148, 7)
  return bytes
}

const sumOf = (bytes: Buffer) => bytes.reduce((sum, byte) => sum + byte, 0)
const padding = (size: number) => Buffer.alloc((block - (size % block)) % block)

/** All entries, one after the other. @throws where one is damaged or larger than `entryMax`, or the end is missing */
export async function* entriesOf(bytes: AsyncIterable<Uint8Array>, entryMax: number): AsyncGenerator<TarEntry> {
  const source = new Taking(bytes)
  for (;;) {
    const head = await source.take(block)
    if (head.every((byte) => byte === 0)) return
    const { path, size } = read(head)
    if (size > entryMax) throw new Error(`${path} is too large for an archive of ours`)
    const content = await source.take(size)
    await source.take(padding(size).length)
    yield { path, bytes: content }
  }
}

function read(head: Buffer): { path: string; size: number } {
  const field = (at: number, length: number) => head.toString('utf8', at, at + length).replace(/[\0 ].*$/s, '')
  const said = Number.parseInt(field(148, 8), 8)
  const blanked = Buffer.from(head)
  blanked.write('        ', 148, 'latin1')
  if (sumOf(blanked) !== said) throw new Error('the archive is damaged: a header is not as it was written')
  return { path: field(0, pathMax), size: Number.parseInt(field(124, 12), 8) }
}

/** Takes exact lengths from pieces of any. */
class Taking {
  readonly #pieces: AsyncIterator<Uint8Array>
  #have: Buffer = Buffer.alloc(0)

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.#have]
    let so = this.#have.length
    while (so < length) {
      const next: IteratorResult<Uint8Array, unknown> = await this.#pieces.next()
      if (next.done === true) throw new Error('the archive ends too early')
      parts.push(Buffer.from(next.value))
      so += next.value.length
    }
    const all = Buffer.concat(parts)
    this.#have = all.subarray(length)
    return all.subarray(0, length)
  }
}
