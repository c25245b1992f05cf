/*
 * What SQLite's session extension says of a transaction (https://sqlite.org/sessionintro.html; the form is described in
 * ext/session/sqlite3session.h): the same rows changed in the same way, in whatever order, are the same change.
 */

const TABLE = 0x54
const UPDATE = 23

/** Every changed row with its table, sorted: equal texts are equal changes. */
export function changesIn(changeset: Buffer): string {
  const reader = new Reader(changeset)
  const changes: string[] = []
  let table = ''
  let columns = 0
  while (!reader.isAtEnd) {
    const kind = reader.byte()
    if (kind === TABLE) {
      columns = reader.number()
      reader.bytes(columns)
      table = reader.text()
      continue
    }
    reader.byte() // Whether a trigger did it.
    const start = reader.at
    for (let i = 0; i < columns * (kind === UPDATE ? 2 : 1); i++) reader.skipValue()
    changes.push(`${table} ${kind} ${changeset.toString('latin1', start, reader.at)}`)
  }
  return changes.sort().join('\n')
}

class Reader {
  at = 0
  readonly #from: Buffer

  constructor(from: Buffer) {
    this.#from = from
  }

  get isAtEnd(): boolean {
    return this.at >= this.#from.length
  }

  byte(): number {
    return this.#from.readUInt8(this.at++)
  }

  bytes(length: number): void {
    this.at += length
  }

  text(): string {
    const end = this.#from.indexOf(0, this.at)
    const text = this.#from.toString('utf8', this.at, end)
    this.at = end + 1
    return text
  }

  /** SQLite's varint, as far as lengths go: seven bits a byte, the highest first. */
  number(): number {
    for (let value = 0; ;) {
      const byte = this.byte()
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
  }

  skipValue(): void {
    const type = this.byte()
    if (type === 1 || type === 2) this.bytes(8)
    else if (type === 3 || type === 4) this.bytes(this.number())
  }
}
