import { callsOf } from '../../client/calls.ts'
import { api } from './careline.ts'

// With the parts that call, and not before.
export const calls = callsOf(api.http)
