import { EMPTY_ARRAY, Fields, isArray } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { StoreError } from '../errors.ts'
import { encodeKey } from '../keys.ts'

export type Path = readonly string[]

// The same few paths come with every command.
const paths = new Map<string, Path>()
const PATHS_MAX = 4096
const KNOWN_LENGTH_MAX = 200

export function pathOf(dotted: string): Path {
  const known = paths.get(dotted)
  if (known) return known
  const path = dotted.split('.')
  if (paths.size >= PATHS_MAX) paths.clear()
  if (dotted.length <= KNOWN_LENGTH_MAX) paths.set(dotted, path)
  return path
}

/** The part of a path that says the same of every document: what comes before an array's index or `$`. */
export function fixedPart(path: Path): Path {
  const at = path.findIndex((part) => isIndex(part) || part.startsWith('$'))
  return at < 0 ? path : path.slice(0, at)
}

/** Whether one of them lies at or within the other. */
export function areRelated(a: Path, b: Path): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function isIndex(part: string): boolean {
  return /^(0|[1-9]\d{0,8})$/.test(part)
}

/** Every value that a query on this path looks at: arrays on the way are entered, the last one is handed over whole. */
export function leaves(value: Value, path: Path, from: number, found: Value[]): void {
  const part = path[from]
  if (part === undefined) found.push(value)
  else if (value instanceof Fields) leaves(value[part], path, from + 1, found)
  else if (isArray(value)) {
    if (isIndex(part) && Number(part) < value.length) leaves(value[Number(part)], path, from + 1, found)
    for (const element of value) if (element instanceof Fields) leaves(element, path, from, found)
  } else found.push(undefined)
}

/** The value at a path that enters no array; undefined when there is none. */
export function valueAt(value: Value, path: Path): Value {
  let at = value
  for (const part of path) {
    if (at instanceof Fields) at = at[part]
    else if (isArray(at) && isIndex(part)) at = at[Number(part)]
    else return undefined
  }
  return at
}

/** Where a column's path stands: at an array that is still to be entered (`isOpen`), or at its value. */
interface Column {
  value: Value
  rest: Path
  isOpen: boolean
}

/** The keys of one document in one index (or sort), each encoded, and which columns went through an array. */
export interface Keys {
  keys: Buffer[]
  multikey: boolean[] | null
  isMissing: boolean
}

export function keysOf(document: Fields, paths: readonly Path[], directions: readonly number[]): Keys {
  const columns = paths.map((path) => descend(document, path))
  if (!columns.some((column) => column.isOpen)) {
    const values = columns.map((column) => column.value)
    return { keys: [encodeKey(values, directions)], multikey: null, isMissing: values.every((v) => v === undefined) }
  }
  const multikey = paths.map(() => false)
  const rows: Value[][] = []
  expand(columns, multikey, rows)
  return {
    keys: distinct(rows.map((values) => encodeKey(values, directions))),
    multikey,
    isMissing: rows.every((values) => values.every((value) => value === undefined)),
  }
}

/** The values behind the keys. */
export function keyRows(document: Fields, paths: readonly Path[]): Value[][] {
  const rows: Value[][] = []
  expand(
    paths.map((path) => descend(document, path)),
    paths.map(() => false),
    rows,
  )
  return rows
}

/** Walks documents until the path ends or an array is met. */
function descend(value: Value, path: Path): Column {
  let at = value
  for (let i = 0; i < path.length; i++) {
    if (isArray(at)) return { value: at, rest: path.slice(i), isOpen: true }
    at = at instanceof Fields ? at[path[i] as string] : undefined
  }
  return { value: at, rest: [], isOpen: isArray(at) }
}

/** One row per element of the one array that these columns share; two different arrays have no order between them. */
function expand(columns: Column[], multikey: boolean[], rows: Value[][]): void {
  const array = columns.find((column) => column.isOpen)?.value
  if (!isArray(array)) {
    rows.push(columns.map((column) => column.value))
    return
  }
  if (columns.some((column) => column.isOpen && column.value !== array))
    throw new StoreError(171, 'cannot index parallel arrays')
  const settled = columns.map((column) => (column.isOpen ? addressed(column, array) : column))
  const inside = settled.map((column) => column.isOpen && column.value === array)
  if (!inside.includes(true)) return expand(settled, multikey, rows)
  inside.forEach((isInside, i) => isInside && (multikey[i] = true))
  for (const element of array.length ? array : [EMPTY_ARRAY]) {
    const row = settled.map((column, i) => (inside[i] ? within(element, column.rest) : column))
    expand(row, multikey, rows)
  }
}

/** An array that is itself an element is a value of its own: only one level of arrays is entered. */
function within(element: Value, rest: Path): Column {
  if (rest.length === 0) return { value: element, rest, isOpen: false }
  return element instanceof Fields ? descend(element, rest) : { value: undefined, rest: [], isOpen: false }
}

/** `a.0` names one element of an array `a`. */
function addressed(column: Column, array: Value[]): Column {
  const [first] = column.rest
  if (first === undefined || !isIndex(first) || Number(first) >= array.length) return column
  return descend(array[Number(first)], column.rest.slice(1))
}

function distinct(keys: Buffer[]): Buffer[] {
  if (keys.length < 2) return keys
  keys.sort(Buffer.compare)
  return keys.filter((key, i) => i === 0 || !key.equals(keys[i - 1] as Buffer))
}
