import { fields, isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { compileCondition, compileFilter } from './match.ts'
import { pathOf, valueAt } from './path.ts'
import type { Variables } from './predicate.ts'

type ElementTest = (element: Value) => boolean

/** Which element of the array at `path` made the document match: what `$` stands for. Null when none did. */
export function matchedIndex(document: Fields, path: string, filter: Fields, variables: Variables): number | null {
  const array = valueAt(document, pathOf(path))
  if (!isArray(array)) return null
  const tests: ElementTest[] = []
  collect(filter, path, variables, tests)
  if (tests.length === 0) return null
  // Conditions on one array need not be met by one element (only $elemMatch says so); prefer one that meets them all.
  const best = array.findIndex((element) => tests.every((test) => test(element)))
  const at = best >= 0 ? best : array.findIndex((element) => tests.some((test) => test(element)))
  return at >= 0 ? at : null
}

function collect(filter: Fields, path: string, variables: Variables, tests: ElementTest[]): void {
  for (const name of Object.keys(filter)) {
    const condition = filter[name]
    if ((name === '$and' || name === '$or') && isArray(condition)) {
      for (const branch of condition) if (isFields(branch)) collect(branch, path, variables, tests)
    } else if (name === path) tests.push(elementTest(condition, variables))
    else if (name.startsWith(`${path}.`)) {
      const inner = fields({ [name.slice(path.length + 1)]: condition })
      const matches = compileFilter(inner, variables)
      tests.push((element) => isFields(element) && matches(element))
    }
  }
}

/** `$elemMatch` speaks of an element already; every other condition sees the element as if it were the field. */
function elementTest(condition: Value, variables: Variables): ElementTest {
  const inner = isFields(condition) ? condition['$elemMatch'] : undefined
  const test = compileCondition(condition, variables)
  return inner === undefined ? (element) => test([element]) : (element) => test([[element]])
}
