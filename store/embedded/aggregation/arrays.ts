import { asNumber, Fields, fields, isArray, isFields, isNumeric, namesOf, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { orderingOf, sortOf } from '../query/sort.ts'
import type { Ordering } from '../query/sort.ts'
import { chosen } from './chosen.ts'
import {
  collationOfScope,
  compareValues,
  computing,
  computingUnlessNull,
  isNothing,
  isTrue,
  withVariable,
} from './scope.ts'
import type { Expression, Operator, Scope } from './scope.ts'

const MANY = 10_000
/** What `$range` and its like may make; no document holds a longer array. */
const LENGTH_MAX = 4_000_000

function array(value: Value, name: string): Value[] {
  return isArray(value) ? value : refuse(28689, `${name}'s argument must be an array, but is ${typeName(value)}`)
}

function whole(value: Value, name: string): number {
  const number = isNumeric(value) ? asNumber(value) : NaN
  return Number.isInteger(number)
    ? number
    : refuse(28690, `${name}'s argument must be representable as a 32-bit integer: ${typeName(value)}`)
}

function elementAt([list, index]: Value[], _scope: Scope, name: string): Value {
  const items = array(list, name)
  const at = whole(index, name)
  return items[at < 0 ? items.length + at : at]
}

function slice([list, first, second]: Value[], _scope: Scope, name: string): Value {
  const items = array(list, name)
  const at = whole(first, name)
  if (second === undefined) return at < 0 ? items.slice(at) : items.slice(0, at)
  const count = whole(second, name)
  if (count <= 0) refuse(28729, `Third argument to $slice must be positive: ${count}`)
  const start = at < 0 ? Math.max(0, items.length + at) : at
  return items.slice(start, start + count)
}

/** The named parameters of an operator; `least` are those that it cannot do without. */
export function parameters(name: string, argument: Value, least: string[], others: string[] = []): Fields {
  if (!isFields(argument)) return refuse(28646, `${name} only supports an object as its argument`)
  const odd = Object.keys(argument).find((each) => !least.includes(each) && !others.includes(each))
  if (odd !== undefined) refuse(28647, `Unrecognized parameter to ${name}: ${odd}`)
  const absent = least.find((each) => argument[each] === undefined)
  if (absent !== undefined) refuse(28648, `Missing '${absent}' parameter to ${name}`)
  return argument
}

function nameOf(value: Value): string {
  return typeof value === 'string' ? value : 'this'
}

function concatenated(values: Value[], _scope: Scope, name: string): Value {
  const lists = values.map((each) => array(each, name))
  const length = lists.reduce((sum, each) => sum + each.length, 0)
  if (length > LENGTH_MAX) refuse(146, `${name} would make more than ${LENGTH_MAX} elements`)
  return lists.flat()
}

/** `$map` and `$filter`: each element under a name. */
function walking(
  result: 'in' | 'cond',
  walk: (items: Value[], of: (item: Value) => Value, limit: number) => Value[],
): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, ['input', result], result === 'cond' ? ['as', 'limit'] : ['as'])
    const [input, each] = [compile(given['input']), compile(given[result])]
    const limit = given['limit'] === undefined ? null : compile(given['limit'])
    const as = nameOf(given['as'])
    return (scope) => {
      const items = input(scope)
      if (isNothing(items)) return null
      const most = limit?.(scope) ?? null
      return walk(
        array(items, name),
        (item) => each(withVariable(scope, as, item)),
        most === null ? Infinity : whole(most, name),
      )
    }
  }
}

const reduce: Operator = (argument, compile, name) => {
  const given = parameters(name, argument, ['input', 'initialValue', 'in'])
  const [input, initial, inner] = ['input', 'initialValue', 'in'].map((each) => compile(given[each])) as [
    Expression,
    Expression,
    Expression,
  ]
  return (scope) => {
    const items = input(scope)
    if (isNothing(items)) return null
    const step = (value: Value, item: Value) => inner(withVariable(withVariable(scope, 'value', value), 'this', item))
    return array(items, name).reduce(step, initial(scope))
  }
}

function range([from, to, by = 1]: Value[], _scope: Scope, name: string): Value {
  const [start, end, step] = [whole(from, name), whole(to, name), whole(by, name)]
  if (step === 0) refuse(34449, '$range requires a non-zero step value')
  const length = Math.max(0, Math.ceil((end - start) / step))
  if (length > LENGTH_MAX) refuse(146, `$range would make more than ${LENGTH_MAX} elements`)
  return Array.from({ length }, (_, i) => start + i * step)
}

function indexOf([list, wanted, from = 0, to]: Value[], scope: Scope, name: string): Value {
  if (isNothing(list)) return null
  const items = array(list, name)
  const end = to === undefined ? items.length : Math.min(whole(to, name), items.length)
  for (let i = whole(from, name); i < end; i++)
    if (compareValues(items[i], wanted, collationOfScope(scope)) === 0) return i
  return -1
}

const zip: Operator = (argument, compile, name) => {
  const given = parameters(name, argument, ['inputs'], ['useLongestLength', 'defaults'])
  const inputs = compile(given['inputs'])
  const defaults = given['defaults'] === undefined ? null : compile(given['defaults'])
  const isLongest = given['useLongestLength'] === true
  return (scope) => {
    const lists = array(inputs(scope), name)
    if (lists.some(isNothing)) return null
    const all = lists.map((each) => array(each, name))
    const lengths = all.map((each) => each.length)
    const fill = defaults ? array(defaults(scope), name) : []
    return Array.from({ length: isLongest ? Math.max(0, ...lengths) : Math.min(...lengths) }, (_, i) =>
      all.map((each, column) => (i < each.length ? each[i] : fill[column]) ?? null),
    )
  }
}

const sortArray: Operator = (argument, compile, name) => {
  const given = parameters(name, argument, ['input', 'sortBy'])
  const input = compile(given['input'])
  const by = given['sortBy']
  const spec = isFields(by) ? sortOf(by) : null
  const direction = isNumeric(by) ? asNumber(by) : 0
  if (!spec && direction !== 1 && direction !== -1) refuse(2942507, 'The $sortArray sortBy must be an object, 1 or -1')
  return (scope) => {
    const items = input(scope)
    if (isNothing(items)) return null
    const collation = collationOfScope(scope)
    const copy = [...array(items, name)]
    if (!spec) return copy.sort((a, b) => compareValues(a, b, collation) * direction)
    const ordering = orderingOf(spec, collation) as Ordering<unknown>
    const keyed = copy.map((item) => ({ item, key: ordering.keyOf(isFields(item) ? item : new Fields()) }))
    return keyed.sort((a, b) => ordering.compare(a.key, b.key)).map(({ item }) => item)
  }
}

/** `$firstN`, `$lastN`, `$minN`, `$maxN` of an array. */
function choosing(which: 'first' | 'last' | 'min' | 'max'): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, ['input', 'n'])
    const [input, count] = [compile(given['input']), compile(given['n'])]
    return (scope) => {
      const items = input(scope)
      if (isNothing(items)) return refuse(5788200, `${name} needs an array as its input`)
      return chosen(which, array(items, name), whole(count(scope), name), collationOfScope(scope))
    }
  }
}

function firstOf(at: number): Operator {
  return computingUnlessNull(1, 1, ([list], _scope, name) => array(list, name).at(at))
}

export const ARRAYS: Record<string, Operator> = {
  $arrayElemAt: computingUnlessNull(2, 2, elementAt),
  $first: firstOf(0),
  $last: firstOf(-1),
  $slice: computingUnlessNull(2, 3, slice),
  $size: computing(1, 1, ([list]) =>
    isArray(list)
      ? list.length
      : refuse(17124, `The argument to $size must be an array, but was of type: ${typeName(list)}`),
  ),
  $isArray: computing(1, 1, ([value]) => isArray(value)),
  $concatArrays: computingUnlessNull(0, MANY, concatenated),
  $reverseArray: computingUnlessNull(1, 1, ([list], _scope, name) => array(list, name).toReversed()),
  $in: computing(2, 2, ([wanted, list], scope) =>
    isArray(list)
      ? list.some((each) => compareValues(each, wanted, collationOfScope(scope)) === 0)
      : refuse(40081, `$in requires an array as a second argument, found: ${typeName(list)}`),
  ),
  $indexOfArray: computing(2, 4, indexOf),
  $range: computing(2, 3, range),
  $map: walking('in', (items, of) => items.map((item) => of(item) ?? null)),
  $filter: walking('cond', (items, of, limit) => items.filter((item) => isTrue(of(item))).slice(0, limit)),
  $reduce: reduce,
  $zip: zip,
  $sortArray: sortArray,
  $firstN: choosing('first'),
  $lastN: choosing('last'),
  $minN: choosing('min'),
  $maxN: choosing('max'),
  $objectToArray: computingUnlessNull(1, 1, ([value]) =>
    isFields(value)
      ? entriesOf(value)
      : refuse(40390, `$objectToArray requires a document input, found: ${typeName(value)}`),
  ),
}

function entriesOf(document: Fields): Value[] {
  return namesOf(document).map((k) => fields({ k, v: document[k] }))
}
