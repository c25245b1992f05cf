import { workflowOf } from '../../client/workflow.ts'
import { api } from './careline.ts'

export const workflow = workflowOf(api.http)
