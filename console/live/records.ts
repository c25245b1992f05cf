import { recordsOf } from '../../client/records.ts'
import { api } from './careline.ts'

export const records = recordsOf(api.http)
