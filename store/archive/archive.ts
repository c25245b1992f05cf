import { createHash, type Hash } from 'node:crypto'
import { actorHomes } from '../kinds.ts'
import { endOfTar, entriesOf, entry, type TarEntry } from './tar.ts'

/** So much of a collection, or of a file, is one entry: it is in memory while it is written and read. */
const partBytes = 1024 * 1024
/** A document has 16 MiB at most, and takes more room as text. */
const entryMax = 64 * 1024 * 1024

export interface Head {
  format: 1
  madeAt: string
  /** Of Careline. */
  version: string
  from: 'embedded' | 'mongodb'
  /** Whether all is of one moment; otherwise what was written while it was made may be there in part. */
  isOneMoment: boolean
}

interface Counted {
  name: string
  documents: number
  /** Of its lines, each with its line feed. */
  sha256: string
}
interface Summed {
  count: number
  bytes: number
  sha256: string
  /** So many that the database names were removed while it was made. Older archives do not say. */
  missing?: number
}

/** What an archive says of itself, as its last entry: without it, it is none. */
export interface Manifest extends Head {
  collections: Counted[]
  files: Summed
}

export interface Source {
  names(): Promise<string[]>
  lines(name: string): AsyncIterable<string>
  files(): AsyncIterable<{ key: string; bytes: AsyncIterable<Uint8Array> }>
  /** After `files`: how many of those that the lines name were not among them. */
  missing(): number
}

/** What is in no archive: keys have a book of their own, and who does what now is of no use later. */
export const left: readonly string[] = ['vault_keys', 'backups', 'agendaJobs']

/** An archive as the bytes of a tar. `done` hears what is in it, before its end. */
export async function* archiveOf(
  head: Head,
  source: Source,
  done: (manifest: Manifest) => void,
): AsyncGenerator<Uint8Array> {
  const madeAt = Date.parse(head.madeAt)
  yield* entry('head.json', json(head), madeAt)
  const names = (await source.names()).filter((name) => !left.includes(name))
  const collections: Counted[] = []
  // Actors last: where it is not one moment, none knows less than its rows.
  for (const name of [...names].sort((one, other) => rankOf(one) - rankOf(other))) {
    const [hash, counted] = [createHash('sha256'), { documents: 0 }]
    for await (const [nth, part] of parts(source.lines(name), hash, counted))
      yield* entry(`store/${name}/${numbered(nth)}.ndjson`, part, madeAt)
    collections.push({ name, documents: counted.documents, sha256: hash.digest('hex') })
  }
  const files = { count: 0, bytes: 0 }
  const hash = createHash('sha256')
  for await (const { key, bytes } of source.files()) {
    files.count++
    hash.update(`${key}\n`)
    let nth = 0
    for await (const part of pieces(bytes)) {
      files.bytes += part.length
      hash.update(part)
      yield* entry(`files/${key}/${numbered(nth++)}`, part, madeAt)
    }
  }
  const manifest = { ...head, collections, files: { ...files, sha256: hash.digest('hex'), missing: source.missing() } }
  yield* entry('manifest.json', json(manifest), madeAt)
  done(manifest)
  yield endOfTar()
}

const rankOf = (name: string) => (actorHomes.includes(name) ? 1 : 0)
const numbered = (nth: number) => String(nth).padStart(6, '0')
const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

async function* parts(lines: AsyncIterable<string>, hash: Hash, counted: { documents: number }) {
  let waiting: Buffer[] = []
  let size = 0
  let nth = 0
  for await (const line of lines) {
    const bytes = Buffer.from(`${line}\n`)
    hash.update(bytes)
    counted.documents++
    waiting.push(bytes)
    size += bytes.length
    if (size < partBytes) continue
    yield [nth++, Buffer.concat(waiting)] as const
    waiting = []
    size = 0
  }
  if (size > 0) yield [nth, Buffer.concat(waiting)] as const
}

async function* pieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0)
  let isAny = false
  for await (const chunk of bytes) {
    waiting = Buffer.concat([waiting, chunk])
    while (waiting.length >= partBytes) {
      isAny = true
      yield waiting.subarray(0, partBytes)
      waiting = waiting.subarray(partBytes)
    }
  }
  if (waiting.length > 0 || !isAny) yield waiting
}

export interface Target {
  head?(head: Head): void
  /** Lines of a collection, in their order. */
  fill(name: string, lines: string[]): Promise<void>
  /** The next piece of a file; the first one has the number 0. */
  file(key: string, nth: number, bytes: Buffer): Promise<void>
}

/** Unpacks the bytes of a tar. @throws where anything is not as the manifest says, or the manifest is missing */
export async function unpack(bytes: AsyncIterable<Uint8Array>, target: Target): Promise<Manifest> {
  const reading = new Reading(target)
  for await (const each of entriesOf(bytes, entryMax)) await reading.take(each)
  return reading.checked()
}

class Reading {
  readonly #target: Target
  readonly #collections = new Map<string, { documents: number; hash: Hash }>()
  readonly #files = { count: 0, bytes: 0, hash: createHash('sha256') }
  #manifest: Manifest | undefined

  constructor(target: Target) {
    this.#target = target
  }

  async take({ path, bytes }: TarEntry) {
    const [kind, name = '', ...rest] = path.split('/')
    if (path === 'head.json') {
      const head = JSON.parse(bytes.toString()) as Head
      if (head.format !== 1) throw new Error('this archive was made by a newer Careline')
      this.#target.head?.(head)
    } else if (path === 'manifest.json') this.#manifest = JSON.parse(bytes.toString()) as Manifest
    else if (kind === 'store') await this.#lines(name, bytes)
    else if (kind === 'files') await this.#file([name, ...rest], bytes)
  }

  async #lines(name: string, bytes: Buffer) {
    const so = this.#collections.get(name) ?? { documents: 0, hash: createHash('sha256') }
    this.#collections.set(name, so)
    so.hash.update(bytes)
    const lines = bytes.toString().split('\n').slice(0, -1)
    so.documents += lines.length
    await this.#target.fill(name, lines)
  }

  async #file(parts: string[], bytes: Buffer) {
    const key = parts.slice(0, -1).join('/')
    const nth = Number(parts.at(-1))
    const so = this.#files
    if (nth === 0) {
      so.count++
      so.hash.update(`${key}\n`)
    }
    so.bytes += bytes.length
    so.hash.update(bytes)
    await this.#target.file(key, nth, bytes)
  }

  checked(): Manifest {
    const manifest = this.#manifest
    if (!manifest) throw new Error('this is no whole backup: it ends before its manifest')
    const wrong = manifest.collections
      .filter(({ name, documents, sha256 }) => {
        const so = this.#collections.get(name)
        const is = so ? { documents: so.documents, sha256: so.hash.digest('hex') } : nothing
        return is.documents !== documents || is.sha256 !== sha256
      })
      .map(({ name }) => name)
    const { count, bytes, hash } = this.#files
    const files = manifest.files
    if (files.count !== count || files.bytes !== bytes || files.sha256 !== hash.digest('hex')) wrong.push('files')
    if (wrong.length > 0) throw new Error(`the backup is damaged: not as it was made are ${wrong.join(', ')}`)
    return manifest
  }
}

const nothing = { documents: 0, sha256: createHash('sha256').digest('hex') }
