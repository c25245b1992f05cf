import { setImmediate as nextTurn } from 'node:timers/promises'

interface Batch<Value> {
  keys: string[]
  found: Promise<ReadonlyMap<string, Value>>
}

const keysMax = 1_000

/** Reads with one query what is asked for in one turn of the loop: after a deploy everybody comes back at once. */
export class Together<Value> {
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  #batch: Batch<Value> | undefined

  constructor(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#read = read
  }

  async ask(key: string): Promise<Value | undefined> {
    const { keys, found } = (this.#batch ??= this.#begin())
    keys.push(key)
    if (keys.length === keysMax) this.#batch = undefined
    return (await found).get(key)
  }

  #begin(): Batch<Value> {
    const keys: string[] = []
    return { keys, found: nextTurn().then(() => this.#end(keys)) }
  }

  #end(keys: readonly string[]) {
    if (this.#batch?.keys === keys) this.#batch = undefined
    return this.#read(keys)
  }
}
