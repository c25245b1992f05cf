import { asNumber, isArray, isFields, isNumeric } from '../bson/value.ts'
import type { Fields } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { bucketAuto } from './bucket-auto.ts'
import { densify } from './densify.ts'
import { facet, graphLookup, lookup, unionWith } from './joins.ts'
import { redact } from './redact.ts'
import * as stages from './stages.ts'
import type { CompileStage, Stage, Surroundings } from './stages.ts'
import { fill, setWindowFields } from './windows/stage.ts'

const documents: CompileStage = (specification) => {
  if (!isArray(specification) || !specification.every(isFields))
    return refuse(40602, '$documents needs an array of documents')
  return () => specification
}

const STAGES = new Map<string, CompileStage>([
  ['$match', stages.match],
  ['$sort', stages.sort],
  ['$limit', stages.limit],
  ['$skip', stages.skip],
  ['$project', stages.project],
  ['$addFields', stages.addFields],
  ['$set', stages.addFields],
  ['$unset', stages.unset],
  ['$unwind', stages.unwind],
  ['$group', stages.group],
  ['$count', stages.count],
  ['$sortByCount', stages.sortByCount],
  ['$bucket', stages.bucket],
  ['$sample', stages.sample],
  ['$replaceRoot', stages.replaceRoot],
  ['$replaceWith', stages.replaceWith],
  ['$lookup', lookup(compilePipeline)],
  ['$unionWith', unionWith(compilePipeline)],
  ['$facet', facet(compilePipeline)],
  ['$graphLookup', graphLookup],
  ['$documents', documents],
  ['$redact', redact],
  ['$bucketAuto', bucketAuto],
  ['$densify', densify],
  ['$fill', fill],
  ['$setWindowFields', setWindowFields],
])

/** Carried out by the command: at the beginning or at the end only. */
const FIRST = new Set(['$collStats', '$listLocalSessions', '$documents'])
const LAST = new Set(['$out', '$merge'])

export function checkStages(given: Fields[]): void {
  given.forEach((stage, i) => checkStage(stage, i === 0, i === given.length - 1))
}

function checkStage(stage: Fields, isFirst: boolean, isLast: boolean): void {
  const [name, ...more] = Object.keys(stage)
  if (name === undefined || more.length > 0)
    return refuse(40323, 'A pipeline stage specification object must contain exactly one field.')
  if (name === '$changeStream') refuse(40573, 'The $changeStream stage is only supported on replica sets')
  if (!STAGES.has(name) && !FIRST.has(name) && !LAST.has(name))
    refuse(40324, `Unrecognized pipeline stage name: '${name}'`)
  if (LAST.has(name) && !isLast) refuse(40601, `${name} can only be the final stage in the pipeline`)
  if (FIRST.has(name) && !isFirst) refuse(40602, `${name} is only valid as the first stage in a pipeline`)
}

/** Makes stages ready; nothing is read before the results are asked for. */
export function compilePipeline(given: Fields[], surroundings: Surroundings): Stage {
  const made = given.map((stage, i) => {
    const [name = ''] = Object.keys(stage)
    const most = name === '$sort' ? given[i + 1]?.['$limit'] : undefined
    if (isNumeric(most)) return stages.sortedUpTo(asNumber(most))(stage[name], surroundings)
    const compile = STAGES.get(name) ?? refuse(40324, `Unrecognized pipeline stage name: '${name}'`)
    return compile(stage[name], surroundings)
  })
  return (input) => made.reduce((rows, stage) => stage(rows), input)
}
