import { Readable } from 'node:stream'
import chardet from 'chardet'
import iconv from 'iconv-lite'
import Papa from 'papaparse'
import { columnsMax } from '../../kernel/import-map.ts'
import { invalid } from '../../kernel/problem.ts'

/** So much of a file is looked at to see what it is. */
const lookedAt = 256 * 1024
const delimiters = [',', ';', '\t', '|']
const cellShownMax = 200
const sampled = 5

/** What somebody's file is, as its own bytes tell. */
export interface Form {
  encoding: string
  delimiter: string
  columns: string[]
  /** The first rows after the header. */
  sample: string[][]
}

/** Looks at the bytes of a file while they pass. */
export class FormLook {
  readonly #head: Buffer[] = []
  #bytes = 0
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })
  #isUtf8 = true
  #strange: Buffer | undefined

  async *of(bytes: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      this.#bytes += chunk.length
      if (this.#bytes > max) throw invalid('file_too_large', `A file can have ${String(max / 1024 / 1024)} MB at most.`)
      this.#take(chunk)
      yield chunk
    }
    if (this.#isUtf8) this.#decoded(undefined)
  }

  #take(chunk: Buffer) {
    if (this.#bytes - chunk.length < lookedAt) this.#head.push(chunk)
    if (this.#isUtf8) this.#decoded(chunk)
  }

  /** One byte anywhere that UTF-8 has not, or an end in the middle of a letter: then it is another encoding. */
  #decoded(chunk: Buffer | undefined) {
    try {
      this.#utf8.decode(chunk, { stream: chunk !== undefined })
    } catch {
      this.#isUtf8 = false
      this.#strange = chunk
    }
  }

  /** @throws Problem `file_empty`, `not_a_table` */
  form(): Form {
    const head = Buffer.concat(this.#head).subarray(0, lookedAt)
    if (head.length === 0) throw invalid('file_empty', 'This file is empty.')
    const encoding = this.#encodingOf(head)
    const text = iconv.decode(head, encoding)
    if (text.includes('\0')) throw invalid('not_a_table', 'This is no table of text: a CSV file is meant.')
    // The last line of what was looked at may be cut.
    const whole = this.#bytes > head.length ? text.slice(0, text.lastIndexOf('\n')) : text
    const how = { preview: sampled + 1, delimitersToGuess: delimiters, skipEmptyLines: 'greedy' } as const
    const { data, meta } = Papa.parse<string[]>(whole, how)
    const [header = [], ...rows] = data
    if (header.every((cell) => cell.trim() === '')) throw invalid('not_a_table', 'The first line names no columns.')
    if (header.length > columnsMax)
      throw invalid('not_a_table', `A table can have ${String(columnsMax)} columns at most.`)
    const sample = rows.map((row) => row.slice(0, columnsMax).map((cell) => cell.slice(0, cellShownMax)))
    return { encoding, delimiter: meta.delimiter, columns: named(header), sample }
  }

  #encodingOf(head: Buffer): string {
    if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
    if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
    if (this.#isUtf8) return 'utf-8'
    const guessed = chardet.detect(this.#strange ?? head)
    // What it takes for Latin 1 is nearly always what Windows writes, which has all of Latin 1 and the euro besides.
    if (guessed === null || guessed === 'ISO-8859-1' || !iconv.encodingExists(guessed)) return 'windows-1252'
    return guessed
  }
}

const named = (header: readonly string[]) =>
  header.map((cell, index) => cell.trim().slice(0, cellShownMax) || `Column ${String(index + 1)}`)

/** One row of a table: its number, from 1 after the header, and its cells. */
export interface Row {
  n: number
  cells: string[]
}

/** The rows of a file, from the one after `after`, in bounded memory: more is read only when more is asked for. */
export async function* rowsOf(
  bytes: AsyncIterable<Buffer>,
  { encoding, delimiter }: Pick<Form, 'encoding' | 'delimiter'>,
  after = 0,
): AsyncGenerator<Row> {
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { delimiter, skipEmptyLines: 'greedy' })
  const source = Readable.from(bytes)
  const decoder = iconv.decodeStream(encoding)
  const failed = (error: Error) => parser.destroy(error)
  source.on('error', failed)
  decoder.on('error', failed)
  source.pipe(decoder).pipe(parser)
  let n = -1
  try {
    for await (const cells of parser as AsyncIterable<string[]>) if (++n > after) yield { n, cells }
  } finally {
    source.destroy()
  }
}
