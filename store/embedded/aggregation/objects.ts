import { Fields, isArray, isFields, namesOf, setField, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { DistinctValues } from '../query/distinct.ts'
import { parameters } from './arrays.ts'
import { collationOfScope, computing, computingUnlessNull, isNothing, isTrue } from './scope.ts'
import type { Operator, Scope } from './scope.ts'

const MANY = 10_000

/** The fields of the later ones over those of the earlier; null and missing count for nothing. */
export function merged(documents: readonly Value[]): Fields {
  const result = new Fields()
  for (const document of documents) {
    if (isNothing(document)) continue
    if (!isFields(document))
      refuse(40400, `$mergeObjects requires object inputs, but input is of type ${typeName(document)}`)
    for (const name of namesOf(document)) setField(result, name, document[name])
  }
  return result
}

function pairOf(pair: Value): Value[] {
  if (isFields(pair)) return [pair['k'], pair['v']]
  return isArray(pair) ? pair : []
}

function fromPairs([list]: Value[]): Value {
  if (!isArray(list)) return refuse(40386, `$arrayToObject requires an array input, found: ${typeName(list)}`)
  const result = new Fields()
  for (const pair of list) {
    const [name, value] = pairOf(pair)
    if (typeof name !== 'string')
      return refuse(40394, '$arrayToObject requires an array of key-value pairs with string keys')
    setField(result, name, value ?? null)
  }
  return result
}

/** `$getField`: the name is taken as it stands, dots and dollars included. */
const getField: Operator = (argument, compile, name) => {
  const given =
    isFields(argument) && argument['field'] !== undefined ? parameters(name, argument, ['field'], ['input']) : null
  const field = compile(given ? given['field'] : argument)
  const input = given?.['input'] === undefined ? null : compile(given['input'])
  return (scope) => {
    const wanted = field(scope)
    if (typeof wanted !== 'string') return refuse(5654602, `${name} requires 'field' to evaluate to type String`)
    const from = input ? input(scope) : (scope.variables['CURRENT'] ?? scope.root)
    if (isFields(from)) return from[wanted]
    return isNothing(from) ? from : undefined
  }
}

function settingField(hasValue: boolean): Operator {
  return (argument, compile, name) => {
    const given = parameters(name, argument, hasValue ? ['field', 'input', 'value'] : ['field', 'input'])
    const field = compile(given['field'])({ root: new Fields(), variables: {} })
    if (typeof field !== 'string') return refuse(4161107, `${name} requires 'field' to evaluate to a constant string`)
    const input = compile(given['input'])
    const value = hasValue ? compile(given['value']) : () => undefined
    return (scope) => {
      const from = input(scope)
      if (isNothing(from)) return null
      if (!isFields(from)) return refuse(4161105, `${name} requires 'input' to evaluate to type Object`)
      const result = merged([from])
      const next = value(scope)
      if (next === undefined) Reflect.deleteProperty(result, field)
      else setField(result, field, next)
      return result
    }
  }
}

function lists(values: Value[], name: string): Value[][] {
  return values.map((value) =>
    isArray(value)
      ? value
      : refuse(17048, `All operands of ${name} must be arrays. One argument is of type: ${typeName(value)}`),
  )
}

function setOf(values: readonly Value[], scope: Scope): DistinctValues {
  const set = new DistinctValues(collationOfScope(scope))
  for (const value of values) set.add(value)
  return set
}

function isSubset([a = [], b = []]: Value[][], scope: Scope): boolean {
  const all = setOf(b, scope)
  return a.every((each) => all.has(each))
}

function truths(accepts: (values: Value[]) => boolean): Operator {
  return computing(1, 1, ([list], _scope, name) =>
    isArray(list) ? accepts(list) : refuse(17040, `${name}'s argument must be an array, but is ${typeName(list)}`),
  )
}

export const OBJECTS: Record<string, Operator> = {
  $mergeObjects: computing(0, MANY, merged),
  $arrayToObject: computingUnlessNull(1, 1, fromPairs),
  $getField: getField,
  $setField: settingField(true),
  $unsetField: settingField(false),
  $setUnion: computingUnlessNull(0, MANY, (values, scope, name) => setOf(lists(values, name).flat(), scope).list),
  $setIntersection: computingUnlessNull(0, MANY, (values, scope, name) => {
    const [first = [], ...others] = lists(values, name)
    const sets = others.map((each) => setOf(each, scope))
    return setOf(first, scope).list.filter((each) => sets.every((set) => set.has(each)))
  }),
  $setDifference: computingUnlessNull(2, 2, (values, scope, name) => {
    const [a = [], b = []] = lists(values, name)
    const without = setOf(b, scope)
    return setOf(a, scope).list.filter((each) => !without.has(each))
  }),
  $setEquals: computing(2, MANY, (values, scope, name) => {
    const [first = [], ...others] = lists(values, name)
    return others.every((each) => isSubset([first, each], scope) && isSubset([each, first], scope))
  }),
  $setIsSubset: computing(2, 2, (values, scope, name) => isSubset(lists(values, name), scope)),
  $allElementsTrue: truths((values) => values.every(isTrue)),
  $anyElementTrue: truths((values) => values.some(isTrue)),
}
