import { createHash } from 'node:crypto'

/** What stands before the first link of a chain. */
export const origin = '0'.repeat(64)

/** One text for one value, whoever writes it: fields in the order of their names, those that are undefined left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
  fields.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${fields.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}

/** SHA-256, in hexadecimal digits. */
export const digest = (value: unknown) => createHash('sha256').update(canonical(value)).digest('hex')

interface Link {
  /** The hash of the one before. */
  before: string
  hash?: string
  details?: unknown
  detailsHash: string
}

/** The hash of a link: it holds all links before it, and of its details, which may be sealed, their hash. */
export const hashOf = ({ hash: _, details: __, ...open }: Link) => digest(open)
