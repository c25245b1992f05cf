import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { pathOf } from '../query/path.ts'
import { isOperators } from '../query/predicate.ts'
import { isRegex } from '../query/regex.ts'
import { targetAt } from './target.ts'

/** The document that an upsert begins with: what the filter says by equality, and nothing else. */
export function upsertBase(filter: Fields): Fields {
  const equalities = new Map<string, Value>()
  collect(filter, equalities)
  const base = new Fields()
  for (const [dotted, value] of equalities) targetAt(base, pathOf(dotted), true)?.set(value)
  // A copy: the update will change this document, and the filter may be looked at again.
  return decode(encode(base))
}

function collect(filter: Fields, equalities: Map<string, Value>): void {
  for (const name of Object.keys(filter)) {
    const condition = filter[name]
    if (name === '$and' || (name === '$or' && isArray(condition) && condition.length === 1)) {
      for (const branch of isArray(condition) ? condition : []) if (isFields(branch)) collect(branch, equalities)
    } else if (!name.startsWith('$')) {
      const value = equalityOf(condition)
      if (value !== undefined) add(name, value, equalities)
    }
  }
}

function equalityOf(condition: Value): Value {
  if (isRegex(condition)) return undefined
  if (!isOperators(condition)) return condition
  if (condition['$eq'] !== undefined) return condition['$eq']
  for (const name of ['$in', '$all']) {
    const list = condition[name]
    const [only] = isArray(list) ? list : []
    if (isArray(list) && list.length === 1 && !isRegex(only) && !isOperators(only)) return only
  }
  return undefined
}

function add(name: string, value: Value, equalities: Map<string, Value>): void {
  for (const [other, there] of equalities) {
    if (other === name && !equal(there, value)) conflict(name)
    if (other.startsWith(`${name}.`) || name.startsWith(`${other}.`)) conflict(name)
  }
  equalities.set(name, value)
}

function conflict(name: string): never {
  return refuse(54, `cannot infer query fields to set, path '${name}' is matched twice`)
}
