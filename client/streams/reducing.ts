interface Happened {
  readonly type: string
  readonly data: unknown
}

/** What each type of event makes of a state: where a type is missing that a contract has, the compiler sees it. */
export type Table<State, Event extends Happened> = {
  readonly [One in Event as One['type']]: (state: State, data: One['data']) => State
}

/** Lets alone `Others`, which are of another stream or show nothing, and whatever a newer server says besides. */
export const reducing =
  <State, Event extends Happened, Others extends Event['type'] = never>(
    table: Table<State, Exclude<Event, { type: Others }>>,
  ) =>
  (state: State, { type, data }: Event): State =>
    (table as { [type: string]: ((state: State, data: unknown) => State) | undefined })[type]?.(state, data) ?? state

/** Most events carry the whole of what they are about. */
export const whole = <State>(_: State, data: State) => data

/** Some events carry whole parts of it. */
export const put = <State>(state: State, values: Partial<State>): State => ({ ...state, ...values })
