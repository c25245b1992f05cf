import { accessOf } from '../../client/access.ts'
import { api } from './careline.ts'

// With the pages that use it, and not before.
export const access = accessOf(api.http)
