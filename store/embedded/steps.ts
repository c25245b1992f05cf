/**
 * A work in small steps: after each it yields null, and may rest there while others have their turn. Whoever rests must
 * expect that anything has been committed meanwhile.
 */
export type Steps<T> = Generator<null, T, void>

/** So much of it is done in one turn however slow the machine is just now: what is short is of one moment. */
export const STEPS_MIN = 100

/** All of it in one go. */
export function wholly<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

/** What a work finds, without the steps at which it found nothing: in one go. */
export function* found<T>(results: Iterable<T | null>): Generator<T> {
  for (const each of results) if (each !== null) yield each
}
