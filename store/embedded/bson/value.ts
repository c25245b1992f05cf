import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson'

/**
 * A document in memory. Its prototype holds nothing at all, so `fields[name]` can only ever find an own field:
 * `__proto__` and `constructor` are names like any other, on every path walk and for every write.
 */
export class Fields {
  [name: string]: Value
}
Reflect.deleteProperty(Fields.prototype, 'constructor')
Object.setPrototypeOf(Fields.prototype, null)

/**
 * A plain number stands for what BSON would make of it: an int32 when it is one, otherwise a double. A double that
 * happens to hold such an integer is kept as `Double`, so that 5.0 stays a double through an update.
 */
export type Value =
  | null
  | undefined
  | boolean
  | number
  | string
  | Date
  | Value[]
  | Fields
  | Binary
  | BSONRegExp
  | BSONSymbol
  | Code
  | Decimal128
  | Double
  | Long
  | MaxKey
  | MinKey
  | ObjectId
  | Timestamp
  | EmptyArray

/** What an index holds for an empty array: MongoDB's `undefined`, which sorts before null. Never part of a document. */
export class EmptyArray {
  readonly isEmptyArray = true
}
export const EMPTY_ARRAY = new EmptyArray()

/**
 * A value that nobody asked to see: its bytes, to be written again as they are (see bson/partial.ts). It stands where a
 * Value stands, but is none: whoever looks into it has a document that was not decoded for that, and is told so by an
 * error.
 */
export class Kept {
  readonly type: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number

  constructor(type: number, bytes: Buffer, start: number, end: number) {
    this.type = type
    this.bytes = bytes
    this.start = start
    this.end = end
  }
}

/** A whole document as a value of another one, unread. */
export function kept(document: Buffer): Value {
  return new Kept(0x03, document, 0, document.length) as unknown as Value
}

export type Numeric = number | Double | Long | Decimal128

/** MongoDB's canonical type order, moved up so that every rank is a byte above zero. */
export const RANK = {
  minKey: 1,
  emptyArray: 3,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  code: 60,
  codeWithScope: 65,
  maxKey: 127,
} as const

export function rank(value: Value): number {
  if (typeof value === 'string') return RANK.string
  if (typeof value === 'number') return RANK.number
  if (typeof value === 'boolean') return RANK.boolean
  return value === null || value === undefined ? RANK.null : rankOfObject(value)
}

/** Asked in this order: a Timestamp is also a Long. */
const CLASSES: [abstract: new (...given: never[]) => object, rank: number][] = [
  [ObjectId, RANK.objectId],
  [Date, RANK.date],
  [Fields, RANK.object],
  [Timestamp, RANK.timestamp],
  [Long, RANK.number],
  [Double, RANK.number],
  [Decimal128, RANK.number],
  [Binary, RANK.binary],
  [BSONRegExp, RANK.regex],
  [EmptyArray, RANK.emptyArray],
  [MinKey, RANK.minKey],
  [MaxKey, RANK.maxKey],
  [BSONSymbol, RANK.string],
]

function rankOfObject(value: object): number {
  if (Array.isArray(value)) return RANK.array
  for (const [type, at] of CLASSES) if (value instanceof type) return at
  if (value instanceof Code) return value.scope ? RANK.codeWithScope : RANK.code
  throw new TypeError('A value of no BSON type reached the store.')
}

export function isFields(value: Value): value is Fields {
  return value instanceof Fields
}

export function isArray(value: Value): value is Value[] {
  return Array.isArray(value)
}

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && rank(value) === RANK.number)
}

export function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0)
}

/** The nearest JavaScript number. */
export function asNumber(value: Numeric): number {
  if (typeof value === 'number') return value
  if (value instanceof Double) return value.value
  return value instanceof Long ? value.toNumber() : Number(value.toString())
}

export function bytesOf(value: Binary): Uint8Array {
  return value.buffer.subarray(0, value.position)
}

const ORDER = Symbol('order of names')

interface Ordered {
  [ORDER]?: readonly string[]
}

/** Names like array indexes (`7`), which JavaScript would put before all others. */
export function isIndexLike(name: string): boolean {
  const first = name.charCodeAt(0)
  return first >= 48 && first <= 57 && /^(0|[1-9]\d{0,9})$/.test(name)
}

/** The names of a document's fields in the document's own order. */
export function namesOf(document: object): string[] {
  const order = (document as Ordered)[ORDER]
  const names = Object.keys(document)
  if (order === undefined) return names
  const isKnown = new Set(order)
  return [...order.filter((name) => Object.hasOwn(document, name)), ...names.filter((name) => !isKnown.has(name))]
}

/** Sets a field; a new one comes last, whatever its name. */
export function setField(document: Fields, name: string, value: Value): void {
  const isNew = (isIndexLike(name) || (document as Ordered)[ORDER] !== undefined) && !Object.hasOwn(document, name)
  if (isNew) keepOrder(document, [...namesOf(document), name])
  document[name] = value
}

/** Remembers an order that JavaScript would not keep. */
export function keepOrder(document: Fields, names: readonly string[]): void {
  ;(document as Ordered)[ORDER] = names
}

export function fields(entries: Record<string, Value>): Fields {
  return Object.assign(new Fields(), entries)
}

/** MongoDB's name for the type of a value, as `$type` takes it and its error texts print it. */
export function typeName(value: Value): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double'
  if (value instanceof Double) return 'double'
  if (value instanceof Decimal128) return 'decimal'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof Long) return 'long'
  if (value instanceof BSONSymbol) return 'symbol'
  return NAME_OF_RANK.get(rank(value)) ?? 'undefined'
}

const NAME_OF_RANK = new Map<number, string>([
  [RANK.minKey, 'minKey'],
  [RANK.null, 'null'],
  [RANK.string, 'string'],
  [RANK.object, 'object'],
  [RANK.array, 'array'],
  [RANK.binary, 'binData'],
  [RANK.objectId, 'objectId'],
  [RANK.boolean, 'bool'],
  [RANK.date, 'date'],
  [RANK.regex, 'regex'],
  [RANK.code, 'javascript'],
  [RANK.codeWithScope, 'javascriptWithScope'],
  [RANK.maxKey, 'maxKey'],
])
