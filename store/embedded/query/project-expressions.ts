import { Aggregator } from 'mingo/aggregator'
import { Context } from 'mingo/core'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import { $project } from 'mingo/operators/pipeline'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import type { Fields } from '../bson/value.ts'
import { checkOperators, computed } from './expression.ts'
import { fromPlain, toPlainDocument, toPlainExpression } from './plain.ts'
import type { Variables } from './predicate.ts'

const context = Context.init({
  accumulator: accumulators,
  expression: expressions,
  pipeline: { $project },
  projection: projections,
  query: queries,
})

/** A projection with computed fields. */
export function projectByExpressions(specification: Fields, variables: Variables): (document: Fields) => Fields {
  const plain = { $project: toPlainExpression(specification) } as never
  for (const name of Object.keys(specification)) checkOperators(specification[name])
  return (document) => {
    const [result] = computed(2, () =>
      new Aggregator([plain], { context, scriptEnabled: false, variables }).run([toPlainDocument(document)] as never),
    )
    return fromPlain(result) as Fields
  }
}
