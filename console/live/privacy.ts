import { privacyOf } from '../../client/privacy.ts'
import { api } from './careline.ts'

export const privacy = privacyOf(api.http)
