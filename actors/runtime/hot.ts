import type { Change, Given } from './change.ts'
import type { Reminder, Shape } from './contract.ts'

/** Between two events of a hot stream, ms. */
export const hotMs = 250

interface Hot<S extends Shape, State> {
  /** Under which key its reminder is kept. */
  key: string
  /** The reminder whose message calls `show`. */
  wake(at: number): Reminder<S['kind']>
  /** When it was shown last, by the workspace's time; 0 where it never was. */
  shownAt(state: State): number
  /** How long before that quarter of a second is over `show` begins, ms: where it only asks, and the answer is shown. */
  lead?(state: State): number
  /** Tells the readers how it is now, and keeps in the state that it did. */
  show(state: State, given: Given): Change<S, State>
}

/**
 * A stream that changes more often than anybody can look: a board, counts. What changes after a quiet while is shown at
 * once; what changes within a quarter of a second after that is shown together when it is over. So its readers hear of
 * it four times a second at most, before it gets a `seq`, and see nothing that is older than that.
 */
export function hot<S extends Shape, State>({ key, wake, shownAt, lead, show }: Hot<S, State>) {
  const showNow = (state: State, given: Given): Change<S, State> => {
    const change = show(state, given)
    return { ...change, reminders: { [key]: null, ...change.reminders } }
  }
  return {
    /** Something of it is other than before. */
    changed(state: State, given: Given): Change<S, State> {
      const at = shownAt(state) + hotMs - (lead?.(state) ?? 0)
      // Who looks sees it move, also where the time of the workspace stands still.
      return given.now >= at ? showNow(state, given) : { state, reminders: { [key]: { ...wake(at), isPause: true } } }
    },
    /** Its time has come. */
    show: showNow,
  }
}
