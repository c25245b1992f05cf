// What templates are, and how they stand: as Meta has it.

export const templateCategories = ['marketing', 'utility', 'authentication'] as const

/** `archived`: an approved one that a later version took the place of. */
export const templateStatuses = [
  'draft',
  'submitted',
  'approved',
  'rejected',
  'paused',
  'disabled',
  'archived',
] as const

export const bodyMax = 1_024
