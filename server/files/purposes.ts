import type { Purpose } from '../../store/files.ts'
import { sampleTypes } from '../../kernel/template-kinds.ts'
import { isKept, keptTypes } from './sniff.ts'

const megabyte = 1024 * 1024

function carriedMax(mime: string) {
  if (mime.startsWith('image/')) return 5 * megabyte
  return /^(audio|video)\//.test(mime) ? 16 * megabyte : 100 * megabyte
}

interface Declared {
  types: readonly string[]
  /** Bytes of one file of this type. */
  bytesMax(mime: string): number
  /** Taken away after so long; null keeps them until somebody, or a setting of the workspace, takes them away. */
  keptMs: number | null
}

/** What files are for, and what may be kept for it. */
export const purposes: Readonly<Record<Purpose, Declared>> = {
  // Meta's own bounds: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
  message: { types: keptTypes, bytesMax: carriedMax, keptMs: null },
  // Above the words of a template: it belongs to nobody's thread, and goes to many.
  template: { types: Object.values(sampleTypes).flat(), bytesMax: carriedMax, keptMs: null },
  branding: { types: ['image/jpeg', 'image/png', 'image/webp'], bytesMax: () => 2 * megabyte, keptMs: null },
  // What people are imported from, and what they are taken along in.
  import: { types: [], bytesMax: () => 50 * megabyte, keptMs: 30 * 24 * 60 * 60_000 },
  list: { types: [], bytesMax: () => Number.MAX_SAFE_INTEGER, keptMs: 7 * 24 * 60 * 60_000 },
  export: { types: [], bytesMax: () => Number.MAX_SAFE_INTEGER, keptMs: 7 * 24 * 60 * 60_000 },
}

/** What somebody may bring; exports are made here. */
export const broughtPurposes = ['message', 'branding', 'template'] as const satisfies readonly Purpose[]

/** The most that any upload may weigh, bytes. */
export const uploadBytesMax = 100 * megabyte

export const isTaken = (purpose: Purpose, mime: string) => isKept(mime) && purposes[purpose].types.includes(mime)
