/** Which bytes a request wants; `none` is all of them, `outside` none that there are. */
export type Range = { kind: 'none' } | { kind: 'outside' } | { kind: 'part'; from: number; to: number }

/**
 * Reads a Range header (RFC 9110, 14.2) for `size` bytes: one range, as players of sound and video send it. Anything
 * else may be ignored, and is: the whole file is a right answer too.
 */
export function rangeOf(header: string, size: number): Range {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? []
  if (first === '' && last === '') return { kind: 'none' }
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (from >= size || (first === '' && Number(last) === 0)) return { kind: 'outside' }
  return from > to ? { kind: 'none' } : { kind: 'part', from, to }
}
