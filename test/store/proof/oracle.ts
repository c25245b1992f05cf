import { compare, isSame, type Arr, type Doc, type Value } from './values.ts'

/*
 * What MongoDB's manual says of each update operator ("Update Operators", 7.0), once more and in the plainest way. An
 * operator throws Refused where the manual says that the operation fails; nothing is changed then.
 */

export class Refused extends Error {}

/** One operator on one path. */
export interface Step {
  operator: string
  path: string
  argument: Value
}

/** What `$[]` and `$[e]` choose; `e` is the only identifier that is used. */
export type ElementFilter = (element: Value) => boolean

const isNumber = (value: Value) => value.k === 'int' || value.k === 'long' || value.k === 'double'

/** Paths in the order of their names: that is how new fields are appended. */
export function applySteps(document: Doc, steps: readonly Step[], chosen: ElementFilter): Doc {
  const copy = structuredClone(document)
  const sorted = steps.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))
  for (const step of sorted) if (step.operator === '$pop') checkEnd(step.argument)
  for (const step of sorted) {
    if (step.operator === '$rename') rename(copy, step)
    else for (const path of expanded(copy, step.path.split('.'), chosen)) apply(copy, path, step)
  }
  return copy
}

function expanded(document: Doc, path: string[], chosen: ElementFilter): string[][] {
  const at = path.findIndex((part) => part.startsWith('$['))
  if (at < 0) return [path]
  const array = valueAt(document, path.slice(0, at))
  if (array?.k !== 'arr') throw new Refused('array updates need an array that is there')
  const isAll = path[at] === '$[]'
  return array.v.flatMap((element, i) =>
    isAll || chosen(element) ? [[...path.slice(0, at), String(i), ...path.slice(at + 1)]] : [],
  )
}

function childOf(holder: Value, name: string): Value | undefined {
  if (holder.k === 'doc') return holder.v.get(name)
  return holder.k === 'arr' && /^\d+$/.test(name) ? holder.v[Number(name)] : undefined
}

function valueAt(document: Doc, path: string[]): Value | undefined {
  let at: Value | undefined = document
  for (const name of path) at = at && childOf(at, name)
  return at
}

function put(holder: Value, name: string, value: Value): void {
  if (holder.k === 'doc') holder.v.set(name, value)
  else if (holder.k === 'arr' && /^\d+$/.test(name)) {
    while (holder.v.length < Number(name)) holder.v.push({ k: 'null' })
    holder.v[Number(name)] = value
  } else throw new Refused(`no field ${name} can be made in a ${holder.k}`)
}

/** Creates what is missing on the way; a scalar or a name in an array stops it. */
function set(document: Doc, path: string[], value: Value): void {
  let holder: Value = document
  for (const name of path.slice(0, -1)) {
    let next = childOf(holder, name)
    if (!next) put(holder, name, (next = { k: 'doc', v: new Map() }))
    holder = next
  }
  put(holder, path.at(-1) as string, value)
}

function unset(document: Doc, path: string[]): void {
  const holder = valueAt(document, path.slice(0, -1))
  const name = path.at(-1) as string
  if (holder?.k === 'doc') holder.v.delete(name)
  else if (holder && childOf(holder, name)) put(holder, name, { k: 'null' })
}

function rename(document: Doc, { path, argument }: Step): void {
  const to = (argument as { v: string }).v.split('.')
  const from = path.split('.')
  if (crossesArray(document, from)) throw new Refused('the source of a rename is in an array')
  const value = valueAt(document, from)
  if (!value) return
  if (crossesArray(document, to)) throw new Refused('the destination of a rename is in an array')
  set(document, to, value)
  unset(document, from)
}

const crossesArray = (document: Doc, path: string[]) =>
  path.some((_, i) => i > 0 && valueAt(document, path.slice(0, i))?.k === 'arr')

function apply(document: Doc, path: string[], { operator, argument }: Step): void {
  const current = valueAt(document, path)
  if (operator === '$unset') return unset(document, path)
  const isRemoval = operator === '$pop' || operator === '$pull' || operator === '$pullAll'
  if (isRemoval && !current) return
  const next = OPERATORS[operator]?.(current, argument)
  if (next) set(document, path, next)
  // A place that cannot be made is refused even where its value would not change.
  else if (!current) throw new Refused('nothing to set')
}

function checkEnd(argument: Value): void {
  if (!isNumber(argument) || Math.abs(Number((argument as { v: number }).v)) !== 1) throw new Refused('1 or -1')
}

type Operator = (current: Value | undefined, argument: Value) => Value | undefined

function arithmetic(
  calculate: <T extends number | bigint>(a: T, b: T) => T,
  whenMissing: (argument: Value) => Value,
): Operator {
  return (current, argument) => {
    if (!isNumber(argument)) throw new Refused('not a number')
    if (!current) return whenMissing(argument)
    if (!isNumber(current)) throw new Refused('not a number')
    const [a, b] = [current as { k: string; v: bigint }, argument as { k: string; v: bigint }]
    if (a.k === 'double' || b.k === 'double') return { k: 'double', v: calculate(Number(a.v), Number(b.v)) }
    const v = calculate(a.v, b.v)
    if (BigInt.asIntN(64, v) !== v) throw new Refused('beyond 64 bits')
    // Two ints give an int as long as it fits one.
    return { k: a.k === 'int' && b.k === 'int' && BigInt.asIntN(32, v) === v ? 'int' : 'long', v }
  }
}

function arrayOf(current: Value | undefined): Value[] {
  if (!current) return []
  if (current.k !== 'arr') throw new Refused('not an array')
  return [...current.v]
}

const modifier = (argument: Value, name: string) => (argument.k === 'doc' ? argument.v.get(name) : undefined)
const list = (v: Value[]): Arr => ({ k: 'arr', v })
const whole = (value: Value) => Number((value as { v: bigint }).v)

function push(current: Value | undefined, argument: Value): Value {
  const array = arrayOf(current)
  const each = modifier(argument, '$each')
  if (!each) return list([...array, argument])
  const [position, sort, slice] = ['$position', '$sort', '$slice'].map((name) => modifier(argument, name))
  array.splice(position ? whole(position) : array.length, 0, ...(each as Arr).v)
  if (sort) array.sort((a, b) => compare(a, b) * whole(sort))
  if (!slice) return list(array)
  const count = whole(slice)
  return list(count < 0 ? array.slice(count) : array.slice(0, count))
}

function addToSet(current: Value | undefined, argument: Value): Value {
  const array = arrayOf(current)
  const each = modifier(argument, '$each')
  for (const value of each ? (each as Arr).v : [argument])
    if (!array.some((element) => isSame(element, value))) array.push(value)
  return list(array)
}

const isBracketed = (a: Value, b: Value) => a.k === b.k || (isNumber(a) && isNumber(b))

/** A value, `{ $gte: v }`, or the fields that an element, itself a document, must have. */
function isPulled(element: Value, argument: Value): boolean {
  if (argument.k !== 'doc') return isSame(element, argument)
  const least = argument.v.get('$gte')
  if (least) return isBracketed(element, least) && compare(element, least) >= 0
  return (
    element.k === 'doc' &&
    [...argument.v].every(([name, value]) => {
      const field = element.v.get(name)
      return field !== undefined && isSame(field, value)
    })
  )
}

function bit(current: Value | undefined, argument: Value): Value {
  const [[name, operand]] = [...(argument as Doc).v] as [[string, Value]]
  const before: Value = current ?? { k: 'int', v: 0n }
  for (const each of [before, operand]) if (each.k !== 'int' && each.k !== 'long') throw new Refused('not an integer')
  const [a, b] = [(before as { v: bigint }).v, (operand as { v: bigint }).v]
  const results: Record<string, bigint> = { and: a & b, or: a | b, xor: a ^ b }
  return { k: before.k === 'int' && operand.k === 'int' ? 'int' : 'long', v: results[name] as bigint }
}

const zero = (argument: Value): Value =>
  argument.k === 'double' ? { k: 'double', v: 0 * argument.v } : { k: argument.k as 'int', v: 0n }

const OPERATORS: Record<string, Operator> = {
  $set: (_, argument) => argument,
  $inc: arithmetic(
    (a, b) => ((a as number) + (b as number)) as typeof a,
    (argument) => argument,
  ),
  $mul: arithmetic((a, b) => ((a as number) * (b as number)) as typeof a, zero),
  $min: (current, argument) => (!current || compare(argument, current) < 0 ? argument : current),
  $max: (current, argument) => (!current || compare(argument, current) > 0 ? argument : current),
  $push: push,
  $addToSet: addToSet,
  $pop: (current, argument) => {
    const array = arrayOf(current)
    return list(whole(argument) < 0 ? array.slice(1) : array.slice(0, -1))
  },
  $pull: (current, argument) => list(arrayOf(current).filter((element) => !isPulled(element, argument))),
  $pullAll: (current, argument) =>
    list(arrayOf(current).filter((element) => !(argument as Arr).v.some((value) => isSame(value, element)))),
  $bit: bit,
}
