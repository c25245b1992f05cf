/**
 * Resolves with what is there as soon as it is; rejects after `ms`. For what comes over a real socket. How fast it comes
 * is no test's business: the limit is one for a machine that three lanes of tests share.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  ms = 20_000,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const end = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found as Exclude<T, undefined | null | false | 0 | ''>
    if (performance.now() > end) throw new Error(`it did not come within ${ms} ms: ${look.toString().slice(0, 200)}`)
    await new Promise((later) => setTimeout(later, 5))
  }
}
