import { accessOf } from '../../client/access.ts'
import { careOf } from '../../client/care.ts'
import { connectionsOf } from '../../client/connections.ts'
import { api } from './careline.ts'

// What only pages of admins ask comes with them: the inbox does not wait for it.
export const access = accessOf(api.http)
export const connections = connectionsOf(api.http)
export const care = careOf(api.http)
