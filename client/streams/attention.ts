import type { AttentionEvent, Calls } from '../wire.ts'
import { reducing, whole } from './reducing.ts'

export const onAttention = reducing<Calls, AttentionEvent>({ 'attention.changed': whole })
