import { RANK } from '../bson/value.ts'
import { replyFrame } from '../one-document.ts'
import { BODY_AT, OP_MSG } from '../wire.ts'
import type { Store } from './command.ts'

/*
 * The commonest of all commands, `find` by nothing but an `_id`, answered from the bytes of its frame: no value is
 * decoded, no request made. Whatever is in any way unusual is left to the general way, which also says what is wrong.
 */

const INT32 = 0x10
const BOOLEAN = 0x08
const TEXT = 0x02
const DOCUMENT = 0x03
const OBJECT_ID = 0x07

/** The frame of the answer; null when this is another command, or has more to it. */
export function answerFindById(store: Store, frame: Buffer): Buffer | null {
  if (!isPlain(frame)) return null
  const asked = askedIn(frame)
  if (asked?.id == null || asked.database === null || asked.collection === '') return null
  const namespace = `${asked.database}.${asked.collection}`
  const collection = store.catalog.find(namespace)
  if (!collection) return null
  const row = collection.byKeyText(asked.id)
  return row && replyFrame(frame.readInt32LE(4), namespace, row.raw)
}

/** One section, no flags, and a command that begins with `find`. */
function isPlain(frame: Buffer): boolean {
  return (
    frame.length > BODY_AT + 15 &&
    frame.readInt32LE(12) === OP_MSG &&
    frame.readInt32LE(16) === 0 &&
    frame[BODY_AT - 1] === 0 &&
    frame.readInt32LE(BODY_AT) === frame.length - BODY_AT &&
    frame[BODY_AT + 4] === TEXT &&
    isName(frame, BODY_AT + 5, 'find')
  )
}

interface Asked {
  collection: string
  database: string | null
  /** The key of the `_id`, as latin1 text. */
  id: string | null
}

/** Null for a command with any other field, or a field of another type, than this way knows. */
function askedIn(frame: Buffer): Asked | null {
  const end = frame.length - 1
  const collection = textAt(frame, BODY_AT + 10)
  if (collection === null) return null
  const asked: Asked = { collection, database: null, id: null }
  let at = BODY_AT + 10 + 4 + collection.length + 1
  while (at < end) {
    const next = field(frame, at, asked)
    if (next === 0) return null
    at = next
  }
  return at === end && frame[end] === 0 ? asked : null
}

/** Takes one field of the command, and answers where the next one begins; 0: this way does not know it. */
function field(frame: Buffer, at: number, asked: Asked): number {
  const name = at + 1
  const known = FIELDS[frame[name] as number]
  if (!known || known.type !== frame[at] || !isName(frame, name, known.name)) return 0
  return known.take(frame, name + known.name.length + 1, asked)
}

interface KnownField {
  name: string
  type: number
  /** Where the value ends; 0 for one that is out of the ordinary. */
  take: (frame: Buffer, at: number, asked: Asked) => number
}

/** By their first letter, which no two of them share. */
const FIELDS: (KnownField | undefined)[] = []
for (const known of [
  { name: 'filter', type: DOCUMENT, take: (frame, at, asked) => (asked.id === null ? filter(frame, at, asked) : 0) },
  { name: 'limit', type: INT32, take: (frame, at) => (int32(frame, at) >= 0 ? at + 4 : 0) },
  { name: 'batchSize', type: INT32, take: (frame, at) => (int32(frame, at) > 0 ? at + 4 : 0) },
  { name: 'singleBatch', type: BOOLEAN, take: (frame, at) => ((frame[at] as number) <= 1 ? at + 1 : 0) },
  { name: '$db', type: TEXT, take: takeDatabase },
] satisfies KnownField[] as KnownField[])
  FIELDS[known.name.charCodeAt(0)] = known

function takeDatabase(frame: Buffer, at: number, asked: Asked): number {
  if (asked.database !== null) return 0
  asked.database = textAt(frame, at)
  return asked.database === null ? 0 : at + 4 + asked.database.length + 1
}

/** `{ _id: <ObjectId or text> }` and nothing else. */
function filter(frame: Buffer, at: number, asked: Asked): number {
  const length = int32(frame, at)
  const end = at + length
  const value = at + 9
  if (length < 14 || end > frame.length || !isName(frame, at + 5, '_id') || frame[end - 1] !== 0) return 0
  if (frame[at + 4] === OBJECT_ID) {
    if (value + 12 !== end - 1) return 0
    asked.id = OF_OBJECT_ID + frame.toString('latin1', value, value + 12)
    return end
  }
  if (frame[at + 4] !== TEXT) return 0
  const text = textAt(frame, value)
  if (text === null || value + 4 + text.length + 1 !== end - 1) return 0
  asked.id = `${OF_TEXT}${text}\0\0`
  return end
}

/** How keys of these types begin (see keys.ts). */
const OF_OBJECT_ID = String.fromCharCode(RANK.objectId)
const OF_TEXT = String.fromCharCode(RANK.string)

const int32 = (frame: Buffer, at: number) => (at + 4 <= frame.length ? frame.readInt32LE(at) : -1)

function isName(frame: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (frame[at + i] !== name.charCodeAt(i)) return false
  return frame[at + name.length] === 0
}

/** A text of nothing but ASCII, whose bytes are its characters; null for any other. */
function textAt(frame: Buffer, at: number): string | null {
  const length = int32(frame, at)
  const end = at + 4 + length - 1
  if (length < 1 || end >= frame.length || frame[end] !== 0) return null
  for (let i = at + 4; i < end; i++) {
    const byte = frame[i] as number
    if (byte === 0 || byte > 127) return null
  }
  return frame.toString('latin1', at + 4, end)
}
