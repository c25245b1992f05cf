import { Double, Long } from 'bson'

/** Values with their BSON type beside them: the oracle's own form, which shares no code with the store. */
export type Value =
  | { k: 'int' | 'long'; v: bigint }
  | { k: 'double' | 'date'; v: number }
  | { k: 'str'; v: string }
  | { k: 'bool'; v: boolean }
  | { k: 'null' }
  | { k: 'doc'; v: Map<string, Value> }
  | { k: 'arr'; v: Value[] }

export type Doc = Extract<Value, { k: 'doc' }>
export type Arr = Extract<Value, { k: 'arr' }>

/** As the driver takes it. */
export function toBson(value: Value): unknown {
  switch (value.k) {
    case 'int':
      return Number(value.v)
    case 'long':
      return Long.fromBigInt(value.v)
    case 'double':
      return new Double(value.v)
    case 'date':
      return new Date(value.v)
    case 'null':
      return null
    case 'doc':
      return Object.fromEntries([...value.v].map(([name, each]) => [name, toBson(each)]))
    case 'arr':
      return value.v.map(toBson)
    case 'str':
    case 'bool':
      return value.v
  }
}

/** One text for one value, types and the order of fields included; `isLoose` leaves that order out. */
export function textOf(value: Value, isLoose = false): string {
  if (value.k === 'null') return 'null'
  if (value.k === 'arr') return `[${value.v.map((each) => textOf(each, isLoose)).join()}]`
  if (value.k !== 'doc') return `${value.k}:${String(value.v)}`
  const fields = [...value.v].map(([name, each]) => `${name}=${textOf(each, isLoose)}`)
  if (isLoose) return `{${fields.sort().join()}}`
  // A known limit of the store: fields named like array indexes come first after an update.
  const isIndex = (field: string) => /^\d+=/.test(field)
  return `{${[...fields.filter(isIndex), ...fields.filter((field) => !isIndex(field))].join()}}`
}

/** The same of what came back from the store, decoded without promoting numbers. */
export function fromBson(value: any): Value {
  if (value === null) return { k: 'null' }
  if (Array.isArray(value)) return { k: 'arr', v: value.map(fromBson) }
  if (value instanceof Date) return { k: 'date', v: value.getTime() }
  if (typeof value === 'string') return { k: 'str', v: value }
  if (typeof value === 'boolean') return { k: 'bool', v: value }
  if (value._bsontype === 'Int32') return { k: 'int', v: BigInt(value.value) }
  if (value._bsontype === 'Double') return { k: 'double', v: value.value }
  if (value._bsontype === 'Long') return { k: 'long', v: value.toBigInt() }
  return { k: 'doc', v: new Map(Object.entries(value).map(([name, each]) => [name, fromBson(each)])) }
}

// The manual, "Comparison/Sort Order": null, numbers, strings, objects, arrays, …, booleans, dates.
const ORDER = { null: 1, int: 2, long: 2, double: 2, str: 3, doc: 4, arr: 5, bool: 8, date: 9 }

export function compare(a: Value, b: Value): number {
  if (ORDER[a.k] !== ORDER[b.k]) return ORDER[a.k] - ORDER[b.k]
  if (a.k === 'arr' && b.k === 'arr') return compareLists(a.v, b.v)
  if (a.k === 'doc' && b.k === 'doc') return compareDocs([...a.v], [...b.v])
  if (a.k === 'null' || b.k === 'null') return 0
  // JavaScript compares a bigint with a number exactly.
  const [x, y] = [a.v as number | bigint | string, b.v as number | bigint | string]
  return x < y ? -1 : Number(x > y)
}

function compareLists(a: Value[], b: Value[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as Value, b[i] as Value)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Pair by pair: the type of the value, then the name of the field, then the value. */
function compareDocs(a: [string, Value][], b: [string, Value][]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [[nameA, x], [nameB, y]] = [a[i] as [string, Value], b[i] as [string, Value]]
    const order = ORDER[x.k] - ORDER[y.k] || (nameA < nameB ? -1 : Number(nameA > nameB)) || compare(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export const isSame = (a: Value, b: Value) => compare(a, b) === 0
