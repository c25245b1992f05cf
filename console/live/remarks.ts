import { remarksOf } from '../../client/remarks.ts'
import { api } from './careline.ts'

export const remarks = remarksOf(api.http)
