import type { Fields } from './filter-fields.ts'

/** When and where it is asked: spans and dates are by the clocks of this zone. */
export interface Asking {
  /** Epoch ms. */
  now: number
  zone: string
  fields: Fields
  /** Of conversations: the channels of the business, by which they run. */
  channels?: readonly { id: string; kind: string }[] | undefined
}

export type Scalar = string | number | boolean | null
export interface Bounds {
  from?: number
  to?: number
  /** Without `to` itself. */
  below?: number
  /** Without `from` itself. */
  above?: number
}
export interface Days {
  month: number
  from: number
  to: number
}

/** A condition as it is asked now: few enough ways that one subject and the database are asked the same. */
export type Term =
  | { path: string; in: Scalar[] }
  | { path: string; all: Scalar[] }
  | { path: string; matches: string }
  | { path: string; range: Bounds; isTime: boolean }
  | { path: string; days: Days[] }
  | { path: string; isFilled: true }
  | { not: Term }

export type Asked = Term | { every: Asked[] } | { some: Asked[] } | { none: Asked }
