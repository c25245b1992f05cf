import { asNumber, fields, isArray, isFields, isNumeric } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { expressionTest } from './expression.ts'
import { equality, operatorTest } from './operators.ts'
import { leaves, pathOf } from './path.ts'
import { collationIn, isOperators, REFERENCE_FIELDS } from './predicate.ts'
import type { Compiler, LeafTest, Predicate, Variables } from './predicate.ts'
import { isRegex, regexTest } from './regex.ts'

export function compileFilter(filter: Value, variables: Variables = {}): Predicate {
  if (!isFields(filter)) return badValue('the match filter must be an expression in an object')
  const tests = Object.keys(filter).map((name) => clause(name, filter[name], variables))
  const [first] = tests
  if (first === undefined) return () => true
  return tests.length === 1 ? first : (document) => tests.every((test) => test(document))
}

function clause(name: string, condition: Value, variables: Variables): Predicate {
  if (name.startsWith('$') && !REFERENCE_FIELDS.has(name)) return topLevel(name, condition, variables)
  const test = compileCondition(condition, variables)
  if (!name.includes('.')) return (document) => test([document[name]])
  const path = pathOf(name)
  return (document) => {
    const found: Value[] = []
    leaves(document, path, 0, found)
    return test(found)
  }
}

function topLevel(name: string, condition: Value, variables: Variables): Predicate {
  switch (name) {
    case '$and':
    case '$or':
    case '$nor':
      return branches(name, condition, variables)
    case '$expr':
      return expressionTest(condition, variables)
    case '$comment':
      return () => true
    case '$sampleRate':
      return sampling(condition)
    case '$alwaysTrue':
      return () => true
    case '$alwaysFalse':
      return () => false
    case '$where':
      return badValue('no globalScriptEngine in $where parsing')
    case '$text':
      return refuse(27, 'text index required for $text query')
    default:
      return badValue(
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      )
  }
}

function sampling(rate: Value): Predicate {
  const share = isNumeric(rate) ? asNumber(rate) : NaN
  if (!(share >= 0 && share <= 1)) badValue('argument to $sampleRate must be a number from 0 to 1')
  return () => Math.random() < share
}

function branches(name: '$and' | '$or' | '$nor', condition: Value, variables: Variables): Predicate {
  if (!isArray(condition)) return badValue(`${name} must be an array`)
  if (condition.length === 0) return badValue(`${name} argument must be a non-empty array`)
  if (!condition.every(isFields)) return badValue(`${name} argument's entries must be objects`)
  const predicates = condition.map((branch) => compileFilter(branch, variables))
  if (name === '$and') return (document) => predicates.every((matches) => matches(document))
  const isAny: Predicate = (document) => predicates.some((matches) => matches(document))
  return name === '$or' ? isAny : (document) => !isAny(document)
}

/** What one field must fulfil: operators, a regular expression, or equality with a value. */
export function compileCondition(condition: Value, variables: Variables = {}, entersArrays = true): LeafTest {
  if (isRegex(condition)) return regexTest(condition, entersArrays)
  const collation = collationIn(variables)
  if (!isOperators(condition)) return equality(condition, { entersArrays, collation })
  const compiler: Compiler = {
    filter: (filter) => compileFilter(filter, variables),
    condition: (inner) => compileCondition(inner, variables, entersArrays),
    element: (inner) => compileCondition(inner, variables, false),
    entersArrays,
    collation,
  }
  const tests = Object.keys(condition).map((name) => operatorTest(name, condition[name], condition, compiler))
  const [first] = tests
  return tests.length === 1 && first ? first : (found) => tests.every((test) => test(found))
}

/** Whether one element of an array fulfils an `$elemMatch` or a `$pull` condition. */
export function compileElementMatch(condition: Value, variables: Variables): (element: Value) => boolean {
  const test = compileCondition(fields({ $elemMatch: condition }), variables)
  return (element) => test([[element]])
}
