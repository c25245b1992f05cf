import { toolsOf } from '../../client/tools.ts'
import { api } from './careline.ts'

// With the pages and parts that use them, and not before.
export const tools = toolsOf(api.http)
