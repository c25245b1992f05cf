import { int32, TEXT, textAt } from '../bson/bytes.ts'
import { BODY_AT, OP_MSG } from '../wire.ts'

/*
 * Commands read from the bytes of their frame, for those that come most often and mostly look the same: no value is
 * decoded, no request made. Whatever is in any way unusual is left to the general way, which also says what is wrong.
 */

export interface KnownField<Asked> {
  name: string
  type: number
  /** Where the value ends that begins at `at`; 0 for one that is out of the ordinary. */
  take: (frame: Buffer, at: number, asked: Asked) => number
}

/** A command of this name, about a collection, in which these fields may stand and no others. */
export class PlainCommand<Asked> {
  private readonly name: string
  private readonly empty: () => Asked
  /** By their first letter, which no two of them share. */
  private readonly fields: (KnownField<Asked> | undefined)[] = []
  private database: string | null = null
  /** Those of the last command: texts that are the same again are not made again, and have their hash. */
  private last = { collection: '', database: '', namespace: '' }

  constructor(name: string, fields: readonly KnownField<Asked>[], empty: () => Asked) {
    this.name = name
    this.empty = empty
    const database = { name: '$db', type: TEXT, take: (frame: Buffer, at: number) => this.takeDatabase(frame, at) }
    for (const known of [...fields, database]) this.fields[known.name.charCodeAt(0)] = known
  }

  /** Null for another command, or one with any field, or a field of another type, that this way does not know. */
  read(frame: Buffer): { namespace: string; asked: Asked } | null {
    if (!isPlain(frame) || !isName(frame, BODY_AT + 5, this.name)) return null
    const end = frame.length - 1
    const name = BODY_AT + 5 + this.name.length + 1
    const collection = likely(frame, name, this.last.collection)
    if (collection === null || collection === '') return null
    const asked = this.empty()
    this.database = null
    let at = name + 4 + collection.length + 1
    while (at < end) {
      const next = this.field(frame, at, asked)
      if (next === 0) return null
      at = next
    }
    const { database } = this
    if (at !== end || frame[end] !== 0 || database === null) return null
    return { namespace: this.namespaceOf(database, collection), asked }
  }

  /** Takes one field of the command, and answers where the next one begins; 0: this way does not know it. */
  private field(frame: Buffer, at: number, asked: Asked): number {
    const name = at + 1
    const known = this.fields[frame[name] as number]
    if (!known || known.type !== frame[at] || !isName(frame, name, known.name)) return 0
    return known.take(frame, name + known.name.length + 1, asked)
  }

  private takeDatabase(frame: Buffer, at: number): number {
    if (this.database !== null) return 0
    this.database = likely(frame, at, this.last.database)
    return this.database === null ? 0 : at + 4 + this.database.length + 1
  }

  private namespaceOf(database: string, collection: string): string {
    const { last } = this
    if (database === last.database && collection === last.collection) return last.namespace
    this.last = { database, collection, namespace: `${database}.${collection}` }
    return this.last.namespace
  }
}

/** One section, no flags, and a command that begins with its name and a text. */
function isPlain(frame: Buffer): boolean {
  return (
    frame.length > BODY_AT + 15 &&
    frame.readInt32LE(12) === OP_MSG &&
    frame.readInt32LE(16) === 0 &&
    frame[BODY_AT - 1] === 0 &&
    frame.readInt32LE(BODY_AT) === frame.length - BODY_AT &&
    frame[BODY_AT + 4] === TEXT
  )
}

export function isName(frame: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (frame[at + i] !== name.charCodeAt(i)) return false
  return frame[at + name.length] === 0
}

/** As `textAt`, which mostly says `guess`. */
function likely(frame: Buffer, at: number, guess: string): string | null {
  return int32(frame, at) === guess.length + 1 && isName(frame, at + 4, guess) ? guess : textAt(frame, at)
}
