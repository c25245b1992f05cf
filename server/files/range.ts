/** Which bytes a request wants; `none` is all of them, `outside` none that there are. */
export type Range = { kind: 'none' } | { kind: 'outside' } | { kind: 'part'; from: number; to: number }

/**
 * Reads a Range header (RFC 9110, 14.2) for `size` bytes: one range, as players of sound and video send it. Anything
 * else may be ignored, and is: the whole file is a right answer too.
 */
export function rangeOf(header: string, size: number): Range {
  const ending = /^bytes=-(\d{1,15})$/.exec(header)?.[1]
  if (ending !== undefined) {
    const count = Math.min(Number(ending), size)
    return count === 0 ? { kind: 'outside' } : { kind: 'part', from: size - count, to: size - 1 }
  }
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header) ?? []
  if (first === undefined) return { kind: 'none' }
  const from = Number(first)
  const to = last ? Math.min(Number(last), size - 1) : size - 1
  if (from >= size) return { kind: 'outside' }
  return from > to ? { kind: 'none' } : { kind: 'part', from, to }
}
