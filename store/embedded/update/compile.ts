import { ObjectId } from 'bson'
import { Fields, isArray, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import type { Variables } from '../query/predicate.ts'
import { applyModification, compileModification, immutableId } from './apply.ts'
import type { Modification } from './apply.ts'
import { compilePipelineUpdate } from './pipeline.ts'
import { upsertBase } from './upsert.ts'

export interface UpdateRequest {
  update: Value
  filter: Fields
  arrayFilters: Value
  variables: Variables
  /** `$$NOW`, `$currentDate`: one moment for the whole command. */
  now: Date
}

/** What an update makes of a document, whichever of MongoDB's three kinds it is. */
export interface Updater {
  isReplacement: boolean
  /** Null for a replacement and for a pipeline, which may change anything. */
  modification: Modification | null
  /** May change the document that it is given. */
  change: (document: Fields) => Fields
  insertion: () => Fields
}

export function compileUpdate(request: UpdateRequest): Updater {
  const { update } = request
  if (isArray(update)) return pipelineUpdater(update, request)
  if (!isFields(update)) return refuse(9, 'Update argument must be either an object or an array')
  const names = Object.keys(update)
  if (names[0]?.startsWith('$')) return modifierUpdater(update, request)
  const odd = names.find((name) => name.startsWith('$'))
  if (odd !== undefined && odd !== '$db' && odd !== '$id' && odd !== '$ref')
    refuse(
      52,
      `The dollar ($) prefixed field '${odd}' in '${odd}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    )
  if (request.arrayFilters !== undefined) refuse(9, 'Cannot specify arrayFilters and a replacement-style update')
  return replacementUpdater(update, request)
}

function modifierUpdater(update: Fields, { filter, arrayFilters, variables, now }: UpdateRequest): Updater {
  const modification = compileModification(update, arrayFilters, variables)
  return {
    isReplacement: false,
    modification,
    change: (document) => {
      applyModification(document, modification, { filter, variables, now, isInsert: false })
      return document
    },
    insertion: () => {
      const document = upsertBase(filter)
      const id = document['_id']
      applyModification(document, modification, { filter, variables, now, isInsert: true })
      if (id !== undefined && !equal(id, document['_id'])) immutableId()
      return withIdFirst(document, new ObjectId())
    },
  }
}

function replacementUpdater(replacement: Fields, { filter }: UpdateRequest): Updater {
  return {
    isReplacement: true,
    modification: null,
    change: (document) => keepId(replacement, document['_id']),
    insertion: () => withIdFirst(replacement, upsertId(filter) ?? new ObjectId()),
  }
}

function pipelineUpdater(stages: Value[], { filter, variables, arrayFilters }: UpdateRequest): Updater {
  if (arrayFilters !== undefined) refuse(9, 'Cannot specify arrayFilters and a pipeline update')
  const run = compilePipelineUpdate(stages, variables)
  return {
    isReplacement: false,
    modification: null,
    change: (document) => keepId(run(document), document['_id']),
    insertion: () => {
      const base = upsertBase(filter)
      const result = run(base)
      return withIdFirst(base['_id'] === undefined ? result : keepId(result, base['_id']), new ObjectId())
    },
  }
}

function upsertId(filter: Fields): Value {
  return upsertBase(filter)['_id']
}

export function keepId(document: Fields, id: Value): Fields {
  if (document['_id'] !== undefined && !equal(document['_id'], id))
    refuse(66, "After applying the update, the (immutable) field '_id' was found to have been altered")
  return withIdFirst(document, id)
}

/** The id that the document has, otherwise this one; always as its first field. */
export function withIdFirst(document: Fields, id: Value): Fields {
  if (document['_id'] !== undefined && namesOf(document)[0] === '_id') return document
  const ordered = new Fields()
  ordered['_id'] = document['_id'] ?? id
  for (const name of namesOf(document)) if (name !== '_id') setField(ordered, name, document[name])
  return ordered
}
