import { listsOf } from '../../client/lists.ts'
import { api } from './careline.ts'

// With the pages of many people, and not before.
export const lists = listsOf(api.http)
