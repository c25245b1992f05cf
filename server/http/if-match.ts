import { Problem } from '../../kernel/problem.ts'

/**
 * The revision that a caller has seen (`If-Match: "3"`, or `3`); undefined where they named none, or `*`.
 * @throws Problem `invalid_if_match`
 */
export function revisionOf({ header }: { header(name: string): string }): number | undefined {
  const said = header('if-match').trim()
  if (said === '' || said === '*') return undefined
  const found = /^(?:W\/)?"?(\d{1,15})"?$/.exec(said)
  if (!found) throw new Problem('malformed', 'invalid_if_match', 'If-Match takes the `rev` that you have read.')
  return Number(found[1])
}
