import { busy, Problem } from '../../kernel/problem.ts'

/** Nothing of this has happened: another process owns the actor. Whoever routes messages takes it there. */
export class Moved extends Problem {
  constructor() {
    super('busy', 'try_again', 'Please try this again in a moment.', { retryAfterMs: 1_000 })
  }
}

export const tryAgain = () => busy('try_again', 'Please try this again in a moment.')
export const late = () => busy('timeout', 'This took too long. It may still happen; please look before you try again.')
/** The process that was asked is gone, or what it said was lost. */
export const unanswered = () =>
  busy('unanswered', 'Nobody knows what became of this. Please look before you try it again.')
export const unplaced = () => busy('unplaced', 'No process has this at the moment. Please try again in a moment.')
/** What the same sender said before has not been taken: taken now, this would hide it for ever. */
export class OutOfTurn extends Problem {
  static readonly code = 'out_of_turn'

  constructor() {
    super('busy', OutOfTurn.code, 'What the same sender said before comes first.')
  }
}
