import { hash as sha } from 'node:crypto'

/** What stands before the first link of a chain. */
export const origin = '0'.repeat(64)

/** One text for one value, whoever writes it: fields in the order of their names, those that are undefined left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  let fields = ''
  for (const name of Object.keys(value).sort()) {
    const inner: unknown = value[name as keyof typeof value]
    if (inner !== undefined) fields += `${fields && ','}${JSON.stringify(name)}:${canonical(inner)}`
  }
  return `{${fields}}`
}

/** SHA-256, in hexadecimal digits. */
export const digest = (value: unknown) => sha('sha256', canonical(value), 'hex')

interface Link {
  /** The hash of the one before. */
  before: string
  hash?: string
  details?: unknown
  detailsHash: string
}

/** The hash of a link: it holds all links before it, and of its details, which may be sealed, their hash. */
export const hashOf = ({ hash: _, details: __, ...open }: Link) => digest(open)
