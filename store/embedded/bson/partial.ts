import { malformed, Reader, startsWithId } from './decode.ts'
import { Fields, Kept } from './value.ts'
import type { Value } from './value.ts'
import type { Wanted } from './wanted.ts'

/**
 * Documents of which only some fields become values: the others stay bytes (`Kept`) and are written again as they are.
 * An update of five fields of a large document, or the keys of one for two indexes, then costs what those fields cost.
 */

/** A document that the store has written: what is not wanted is passed over by its length. */
export function decodePart(bytes: Buffer, wanted: Wanted): Fields {
  return new PartialReader(bytes, true).whole(wanted)
}

/** A document that has just come: everything in it is checked as `decode` would check it. */
export function checkedPart(bytes: Buffer, wanted: Wanted): Fields {
  return new PartialReader(bytes, false).whole(wanted)
}

/** As `decodePart`, and what is not wanted is not there at all: for whoever only looks. */
export function pickPart(bytes: Buffer, wanted: Wanted): Fields {
  return new PickingReader(bytes, true).whole(wanted)
}

/** As `checkedPart`, likewise. */
export function checkedPick(bytes: Buffer, wanted: Wanted): Fields {
  return new PickingReader(bytes, false).whole(wanted)
}

/** The `_id` when it stands first and can be read; undefined otherwise. */
export function firstId(bytes: Buffer): Value {
  if (!startsWithId(bytes)) return undefined
  try {
    return new PartialReader(bytes, false).first()
  } catch {
    // Asked of damaged documents, to name them: one that cannot be read has no name.
    return undefined
  }
}

const ID_AT = 9

class PartialReader extends Reader {
  private readonly isTrusted: boolean

  constructor(bytes: Buffer, isTrusted: boolean) {
    super(bytes, 0, bytes.length)
    this.isTrusted = isTrusted
  }

  whole(wanted: Wanted): Fields {
    const document = this.document(0, wanted)
    if (this.at !== this.bytes.length) malformed('the document ends before its bytes do')
    return document
  }

  first(): Value {
    this.at = ID_AT
    return this.value(this.bytes[4] as number, this.bytes.length, 0)
  }

  protected override part(type: number, end: number, depth: number, wanted: Wanted | undefined): Value {
    if (!wanted) return this.kept(type, end, depth)
    if (wanted.isWhole) return this.value(type, end, depth)
    if (type === 0x03) return this.document(depth + 1, wanted)
    if (type === 0x04 && wanted.isList) return this.elements(depth + 1)
    return this.value(type, end, depth)
  }

  /** An array whose elements only move. */
  private elements(depth: number): Value[] {
    const end = this.frame(depth)
    const array: Value[] = []
    for (;;) {
      const type = this.byte(end)
      if (type === 0) break
      this.passText(end)
      array.push(this.kept(type, end, depth))
    }
    this.close(end)
    return array
  }

  private kept(type: number, end: number, depth: number): Value {
    const start = this.at
    this.leave(type, end, depth)
    return new Kept(type, this.bytes, start, this.at) as unknown as Value
  }

  protected leave(type: number, end: number, depth: number): void {
    if (this.isTrusted) this.pass(type, end)
    else this.check(type, end, depth)
  }

  private passText(end: number): void {
    while (this.byte(end) !== 0);
  }

  private pass(type: number, end: number): void {
    const size = SIZES[type]
    if (size === undefined) malformed(`type ${type} is not one that this store keeps`)
    if (size >= 0) this.skip(size, end)
    else if (type === 0x0b) {
      this.passText(end)
      this.passText(end)
    } else {
      const length = this.int32(end)
      this.skip(length + (BESIDE_LENGTH.get(type) ?? 0), end)
    }
  }

  /** Passes over a value as decoding it would, and refuses what that would refuse. */
  private check(type: number, end: number, depth: number): void {
    if (type === 0x03 || type === 0x04) this.checkInner(depth + 1)
    else if (type === 0x02) {
      const length = this.int32(end)
      const start = this.skip(length, end)
      if (length < 1 || this.bytes[start + length - 1] !== 0) malformed('a string has no end')
    } else if (UNCHECKED.has(type)) this.skip(SIZES[type] as number, end)
    else this.value(type, end, depth)
  }

  private checkInner(depth: number): void {
    const end = this.frame(depth)
    for (;;) {
      const type = this.byte(end)
      if (type === 0) break
      this.passText(end)
      this.check(type, end, depth)
    }
    this.close(end)
  }
}

class PickingReader extends PartialReader {
  override document(depth: number, wanted?: Wanted): Fields {
    if (!wanted || wanted.isWhole) return super.document(depth)
    const end = this.frame(depth)
    const document = new Fields()
    for (let type = this.byte(end); type !== 0; type = this.byte(end)) {
      const name = this.name(end)
      const inner = wanted.at(name)
      if (inner) document[name] = this.part(type, end, depth, inner)
      else this.leave(type, end, depth)
    }
    this.close(end)
    return document
  }
}

/** Bytes of a value by its type; -1: its length is written before it. */
const SIZES: (number | undefined)[] = []
for (const [type, size] of [
  [0x01, 8],
  [0x02, -1],
  [0x03, -1],
  [0x04, -1],
  [0x05, -1],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x0b, -1],
  [0x0d, -1],
  [0x0e, -1],
  [0x0f, -1],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
] as const)
  SIZES[type] = size

/** What a length does not say: some count their own four bytes; a binary's subtype is counted by nobody. */
const BESIDE_LENGTH = new Map([
  [0x03, -4],
  [0x04, -4],
  [0x0f, -4],
  [0x05, 1],
])
/** Any bytes of the right number are a value of these. */
const UNCHECKED = new Set([0x01, 0x07, 0x0a, 0x10, 0x11, 0x12, 0x13])

/** Where a value of a document that the store has written ends; -1: it is of no type that this store keeps. */
export function valueEnd(bytes: Buffer, type: number, at: number): number {
  const size = SIZES[type]
  if (size === undefined) return -1
  if (size >= 0) return at + size
  if (type === 0x0b) return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1
  if (at + 4 > bytes.length) return -1
  return at + 4 + bytes.readInt32LE(at) + (BESIDE_LENGTH.get(type) ?? 0)
}
