/*
 * What an update says of single fields, as a tree of their names, all of it lying in the bytes that it came in. For the
 * updates that come most often: nothing of them becomes a value (see patch.ts).
 */

export const SET = 1
export const UNSET = 2
export const PUSH = 3

export const EQUAL = 1
export const BELOW = 2
export const UP_TO = 3

/** A value in the bytes of an operation. */
export interface Span {
  type: number
  at: number
  end: number
}

export interface Test extends Span {
  relation: typeof EQUAL | typeof BELOW | typeof UP_TO
}

/** A `$push`: of the documents in `$each` (an array) the number; null: as many as there are. */
export interface Pushed {
  count: number
  slice: number | null
}

/** One field: what it must be, what becomes of it, or the fields within it of which something is said. */
export interface Place {
  readonly hash: number
  readonly nameAt: number
  readonly nameEnd: number
  /** A path that leads here, or further: new fields come in the order of these. */
  readonly dottedAt: number
  readonly dottedEnd: number
  inner: Place[]
  test: Test | null
  change: 0 | typeof SET | typeof UNSET | typeof PUSH
  value: Span
  pushed: Pushed | null
  /** In which patch it was met last. */
  met: number
}

/**
 * Deeper paths are left to the general way: what is set lies at least so deep in its operation, so a document that grows
 * by it does not become deeper than what was checked.
 */
const PARTS_MAX = 3
const DOT = 0x2e
const DOLLAR = 0x24
const NONE: Span = { type: 0, at: 0, end: 0 }

export class Places {
  readonly bytes: Buffer
  readonly top: Place[] = []

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The place of this path, which ends with a zero; null: the path is out of the ordinary, or in another's way. */
  reach(dottedAt: number, dottedEnd: number): Place | null {
    let siblings = this.top
    let place: Place | null = null
    let parts = 0
    for (let at = dottedAt; at <= dottedEnd;) {
      const end = this.partEnd(at, dottedEnd)
      if (end <= at || ++parts > PARTS_MAX || place?.test || place?.change) return null
      place =
        this.within(siblings, at, end) ??
        added(siblings, { at, end, hash: hashOf(this.bytes, at, end) }, dottedAt, dottedEnd)
      siblings = place.inner
      at = end + 1
    }
    return place && place.inner.length === 0 ? place : null
  }

  private within(siblings: readonly Place[], at: number, end: number): Place | undefined {
    const { bytes } = this
    return siblings.find(({ nameAt, nameEnd }) => isSame(bytes, nameAt, nameEnd, bytes, at, end))
  }

  /** Where a part of a path ends; -1: it has characters that mean something, or that need more than a byte. */
  private partEnd(from: number, dottedEnd: number): number {
    let at = from
    for (; at < dottedEnd; at++) {
      const byte = this.bytes[at] as number
      if (byte === DOT) return at
      if (byte === DOLLAR || byte > 127) return -1
    }
    return at
  }
}

function added(
  siblings: Place[],
  { at, end, hash }: { at: number; end: number; hash: number },
  dottedAt: number,
  dottedEnd: number,
): Place {
  const place: Place = {
    hash,
    nameAt: at,
    nameEnd: end,
    dottedAt,
    dottedEnd,
    inner: [],
    test: null,
    change: 0,
    value: NONE,
    pushed: null,
    met: 0,
  }
  siblings.push(place)
  return place
}

export function hashOf(bytes: Uint8Array, at: number, end: number): number {
  let hash = 0
  for (let i = at; i < end; i++) hash = (hash * 31 + (bytes[i] as number)) | 0
  return hash
}

export function isSame(a: Buffer, aAt: number, aEnd: number, b: Buffer, bAt: number, bEnd: number): boolean {
  if (aEnd - aAt !== bEnd - bAt) return false
  for (let i = aAt, j = bAt; i < aEnd; i++, j++) if (a[i] !== b[j]) return false
  return true
}
