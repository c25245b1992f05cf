import type { PhoneMessage } from './phone-api.ts'

/** What the writing field is about to do to another message. */
export type Aim = { do: 'reply' | 'edit'; message: PhoneMessage } | null
