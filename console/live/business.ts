import { businessOf } from '../../client/business.ts'
import { api } from './careline.ts'

// With the pages that show or set the business, and not before.
export const businesses = businessOf(api.http)
