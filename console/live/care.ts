import { careOf } from '../../client/care.ts'
import { api } from './careline.ts'

// With the pages that use it, and not before.
export const care = careOf(api.http)
