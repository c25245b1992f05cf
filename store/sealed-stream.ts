import { keyNumberOf } from './cipher.ts'
import type { Vault } from './vault.ts'

/** Bytes of plain text in a piece: one is in memory per stream, and one is read for the shortest range. */
export const pieceBytes = 256 * 1024

/**
 * How a file rests: in pieces that are sealed one by one, so that it can be read from anywhere, and none of it is in
 * memory as a whole. A piece is bound to its number, and the last to being the last: none can be moved, dropped or added.
 */
export interface Sealed {
  pieceBytes: number
  /** Of a whole piece at rest; the last one is shorter. */
  restingBytes: number
  /** Of the plain text. */
  sizeBytes: number
  /** The oldest key that any piece is sealed by. */
  keyNo: number
}

interface Place {
  vault: Vault
  workspaceId: string
  /** What the pieces belong to; no two files, and no two versions of one, share it. */
  at: string
}

/** The key changed while this was sealed: from the beginning, it goes. */
export class KeyChanged extends Error {
  constructor() {
    super('the key of this workspace changed while a file was sealed')
  }
}

const contextOf = (at: string, index: number, isLast: boolean) => `${at}/${String(index)}${isLast ? '/last' : ''}`

/** The keys must be at hand: `vault.ready()` first. `done` hears how it rests, before the last piece leaves. */
export async function* sealing(
  { vault, workspaceId, at }: Place,
  plain: AsyncIterable<Uint8Array>,
  done: (sealed: Sealed) => void,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0
  let index = 0
  let restingBytes = 0
  let keyNo = 0
  let waiting: Uint8Array | undefined
  const seal = (piece: Uint8Array, isLast: boolean) => {
    const sealed = vault.sealBytes(workspaceId, contextOf(at, index, isLast), piece)
    if (index++ === 0) {
      restingBytes = sealed.length
      keyNo = keyNumberOf(sealed) ?? 0
    }
    // A workspace's second key has a longer header than its first, and a file's pieces are found by their one length.
    if (!isLast && sealed.length !== restingBytes) throw new KeyChanged()
    return sealed
  }
  for await (const piece of inPieces(plain)) {
    sizeBytes += piece.length
    if (waiting) yield seal(waiting, false)
    waiting = piece
  }
  const last = seal(waiting ?? new Uint8Array(0), true)
  done({ pieceBytes, restingBytes, sizeBytes, keyNo })
  yield last
}

/** Where the pieces rest that hold these bytes of the plain text, both ends included. */
export function restingStretch({ pieceBytes, restingBytes, sizeBytes }: Sealed, from: number, to: number) {
  const first = Math.floor(from / pieceBytes)
  const last = Math.floor(to / pieceBytes)
  const isToTheEnd = last >= lastIndex({ pieceBytes, sizeBytes })
  // The last piece's end is the file's: whatever is more there does not open.
  return { first, from: first * restingBytes, to: isToTheEnd ? Number.MAX_SAFE_INTEGER : (last + 1) * restingBytes - 1 }
}

const lastIndex = ({ pieceBytes, sizeBytes }: Pick<Sealed, 'pieceBytes' | 'sizeBytes'>) =>
  Math.max(0, Math.ceil(sizeBytes / pieceBytes) - 1)

/** The plain text of pieces that begin with number `first`. Throws when anything was altered, moved or left out. */
export async function* unsealing(
  { vault, workspaceId, at }: Place,
  sealed: Sealed,
  { first, last }: { first: number; last: number },
  resting: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const end = lastIndex(sealed)
  let index = first
  for await (const piece of inPieces(resting, sealed.restingBytes)) {
    yield vault.openBytes(workspaceId, contextOf(at, index, index === end), piece)
    index++
  }
  if (index !== last + 1) throw new Error('a file at rest is shorter than it was')
}

export const lastPieceOf = (sealed: Sealed, to: number) =>
  Math.min(Math.floor(to / sealed.pieceBytes), lastIndex(sealed))

/** The same bytes in pieces of one size; the last is what is left. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, size = pieceBytes): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const chunk of bytes) {
    let rest = chunk
    while (heldBytes + rest.length >= size) {
      const taken = size - heldBytes
      held.push(rest.subarray(0, taken))
      yield held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held, size)
      rest = rest.subarray(taken)
      held = []
      heldBytes = 0
    }
    if (rest.length > 0) {
      held.push(rest)
      heldBytes += rest.length
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes)
}
