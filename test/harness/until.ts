/**
 * After this long, in ms, something does not come any more. How fast it comes is no test's business: machines that run
 * this suite differ in speed tenfold, and other lanes of it run beside.
 */
export const patienceMs = 150_000

/** Resolves with what is there as soon as it is; rejects after `ms`. For what comes over a real socket. */
export async function until<T>(
  look: () => T | Promise<T>,
  ms = patienceMs,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const end = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found as Exclude<T, undefined | null | false | 0 | ''>
    if (performance.now() > end) throw new Error(`it did not come within ${ms} ms: ${look.toString().slice(0, 200)}`)
    await new Promise((later) => setTimeout(later, 5))
  }
}
