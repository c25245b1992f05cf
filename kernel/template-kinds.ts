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

/** Of a header that is a file: what reviewers may be shown. Meta, "Upload a file" (Resumable Upload API): no other types. */
export const sampleTypes = {
  image: ['image/jpeg', 'image/png'],
  video: ['video/mp4'],
  document: ['application/pdf'],
} as const
export type FileFormat = keyof typeof sampleTypes
export const fileFormats = ['image', 'video', 'document'] as const satisfies readonly FileFormat[]
