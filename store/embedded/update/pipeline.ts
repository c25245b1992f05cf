import { compilePipeline } from '../aggregation/pipeline.ts'
import type { Fields, Value } from '../bson/value.ts'
import { isFields } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import type { Variables } from '../query/predicate.ts'
import { found } from '../steps.ts'

/** The stages that MongoDB lets an update use: each makes one document of one. */
const ALLOWED = new Set(['$addFields', '$project', '$replaceRoot', '$replaceWith', '$set', '$unset'])

export function compilePipelineUpdate(stages: Value[], variables: Variables): (document: Fields) => Fields {
  for (const stage of stages) {
    const names = isFields(stage) ? Object.keys(stage) : []
    const [name] = names
    if (name === undefined || names.length !== 1)
      return refuse(40323, 'A pipeline stage specification object must contain exactly one field.')
    if (!ALLOWED.has(name)) refuse(72, `${name} is not allowed to be used within an update`)
  }
  const run = compilePipeline(stages as Fields[], { variables, find: () => [] })
  return (document) => {
    const [result] = found(run([document]))
    return result as Fields
  }
}
