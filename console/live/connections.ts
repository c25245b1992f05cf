import { connectionsOf } from '../../client/connections.ts'
import { api } from './careline.ts'

// With the pages that use it, and not before.
export const connections = connectionsOf(api.http)
