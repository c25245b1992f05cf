import { Fields, isArray, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { ACCUMULATING } from './accumulators.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { ARRAYS } from './arrays.ts'
import { TYPES } from './conversions.ts'
import { DATES } from './dates.ts'
import { LOGIC } from './logic.ts'
import { MATCHING } from './matching.ts'
import { OBJECTS } from './objects.ts'
import { QUANTILES } from './quantiles.ts'
import type { Expression, Operator, Scope } from './scope.ts'
import { TEXTS } from './texts.ts'

const OPERATORS = new Map<string, Operator>(
  [LOGIC, ARITHMETIC, ARRAYS, OBJECTS, TYPES, TEXTS, MATCHING, DATES, ACCUMULATING, QUANTILES].flatMap((group) =>
    Object.entries(group),
  ),
)

/** Makes an expression ready; what is not known is refused before any document is seen. */
export function compileExpression(expression: Value): Expression {
  if (typeof expression === 'string' && expression.startsWith('$')) return reference(expression)
  if (isArray(expression)) {
    const elements = expression.map(compileExpression)
    return (scope) => elements.map((each) => each(scope) ?? null)
  }
  if (!isFields(expression)) return () => expression
  const names = namesOf(expression)
  const [name = ''] = names
  if (!name.startsWith('$')) return composed(expression, names)
  if (names.length > 1)
    refuse(15983, `an object representing an expression must have exactly one field: ${names.join(', ')}`)
  if (name === '$function' || name === '$accumulator')
    refuse(31264, 'Cannot run server-side javascript without the javascript engine enabled')
  const operator = OPERATORS.get(name) ?? refuse(168, `Unrecognized expression '${name}'`)
  return operator(expression[name], compileExpression, name)
}

/** A document of expressions; what is missing stays away. */
function composed(expression: Fields, names: string[]): Expression {
  const entries = names.map((name): [string, Expression] => {
    if (name.includes('.'))
      refuse(16412, `FieldPath field names may not contain '.'. Consider using $getField or $setField: ${name}`)
    if (name.startsWith('$'))
      refuse(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField.`)
    return [name, compileExpression(expression[name])]
  })
  return (scope) => {
    const document = new Fields()
    for (const [name, each] of entries) {
      const value = each(scope)
      if (value !== undefined) setField(document, name, value)
    }
    return document
  }
}

function reference(text: string): Expression {
  if (text === '$') return refuse(16872, "'$' by itself is not a valid FieldPath")
  if (text.startsWith('$$')) {
    const [name = '', ...rest] = text.slice(2).split('.')
    const start = variable(name)
    return (scope) => walk(start(scope), rest, 0)
  }
  const path = text.slice(1).split('.')
  if (path.includes('')) refuse(15998, 'FieldPath field names may not be empty strings.')
  const [only = ''] = path
  if (path.length === 1) return (scope) => fieldOf(scope.variables['CURRENT'] ?? scope.root, only)
  return (scope) => walk(scope.variables['CURRENT'] ?? scope.root, path, 0)
}

function fieldOf(value: Value, name: string): Value {
  return isFields(value) ? value[name] : walk(value, [name], 0)
}

function variable(name: string): Expression {
  if (name === 'ROOT') return (scope) => scope.root
  if (name === 'CURRENT') return (scope) => scope.variables['CURRENT'] ?? scope.root
  if (name === 'REMOVE') return () => undefined
  if (name === '') return refuse(16867, 'empty variable names are not allowed')
  return (scope: Scope) => {
    if (Object.hasOwn(scope.variables, name)) return scope.variables[name]
    return name === 'NOW' ? new Date() : refuse(17276, `Use of undefined variable: ${name}`)
  }
}

/** Through documents by name; an array gives what its documents give. An index is no name here. */
export function walk(value: Value, path: readonly string[], from: number): Value {
  const name = path[from]
  if (name === undefined) return value
  if (isFields(value)) return walk(value[name], path, from + 1)
  if (!isArray(value)) return undefined
  return value.flatMap((element) => {
    const found = isFields(element) ? walk(element, path, from) : undefined
    return found === undefined ? [] : [found]
  })
}
