import type { Wanted } from '../bson/wanted.ts'
import { isArray, isFields } from '../bson/value.ts'
import type { Fields } from '../bson/value.ts'
import { pathOf } from './path.ts'

/** Marks what a filter looks at; false when that cannot be said before it looks. */
export function wantFilter(filter: Fields, wanted: Wanted): boolean {
  return Object.keys(filter).every((name) => {
    if (!name.startsWith('$')) {
      wanted.whole(pathOf(name))
      return true
    }
    const branches = filter[name]
    if (name === '$comment') return true
    if (name !== '$and' && name !== '$or' && name !== '$nor') return false
    return isArray(branches) && branches.every((branch) => isFields(branch) && wantFilter(branch, wanted))
  })
}
