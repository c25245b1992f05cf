/** Which fields of a document somebody will look at, as a tree of names. */
export class Wanted {
  /** Everything below is looked at. */
  isWhole = false
  /** When it is an array, its elements only move: they are not looked into. */
  isList = false
  private inner: Map<string, Wanted> | null = null

  at(name: string): Wanted | undefined {
    return this.inner?.get(name)
  }

  /** The value at this path, whatever it is. */
  whole(path: readonly string[]): void {
    const found = this.reach(path)
    found.isWhole = true
    found.inner = null
  }

  /** The documents on this path, that a field of the last of them may be set: what is in them stays as it is. */
  open(path: readonly string[]): void {
    this.reach(path)
  }

  /** The array at this path, to be made longer or shorter. */
  list(path: readonly string[]): void {
    const found = this.reach(path)
    if (found.inner) this.whole(path)
    else found.isList = true
  }

  private reach(path: readonly string[], from = 0): Wanted {
    const name = path[from]
    if (name === undefined || this.isWhole) return this
    // Elements that are looked into do not only move.
    if (this.isList) {
      this.isWhole = true
      return this
    }
    this.inner ??= new Map()
    let next = this.inner.get(name)
    if (!next) this.inner.set(name, (next = new Wanted()))
    return next.reach(path, from + 1)
  }
}
