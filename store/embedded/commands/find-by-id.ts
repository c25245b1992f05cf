import { RANK } from '../bson/value.ts'
import { replyFrame } from '../one-document.ts'
import type { Store } from './command.ts'
import { BOOLEAN, DOCUMENT, INT32, int32, TEXT, textAt } from '../bson/bytes.ts'
import { isName, PlainCommand } from './plain.ts'

/** The commonest of all commands, `find` by nothing but an `_id`, answered from the bytes of its frame. */

const OBJECT_ID = 0x07

/** The frame of the answer; null when this is another command, or has more to it. */
export function answerFindById(store: Store, frame: Buffer): Buffer | null {
  const command = find.read(frame)
  const id = command?.asked.id
  if (!command || id == null) return null
  const { namespace } = command
  const row = store.catalog.find(namespace)?.byKeyText(id)
  return row ? replyFrame(frame.readInt32LE(4), namespace, row.raw) : null
}

interface Asked {
  /** The key of the `_id`, as latin1 text. */
  id: string | null
}

const find = new PlainCommand<Asked>(
  'find',
  [
    { name: 'filter', type: DOCUMENT, take: (frame, at, asked) => (asked.id === null ? filter(frame, at, asked) : 0) },
    { name: 'limit', type: INT32, take: (frame, at) => (int32(frame, at) >= 0 ? at + 4 : 0) },
    { name: 'batchSize', type: INT32, take: (frame, at) => (int32(frame, at) > 0 ? at + 4 : 0) },
    { name: 'singleBatch', type: BOOLEAN, take: (frame, at) => ((frame[at] as number) <= 1 ? at + 1 : 0) },
  ],
  () => ({ id: null }),
)

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
