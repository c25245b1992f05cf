import { auditOf } from '../../client/audit.ts'
import { api } from './careline.ts'

// Apart from what pages of admins ask: the bar that tells of a broken chain is on every page.
export const audit = auditOf(api.http)
