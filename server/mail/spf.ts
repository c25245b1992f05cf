/** The terms of a record of Sender Policy Framework (RFC 7208), in lower case; undefined where it is none. */
export function spfOf(text: string): string[] | undefined {
  const [version, ...terms] = text.trim().toLowerCase().split(/\s+/)
  return version === 'v=spf1' ? terms : undefined
}

/** The same record with one more sender: before its end, for nothing counts after it. */
export function spfWith(before: string | undefined, mechanism: string): string {
  const terms = (before === undefined ? undefined : spfOf(before)) ?? ['~all']
  if (terms.includes(mechanism)) return ['v=spf1', ...terms].join(' ')
  const end = terms.findIndex((one) => /^([-~?+]?all$|redirect=)/.test(one))
  const at = end < 0 ? terms.length : end
  return ['v=spf1', ...terms.slice(0, at), mechanism, ...terms.slice(at)].join(' ')
}
