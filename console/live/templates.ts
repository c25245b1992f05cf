import { templatesOf } from '../../client/templates.ts'
import { api } from './careline.ts'

// With the parts that use them, and not before.
export const templates = templatesOf(api.http)
