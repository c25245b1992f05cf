import type { Addressing } from './addressing.ts'
import type { Blocking } from './blocking.ts'
import type { Bundles } from './bundles.ts'
import type { Duplicates } from './duplicates.ts'
import type { Erasing } from './erasing.ts'
import type { LeadForms } from './lead-forms.ts'
import type { Leads } from './leads.ts'
import type { Merging } from './merging.ts'
import type { Privacy } from './privacy.ts'
import type { Register } from './register.ts'

/** What is known of each person: entered, merged, erased, taken along. */
export interface Records {
  register: Register
  blocking: Blocking
  merging: Merging
  duplicates: Duplicates
  erasing: Erasing
  bundles: Bundles
  privacy: Privacy
  leads: Leads
  forms: LeadForms
  addressing: Addressing
}
