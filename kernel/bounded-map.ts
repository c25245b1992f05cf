/** A map of at most `max` entries: where one more comes, the one that was put in first makes room for it. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #max: number

  constructor(max: number) {
    super()
    this.#max = max
  }

  override set(key: Key, value: Value) {
    if (this.size >= this.#max && !this.has(key)) this.delete(this.keys().next().value as Key)
    return super.set(key, value)
  }
}
