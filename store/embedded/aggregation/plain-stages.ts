import { Aggregator } from 'mingo/aggregator'
import { Context } from 'mingo/core'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import { $bucketAuto, $densify, $fill, $redact, $setWindowFields } from 'mingo/operators/pipeline'
import * as stageOperators from 'mingo/operators/pipeline'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import * as windows from 'mingo/operators/window'
import { Double, Long } from 'bson'
import { Fields, fields, isArray, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { computed, fromPlain, toPlainDocument, toPlainExpression } from '../query/plain.ts'
import { collationIn } from '../query/predicate.ts'
import type { CompileStage } from './stages.ts'

/*
 * Stages that are rare enough to be mingo's. It computes on plain JavaScript numbers: documents with numbers that
 * these cannot hold are refused (plain.ts), and what only passes through gets its own types back afterwards.
 */

const context = Context.init({
  accumulator: accumulators,
  expression: expressions,
  pipeline: stageOperators,
  projection: projections,
  query: queries,
  window: windows,
})

function plainStage(name: string): CompileStage {
  return (specification, { variables }) => {
    if (collationIn(variables)) refuse(2, `${name} with a collation is not supported by the embedded store`)
    const stage = fields({ [name]: specification })
    const plain = toPlainExpression(stage)
    return function* (input) {
      const documents = [...input]
      const given = documents.map(toPlainDocument)
      // mingo's windows call its own $function; one in the pipeline has been refused by name (plain.ts).
      const options = {
        context,
        scriptEnabled: name === '$setWindowFields',
        variables: toPlainDocument(fields({ ...variables })),
      }
      const results = computed(2, () => new Aggregator([plain] as never, options as never).run(given as never))
      const byId = new Map(documents.map((document) => [keyOf(document['_id']), document]))
      for (const result of results) {
        const document = fromPlain(result) as Fields
        const original = document['_id'] === undefined ? undefined : byId.get(keyOf(document['_id']))
        yield original ? withTypes(document, original) : document
      }
    }
  }
}

const keyOf = (id: Value) => JSON.stringify([id])

/** Wherever a value equals the original's, the original's, with its type. */
function withTypes(value: Fields, original: Fields): Fields {
  const result = new Fields()
  for (const name of namesOf(value)) setField(result, name, typed(value[name], original[name]))
  return result
}

function typed(value: Value, original: Value): Value {
  if (original instanceof Double || original instanceof Long) return equal(value, original) ? original : value
  if (isFields(value) && isFields(original)) return withTypes(value, original)
  if (isArray(value) && isArray(original)) return value.map((each, i) => typed(each, original[i]))
  return value
}

/** Named one by one, so that a stage that mingo loses is missed at once. */
export const PLAIN_STAGES = Object.fromEntries(
  Object.keys({ $bucketAuto, $densify, $fill, $redact, $setWindowFields }).map((name) => [name, plainStage(name)]),
)
