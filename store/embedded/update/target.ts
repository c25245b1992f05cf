import { Decimal128, Double, Long, ObjectId } from 'bson'
import { Fields, isArray, isFields, setField, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { isIndex } from '../query/path.ts'
import type { Path } from '../query/path.ts'

/** MongoDB's bound on filling an array with nulls up to an index. */
const PADDING_MAX = 1_500_000

/** A place in a document: a field of a document or an element of an array. */
export class Target {
  readonly name: string
  private readonly holder: Fields | Value[]

  constructor(holder: Fields | Value[], name: string) {
    this.holder = holder
    this.name = name
  }

  get value(): Value {
    return isArray(this.holder) ? this.holder[Number(this.name)] : this.holder[this.name]
  }

  set(value: Value): void {
    if (!isArray(this.holder)) {
      setField(this.holder, this.name, value)
      return
    }
    const at = Number(this.name)
    if (at > this.holder.length + PADDING_MAX) badValue(`can't backfill more than ${PADDING_MAX} elements`)
    while (this.holder.length < at) this.holder.push(null)
    this.holder[at] = value
  }

  /** An element of an array becomes null: the others keep their places. */
  remove(): void {
    if (!isArray(this.holder)) Reflect.deleteProperty(this.holder, this.name)
    else if (Number(this.name) < this.holder.length) this.holder[Number(this.name)] = null
  }
}

/** Null when the path leads nowhere; documents missing on the way are made when `creates`. */
export function targetAt(document: Fields, path: Path, creates: boolean): Target | null {
  let holder: Fields | Value[] = document
  for (let i = 0; i < path.length - 1; i++) {
    const step: Target = new Target(holder, path[i] as string)
    if (!isReachable(holder, path, i, creates)) return null
    let next: Value = step.value
    if (next === undefined) {
      if (!creates) return null
      next = new Fields()
      step.set(next)
    }
    if (!isFields(next) && !isArray(next)) return creates ? notViable(path, i + 1, path[i] as string, next) : null
    holder = next
  }
  return isReachable(holder, path, path.length - 1, creates) ? new Target(holder, path.at(-1) as string) : null
}

function isReachable(holder: Fields | Value[], path: Path, at: number, creates: boolean): boolean {
  if (!isArray(holder) || isIndex(path[at] as string)) return true
  return creates ? notViable(path, at, path[at - 1] ?? '', holder) : false
}

function notViable(path: Path, at: number, name: string, value: Value): never {
  return refuse(28, `Cannot create field '${path[at]}' in element {${name}: ${show(value)}}`)
}

/** A value as error texts print it; long ones are cut. */
export function show(value: Value): string {
  if (typeof value === 'string') return `"${value}"`
  if (value === undefined) return 'null'
  if (value === null || typeof value !== 'object') return String(value)
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (isArray(value)) return `[ ${value.map(show).join(', ')} ]`.slice(0, 200)
  if (isFields(value))
    return `{ ${Object.keys(value)
      .map((name) => `${name}: ${show(value[name])}`)
      .join(', ')} }`.slice(0, 200)
  return showSpecial(value)
}

function showSpecial(value: Exclude<Value, null | undefined | string | number | boolean | Value[] | Fields>): string {
  const type = typeName(value)
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  if (value instanceof Decimal128) return `Decimal128("${value.toString()}")`
  return value instanceof Long || value instanceof Double ? value.toString() : type
}
