import { Sink } from '../bson/sink.ts'
import { valueEnd } from '../bson/partial.ts'
import { BELOW, EQUAL, isSame, PUSH, SET, UNSET } from './places.ts'
import type { Place, Places, Pushed, Test } from './places.ts'

const DOCUMENT = 0x03
const ARRAY = 0x04
const DATE = 0x09
const INT32 = 0x10

const sink = new Sink()

/**
 * Changes a document where it lies: what nothing is said of is copied, what comes new is copied from the bytes that it came
 * in. It says what the general way says (`compileFilter`, `applyModification`), byte for byte, or nothing.
 */
class Patch {
  private raw: Buffer = Buffer.alloc(0)
  private given: Buffer = this.raw
  private number = 0
  private isMatch = true

  /** The new bytes; null: what the operation asks for is not so; undefined: only the general way can tell. */
  of(raw: Buffer, { bytes, top }: Places): Buffer | null | undefined {
    this.raw = raw
    this.given = bytes
    this.number++
    this.isMatch = true
    sink.at = 0
    if (this.document(0, raw.length, top) !== raw.length) return undefined
    return this.isMatch ? sink.ownFrom(0) : null
  }

  /** Where it ends that begins here; -1: this way goes no further. */
  private document(start: number, outer: number, places: readonly Place[]): number {
    const { raw } = this
    const end = start + raw.readInt32LE(start)
    if (end > outer) return -1
    const opened = sink.open()
    let copied = start + 4
    let at = copied
    while (at < end && raw[at] !== 0) {
      let nameEnd = at + 1
      let hash = 0
      for (let byte = raw[nameEnd] as number; byte !== 0 && nameEnd < end; byte = raw[++nameEnd] as number)
        hash = (hash * 31 + byte) | 0
      const value = nameEnd + 1
      const next = valueEnd(raw, raw[at] as number, value)
      if (next < value || next >= end) return -1
      const place = this.placeOf(places, hash, at + 1, nameEnd)
      if (place) {
        sink.appendFrom(raw, copied, at)
        if (!this.element(place, at, value, next)) return -1
        copied = next
      }
      at = next
    }
    if (at !== end - 1) return -1
    sink.appendFrom(raw, copied, at)
    if (!this.absent(places)) return -1
    sink.close(opened)
    return end
  }

  private placeOf(places: readonly Place[], hash: number, at: number, end: number): Place | null {
    for (const place of places)
      if (place.hash === hash && isSame(this.given, place.nameAt, place.nameEnd, this.raw, at, end)) return place
    return null
  }

  /** False: this way goes no further. */
  private element(place: Place, at: number, value: number, next: number): boolean {
    const { raw } = this
    // A name that is there twice: the general way makes one of it.
    if (place.met === this.number) return false
    place.met = this.number
    // Values of other types may be equal, or hold what is.
    if (place.test && place.test.type !== raw[at]) return false
    if (place.test && !this.isSo(place.test, value, next)) this.isMatch = false
    if (place.inner.length > 0) {
      if (raw[at] !== DOCUMENT) return false
      sink.appendFrom(raw, at, value)
      return this.document(value, next, place.inner) === next
    }
    switch (place.change) {
      case SET:
        sink.byte(place.value.type)
        sink.appendFrom(raw, at + 1, value)
        sink.appendFrom(this.given, place.value.at, place.value.end)
        return true
      case UNSET:
        return true
      case PUSH:
        if (raw[at] !== ARRAY) return false
        sink.appendFrom(raw, at, value)
        return this.push(place, value)
      default:
        sink.appendFrom(raw, at, next)
        return true
    }
  }

  private isSo({ type, at, end, relation }: Test, from: number, to: number): boolean {
    const { raw, given } = this
    if (relation === EQUAL) return isSame(raw, from, to, given, at, end)
    const order = orderOf(type, raw, from, given, at)
    return relation === BELOW ? order < 0 : order <= 0
  }

  /** The fields that the document does not have, in the order in which the general way makes them. */
  private absent(places: readonly Place[]): boolean {
    let made: Place[] | null = null
    for (const place of places) {
      if (place.met === this.number) continue
      if (asks(place)) this.isMatch = false
      if (makes(place)) (made ??= []).push(place)
    }
    if (!made) return true
    if (made.length > 1) made.sort(this.inOrder)
    return made.every((place) => this.made(place))
  }

  private readonly inOrder = (a: Place, b: Place): number =>
    this.given.compare(this.given, b.dottedAt, b.dottedEnd, a.dottedAt, a.dottedEnd)

  private made(place: Place): boolean {
    const { inner, value, nameAt, nameEnd } = place
    const type = inner.length > 0 ? DOCUMENT : value.type
    sink.byte(type)
    sink.appendFrom(this.given, nameAt, nameEnd)
    sink.byte(0)
    if (inner.length > 0) {
      const opened = sink.open()
      if (!this.absent(inner)) return false
      sink.close(opened)
      return true
    }
    if (place.change === PUSH) return this.push(place, -1)
    sink.appendFrom(this.given, value.at, value.end)
    return true
  }

  /** The array behind this place, made longer; -1: there is none yet. */
  private push({ value, pushed }: Place, array: number): boolean {
    const { count, slice } = pushed as Pushed
    const before = array < 0 ? 0 : countOf(this.raw, array)
    if (before < 0) return false
    const all = before + count
    const first = slice !== null && slice < 0 ? Math.max(0, all + slice) : 0
    const last = slice !== null && slice >= 0 ? Math.min(all, slice) : all
    const opened = sink.open()
    if (array >= 0) elements(this.raw, array, { first, last: Math.min(before, last), name: 0 })
    const name = Math.max(0, Math.min(before, last) - first)
    elements(this.given, value.at, { first: Math.max(0, first - before), last: last - before, name })
    sink.close(opened)
    return true
  }
}

const patch = new Patch()

/** See `Patch.of`. */
export function patched(raw: Buffer, places: Places): Buffer | null | undefined {
  return patch.of(raw, places)
}

const asks = ({ test, inner }: Place): boolean => test !== null || inner.some(asks)
const makes = ({ change, inner }: Place): boolean => change === SET || change === PUSH || inner.some(makes)

/** Of int32s, and of dates. */
function orderOf(type: number, a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  if (type === INT32) return a.readInt32LE(aAt) - b.readInt32LE(bAt)
  const high = a.readInt32LE(aAt + 4) - b.readInt32LE(bAt + 4)
  return high !== 0 ? high : a.readUInt32LE(aAt) - b.readUInt32LE(bAt)
}

/** Values of these types can be compared where they lie. */
export const isOrdered = (type: number) => type === INT32 || type === DATE

/** How many elements an array has that begins here; -1: it is not to be read this way. */
export function countOf(bytes: Buffer, start: number): number {
  let count = 0
  for (let at = start + 4; bytes[at] !== 0; count++) {
    const value = bytes.indexOf(0, at + 1) + 1
    at = valueEnd(bytes, bytes[at] as number, value)
    if (at < value || at >= bytes.length) return -1
  }
  return count
}

/** Those of an array from `first` until before `last`, under the numbers from `name` on. */
function elements(bytes: Buffer, start: number, { first, last, name }: { first: number; last: number; name: number }) {
  let at = start + 4
  for (let nth = 0; nth < last; nth++) {
    const value = bytes.indexOf(0, at + 1) + 1
    const next = valueEnd(bytes, bytes[at] as number, value)
    if (nth >= first) {
      sink.byte(bytes[at] as number)
      sink.text(String(name + nth - first))
      sink.byte(0)
      sink.appendFrom(bytes, value, next)
    }
    at = next
  }
}
