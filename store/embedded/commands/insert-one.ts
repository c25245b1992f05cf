import { ObjectId } from 'bson'
import type { Collection } from '../engine/collection.ts'
import type { Work } from '../engine/commit.ts'
import { StoreError } from '../errors.ts'
import { ok, writeError } from '../reply.ts'
import { frameReply, nextNumber, parseMessage } from '../wire.ts'
import type { Store } from './command.ts'
import { ARRAY, BOOLEAN, DOCUMENT, int32 } from '../bson/bytes.ts'
import { PlainCommand } from './plain.ts'

/** The commonest write, an `insert` of one document with nothing beside it, from the bytes of its frame. */

interface Asked {
  document: Buffer | null
}

const insert = new PlainCommand<Asked>(
  'insert',
  [
    { name: 'documents', type: ARRAY, take: takeDocument },
    // Of a single document it says nothing.
    { name: 'ordered', type: BOOLEAN, take: (frame, at) => ((frame[at] as number) <= 1 ? at + 1 : 0) },
  ],
  () => ({ document: null }),
)

/** Of an array with one document: its length, the document's type and name, the document, the end. */
const BEFORE_DOCUMENT = 4 + 3

function takeDocument(frame: Buffer, at: number, asked: Asked): number {
  const length = int32(frame, at)
  const end = at + length
  const start = at + BEFORE_DOCUMENT
  if (asked.document !== null || length <= BEFORE_DOCUMENT || end > frame.length) return 0
  if (frame[at + 4] !== DOCUMENT || frame[at + 5] !== ZERO || frame[at + 6] !== 0 || frame[end - 1] !== 0) return 0
  if (int32(frame, start) !== end - 1 - start) return 0
  asked.document = frame.subarray(start, end - 1)
  return end
}

const ZERO = 0x30
const newId = () => new ObjectId()

/** The write that this frame asks for; null when it is another command, or has more to it. */
export function insertOne(store: Store, frame: Buffer): InsertOne | null {
  if (store.isReadOnly) return null
  const command = insert.read(frame)
  if (!command?.asked.document) return null
  return new InsertOne(store, frame, command.namespace, command.asked.document)
}

export class InsertOne implements Work<Buffer> {
  private readonly store: Store
  private readonly frame: Buffer
  private readonly namespace: string
  private readonly document: Buffer
  private readonly receivedAt = performance.now()

  constructor(store: Store, frame: Buffer, namespace: string, document: Buffer) {
    this.store = store
    this.frame = frame
    this.namespace = namespace
    this.document = document
  }

  /** The frame of the answer. */
  carryOn(): Buffer {
    const { observer, catalog } = this.store
    const startedAt = performance.now()
    try {
      return this.inserted(catalog.findOrCreate(this.namespace))
    } finally {
      const now = performance.now()
      if (observer.isSlow(now - this.receivedAt))
        observer.took(parseMessage(this.frame).command, now - startedAt, now - this.receivedAt)
    }
  }

  rewind(): void {
    // It is done in one go, and holds nothing of it.
  }

  private inserted(collection: Collection): Buffer {
    const requestId = this.frame.readInt32LE(4)
    try {
      collection.insertRaw(this.document, newId)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return frameReply({ requestId, isLegacy: false }, ok({ n: 0, writeErrors: [writeError(0, error)] }))
    }
    const reply = Buffer.from(INSERTED)
    reply.writeInt32LE(nextNumber(), 4)
    reply.writeInt32LE(requestId, 8)
    return reply
  }
}

const INSERTED = frameReply({ requestId: 0, isLegacy: false }, ok({ n: 1 }))
