import { Fields, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import type { Collation } from '../query/collation.ts'
import { ByValue } from '../query/distinct.ts'
import { ACCUMULATORS } from './accumulators.ts'
import type { Accumulator } from './accumulator.ts'
import { compileExpression } from './expression.ts'
import type { Expression, Scope } from './scope.ts'

interface Group {
  id: Value
  accumulators: Accumulator[]
}

/** What gathers documents into groups by a value. */
export interface Grouping {
  names: string[]
  start: (id: Value, collation: Collation | null) => Group
}

export function compileGrouping(specification: Fields): Grouping {
  const names = namesOf(specification).filter((name) => name !== '_id')
  const starts = names.map((name) => {
    const given = specification[name]
    const [operator = '', ...more] = isFields(given) ? Object.keys(given) : []
    if (!isFields(given) || operator === '') return refuse(40234, `The field '${name}' must be an accumulator object`)
    if (name.includes('.')) refuse(40235, `The field name '${name}' cannot contain '.'`)
    if (more.length > 0) refuse(40238, `The field '${name}' must specify one accumulator`)
    if (operator === '$accumulator')
      refuse(31264, 'Cannot run server-side javascript without the javascript engine enabled')
    const accumulating = ACCUMULATORS.get(operator) ?? refuse(15952, `unknown group operator '${operator}'`)
    return accumulating(given[operator], compileExpression, operator)
  })
  return { names, start: (id, collation) => ({ id, accumulators: starts.map((each) => each(collation)) }) }
}

/** Groups in the order in which their first documents come. */
export class Groups {
  private readonly grouping: Grouping
  private readonly collation: Collation | null
  private readonly byId: ByValue<Group>
  private readonly groups: Group[] = []

  constructor(grouping: Grouping, collation: Collation | null) {
    this.grouping = grouping
    this.collation = collation
    this.byId = new ByValue(collation)
  }

  add(id: Value, scope: Scope): void {
    for (const accumulator of this.groupOf(id ?? null).accumulators) accumulator.add(scope)
  }

  private groupOf(id: Value): Group {
    const known = this.byId.get(id)
    if (known) return known
    const group = this.grouping.start(id, this.collation)
    this.groups.push(group)
    this.byId.set(id, group)
    return group
  }

  *results(): Generator<Fields> {
    const { names } = this.grouping
    for (const { id, accumulators } of this.groups) {
      const document = new Fields()
      document['_id'] = id
      for (const [i, name] of names.entries()) setField(document, name, accumulators[i]?.result() ?? null)
      yield document
    }
  }
}

export function groupIdOf(specification: Fields): Expression {
  if (!Object.hasOwn(specification, '_id')) refuse(15955, 'a group specification must include an _id')
  return compileExpression(specification['_id'])
}
