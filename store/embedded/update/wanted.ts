import { isFields } from '../bson/value.ts'
import { Wanted } from '../bson/wanted.ts'
import type { Fields } from '../bson/value.ts'
import type { Index } from '../engine/index.ts'
import { wantFilter } from '../query/wanted.ts'
import type { Modification, Step } from './apply.ts'

/**
 * What carrying out an update looks at: what the filter compares, what operators compute from, what the indexes that
 * may move are made of. Null when only the whole document will do.
 */
export function wantedBy(modification: Modification, filter: Fields, indexes: readonly Index[]): Wanted | null {
  if (modification.isPositional) return null
  const wanted = new Wanted()
  wanted.whole(ID)
  if (!wantFilter(filter, wanted)) return null
  for (const step of modification.steps) want(step, wanted)
  for (const index of indexes) if (index.dependsOn(modification.touches)) index.want(wanted)
  return wanted
}

const ID = ['_id']

function want({ operator, path, target, argument }: Step, wanted: Wanted): void {
  switch (operator) {
    case '$set':
    case '$unset':
    case '$setOnInsert':
      // What was there is not looked at.
      return wanted.open(path.slice(0, -1))
    case '$push':
      return isFields(argument) && argument['$sort'] !== undefined ? wanted.whole(path) : wanted.list(path)
    case '$rename':
      if (target) wanted.whole(target)
      return wanted.whole(path)
    default:
      return wanted.whole(path)
  }
}
