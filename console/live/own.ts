import { phonesOf } from '../../client/phones.ts'
import { securityOf } from '../../client/security.ts'
import { api } from './careline.ts'

// How somebody signs in comes with the pages where they do, or change it.
export const phones = phonesOf(api.http)
export const security = securityOf(api.http)
