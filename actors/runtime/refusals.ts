import { busy, conflict, Problem } from '../../kernel/problem.ts'

/** Nothing of this has happened: another process owns the actor. Whoever routes messages takes it there. */
export class Moved extends Problem {
  constructor() {
    super('busy', 'try_again', 'Please try this again in a moment.', { retryAfterMs: 1_000 })
  }
}

export const tryAgain = () => busy('try_again', 'Please try this again in a moment.')
export const late = () => busy('timeout', 'This took too long. It may still happen; please look before you try again.')
/** Whoever waited for it waited too long, and it had not begun: nothing of this has happened or will. */
export const unbegun = () => busy('too_much_waits', 'Too much is waiting at the moment: this was not begun.')
/** Why somebody must not be asked by those who wait: it would wait for itself. */
export const circleOf = (chain: readonly string[], asked: string) =>
  chain.includes(asked) ? conflict('deadlock', `${[...chain, asked].join(' asks ')}: it waits for itself.`) : undefined
/** The process that was asked is gone, or what it or the store said was lost. */
export const unanswered = () =>
  busy('unanswered', 'Nobody knows what became of this. Please look before you try it again.')
export const unplaced = () => busy('unplaced', 'No process has this at the moment. Please try again in a moment.')

const unsure = new Set(['timeout', 'unanswered'])
/** Whoever is told this is told that nothing of it has happened, and may try again. */
export const isWithoutEffect = (error: unknown) =>
  error instanceof Problem && error.kind === 'busy' && !unsure.has(error.code)

/** What the same sender said before has not been taken: taken now, this would hide it for ever. */
export class OutOfTurn extends Problem {
  static readonly code = 'out_of_turn'

  constructor() {
    super('busy', OutOfTurn.code, 'What the same sender said before comes first.')
  }
}
