import { peopleSettingsOf } from '../../client/people-settings.ts'
import { api } from './careline.ts'

// With the pages that use it, and not before.
export const peopleSettings = peopleSettingsOf(api.http)
