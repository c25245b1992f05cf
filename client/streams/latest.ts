/** The latest come first; `key` is a time and, where two are of the same, an id. `all` is put in order where it stands. */
export const latestFirst = <One>(all: One[], key: (one: One) => string, max: number): readonly One[] =>
  all.sort((one, other) => (key(one) > key(other) ? -1 : 1)).slice(0, max)
