import { consentsOf } from '../../client/consents.ts'
import { api } from './careline.ts'

// With the pages that show what may be said, and not before.
export const consents = consentsOf(api.http)
