import { Context } from 'mingo/core'
import { Aggregator } from 'mingo/aggregator'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import { $addFields, $project, $replaceRoot, $replaceWith, $set, $unset } from 'mingo/operators/pipeline'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import type { Fields, Value } from '../bson/value.ts'
import { isFields } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { checkOperators, computed } from '../query/expression.ts'
import { fromPlain, toPlainDocument, toPlainExpression } from '../query/plain.ts'
import type { Variables } from '../query/predicate.ts'

const stageOperators = { $addFields, $project, $replaceRoot, $replaceWith, $set, $unset }

const context = Context.init({
  accumulator: accumulators,
  expression: expressions,
  pipeline: stageOperators,
  projection: projections,
  query: queries,
})

/** The stages that MongoDB lets an update use. */
export function compilePipelineUpdate(stages: Value[], variables: Variables): (document: Fields) => Fields {
  for (const stage of stages) {
    const names = isFields(stage) ? Object.keys(stage) : []
    const [name] = names
    if (!isFields(stage) || names.length !== 1 || name === undefined)
      return refuse(40323, 'A pipeline stage specification object must contain exactly one field.')
    if (!Object.hasOwn(stageOperators, name)) refuse(72, `${name} is not allowed to be used within an update`)
    if (name !== '$unset') checkOperators(stage[name])
  }
  const plain = toPlainExpression(stages) as never
  return (document) => {
    const [result] = computed(9, () =>
      new Aggregator(plain, { context, scriptEnabled: false, variables }).run([toPlainDocument(document)] as never),
    )
    return fromPlain(result) as Fields
  }
}
