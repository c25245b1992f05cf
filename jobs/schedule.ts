/** What a run may ask while it runs. */
export interface Turn {
  /**
   * Before something that must not happen twice: makes sure that this run is still the only one, and keeps it so for
   * half the length of the lock at least. Throws `Superseded` where another process has begun meanwhile, or we are leaving.
   */
  hold(): Promise<void>
}

/**
 * Something that is done again and again. It takes what is due, so that a late run, or one more, is harmless; what is
 * not harmless twice asks `turn.hold()` first.
 */
export interface Schedule {
  name: string
  /** What it does, for those who see it in a list. */
  says: string
  everyMs: number
  run(turn: Turn): Promise<void>
}

/** This run is not the one any more: whatever it still meant to do, another does. */
export class Superseded extends Error {
  constructor(name: string) {
    super(`another run of ${name} has begun`)
  }
}
