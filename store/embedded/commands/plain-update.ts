import { passed } from '../bson/check.ts'
import { decode } from '../bson/decode.ts'
import type { AsOperation } from '../bson/decode.ts'
import { RANK } from '../bson/value.ts'
import type { Fields } from '../bson/value.ts'
import { countOf, isOrdered } from '../update/patch.ts'
import { BELOW, EQUAL, Places, PUSH, SET, UNSET, UP_TO } from '../update/places.ts'
import type { Place, Span, Test } from '../update/places.ts'
import { ARRAY, BOOLEAN, DOCUMENT, int32, INT32, TEXT, textAt } from '../bson/bytes.ts'

/*
 * The updates that come most often, read from their bytes: of documents named by their `_id`, if fields of theirs are equal
 * to a text or a number (or, of numbers and dates, below one), fields set, unset, and arrays made longer. Whatever is in any
 * way unusual is decoded and left to the general way, which also says what is wrong with it.
 */

/** One operation of an `update`. */
export class PlainUpdate {
  /** Of the `_id`s that it names, in their order, each once. */
  readonly keys: readonly string[]
  readonly places: Places
  readonly isUpsert: boolean

  constructor(keys: readonly string[], places: Places, isUpsert: boolean) {
    this.keys = keys
    this.places = places
    this.isUpsert = isUpsert
  }

  /** As the general way takes it. */
  decoded(): Fields {
    return decode(this.places.bytes)
  }

  /** The same, of one of its documents alone. */
  of(key: string): Fields {
    const operation = this.decoded()
    operation['multi'] = false
    ;(operation['q'] as Fields)['_id'] = key.slice(OF_TEXT.length, -END_OF_TEXT.length)
    return operation
  }
}

/** Where a `PlainUpdate` comes of it, that stands where a document does, and is none. */
export const asOperation: AsOperation = (bytes) => (new Reading(bytes).operation() as Fields | null) ?? decode(bytes)

/** What is said is said a second time, or is none of this way. */
const NO = false

class Reading {
  private readonly bytes: Buffer
  private readonly places: Places
  private keys: string[] | null = null
  private isMulti = false
  private isUpsert = false
  private hasList = false
  private hasUpdate = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.places = new Places(bytes)
  }

  operation(): PlainUpdate | null {
    const { bytes } = this
    if (bytes.length < 5 || int32(bytes, 0) !== bytes.length) return null
    if (!this.each({ type: DOCUMENT, at: 0, end: bytes.length }, (name, value) => this.field(name, value))) return null
    if (!this.keys || !this.hasUpdate || this.hasList !== this.isMulti) return null
    if (this.isMulti && this.isUpsert) return null
    return new PlainUpdate(this.keys, this.places, this.isUpsert)
  }

  /** Hands over each field of a document; false when one is not taken, or the document is not whole. */
  private each({ at: start, end }: Span, take: (name: Span, value: Span) => boolean): boolean {
    const { bytes } = this
    for (let at = start + 4; at < end;) {
      const type = bytes[at] as number
      if (type === 0) return at === end - 1
      const nameEnd = bytes.indexOf(0, at + 1)
      const next = nameEnd < 0 || nameEnd >= end ? -1 : passed(bytes, type, nameEnd + 1, end, 0)
      if (next < 0 || next >= end) return NO
      if (!take({ type, at: at + 1, end: nameEnd }, { type, at: nameEnd + 1, end: next })) return NO
      at = next
    }
    return NO
  }

  private isNamed({ at, end }: Span, name: string): boolean {
    if (end - at !== name.length) return false
    for (let i = 0; i < name.length; i++) if (this.bytes[at + i] !== name.charCodeAt(i)) return false
    return true
  }

  private field(name: Span, value: Span): boolean {
    const { bytes } = this
    if (this.isNamed(name, 'q') && value.type === DOCUMENT && !this.keys)
      return this.each(value, (field, asked) => this.condition(field, asked))
    if (this.isNamed(name, 'u') && value.type === DOCUMENT && !this.hasUpdate) {
      this.hasUpdate = true
      return this.each(value, (operator, fields) => this.operator(operator, fields))
    }
    if (value.type !== BOOLEAN) return NO
    if (this.isNamed(name, 'multi')) this.isMulti = bytes[value.at] === 1
    else if (this.isNamed(name, 'upsert')) this.isUpsert = bytes[value.at] === 1
    else return NO
    return true
  }

  private condition(name: Span, value: Span): boolean {
    if (this.isNamed(name, '_id')) return this.keys === null && this.id(value)
    const test = this.testOf(value)
    const place = test && this.places.reach(name.at, name.end)
    if (!place || place.test) return NO
    place.test = test
    return true
  }

  private id(value: Span): boolean {
    if (value.type === DOCUMENT) return this.list(value)
    const key = this.keyOf(value)
    if (key === null) return NO
    this.keys = [key]
    return true
  }

  /** `{ $in: [texts] }` */
  private list(value: Span): boolean {
    const keys = new Set<string>()
    const isList = this.each(value, (operator, array) => {
      if (this.hasList || !this.isNamed(operator, '$in') || array.type !== ARRAY) return NO
      this.hasList = true
      return this.each(array, (_, element) => {
        const key = this.keyOf(element)
        if (key !== null) keys.add(key)
        return key !== null
      })
    })
    if (!isList || !this.hasList) return NO
    this.keys = [...keys].sort()
    return true
  }

  /** As keys.ts makes it, as latin1 text. */
  private keyOf({ type, at }: Span): string | null {
    const text = type === TEXT ? textAt(this.bytes, at) : null
    return text === null ? null : `${OF_TEXT}${text}${END_OF_TEXT}`
  }

  private testOf(value: Span): Test | null {
    if (value.type !== DOCUMENT) {
      const isPlain = value.type === TEXT ? textAt(this.bytes, value.at) !== null : value.type === INT32
      return isPlain ? { ...value, relation: EQUAL } : null
    }
    let test: Test | null = null
    const isTest = this.each(value, (operator, bound) => {
      if (test || !isOrdered(bound.type)) return NO
      if (this.isNamed(operator, '$lt')) test = { ...bound, relation: BELOW }
      else if (this.isNamed(operator, '$lte')) test = { ...bound, relation: UP_TO }
      return test !== null
    })
    return isTest ? test : null
  }

  private operator(name: Span, fields: Span): boolean {
    if (fields.type !== DOCUMENT) return NO
    if (this.isNamed(name, '$set')) return this.each(fields, (field, value) => this.changed(field, SET, value) !== null)
    if (this.isNamed(name, '$unset'))
      return this.each(fields, (field, value) => this.changed(field, UNSET, value) !== null)
    return this.isNamed(name, '$push') && this.each(fields, (field, value) => this.pushed(field, value))
  }

  private changed(name: Span, change: typeof SET | typeof UNSET | typeof PUSH, value: Span): Place | null {
    const place = this.isNamed(name, '_id') ? null : this.places.reach(name.at, name.end)
    if (!place || place.change !== 0) return null
    place.change = change
    place.value = value
    return place
  }

  /** `{ $each: [], $slice: n }` */
  private pushed(name: Span, value: Span): boolean {
    if (value.type !== DOCUMENT) return NO
    let each: Span | null = null
    let slice: number | null = null
    const isPush = this.each(value, (clause, given) => {
      if (this.isNamed(clause, '$each') && given.type === ARRAY && !each) each = given
      else if (this.isNamed(clause, '$slice') && given.type === INT32 && slice === null)
        slice = int32(this.bytes, given.at)
      else return NO
      return true
    })
    const array = each as Span | null
    const place = isPush && array ? this.changed(name, PUSH, array) : null
    if (!place || !array) return NO
    place.pushed = { count: countOf(this.bytes, array.at), slice }
    return true
  }
}

const OF_TEXT = String.fromCharCode(RANK.string)
const END_OF_TEXT = '\0\0'
