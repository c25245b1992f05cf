export interface Bounds {
  /** Messages that may wait for one actor. */
  mailboxMax: number
  /** How long an ask waits for its answer, ms. */
  askMs: number
  /** Turns of one actor in a row, and of all actors before I/O gets its turn, ms. */
  turnsMax: number
  sliceMs: number
  /** Turns of one actor that are written together. */
  batchMax: number
  /** What an actor may have handed out and not heard of, before it takes nothing more. */
  outMax: number
  /** The state of one actor, bytes: from here on it is told to the operators, and beyond that its turn is refused. */
  heavyBytes: number
  documentMaxBytes: number
  /** How long an actor is quiet before it forgets in its document what was handed out and is done, ms. */
  tidyMs: number
  /** How long an actor without messages stays in memory, ms. */
  idleMs: number
  /** Where more are in memory than this, those that are quiet go sooner, and at twice as many after `crowdIdleMs`. */
  crowdMin: number
  crowdIdleMs: number
}

export const bounds: Bounds = {
  mailboxMax: 256,
  askMs: 10_000,
  turnsMax: 64,
  sliceMs: 4,
  batchMax: 512,
  outMax: 1_024,
  heavyBytes: 64 * 1_024,
  documentMaxBytes: 256 * 1_024,
  // Whoever speaks once in a while forgets it with its next write; the sweep for what a crash left looks after 10 s.
  tidyMs: 5_000,
  idleMs: 5 * 60_000,
  crowdMin: 20_000,
  crowdIdleMs: 15_000,
}

/**
 * How long an actor without messages stays in memory while so many are there, ms. An import wakes a hundred thousand
 * once. A business with a few more than `crowdMin` keeps them: whoever goes is claimed again by the next message.
 */
export function restingMs({ idleMs, crowdMin, crowdIdleMs }: Bounds, active: number): number {
  const tooMany = Math.min(Math.max(0, active / crowdMin - 1), 1)
  return idleMs - tooMany * Math.max(0, idleMs - crowdIdleMs)
}
