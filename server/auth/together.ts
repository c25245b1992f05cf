import { setImmediate as nextTurn, setTimeout as pass } from 'node:timers/promises'

interface Batch<Value> {
  keys: string[]
  found: Promise<ReadonlyMap<string, Value>>
}

const keysMax = 1_000
/**
 * After a reading for several the next begins so much later, ms: in a rush a question to the store costs more than what
 * it answers for each of them. Who comes alone waits for nobody.
 */
const usualPauseMs = 25
/** A read that hangs holds up nobody longer, ms. */
const usualPatienceMs = 50

/**
 * Reads with one query what is asked for in one turn of the loop, while the reading before is under way, and in a rush
 * for a moment after it began: after a deploy everybody comes back at once.
 */
export class Together<Value> {
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  #batch: Batch<Value> | undefined
  #running: Promise<unknown> | undefined
  #pause: Promise<unknown> | undefined
  readonly #patienceMs: number
  readonly #pauseMs: number

  constructor(
    read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
    { patienceMs = usualPatienceMs, pauseMs = usualPauseMs } = {},
  ) {
    this.#read = read
    this.#patienceMs = patienceMs
    this.#pauseMs = pauseMs
  }

  async ask(key: string): Promise<Value | undefined> {
    const { keys, found } = (this.#batch ??= this.#begin())
    keys.push(key)
    if (keys.length === keysMax) this.#batch = undefined
    return (await found).get(key)
  }

  #begin(): Batch<Value> {
    const keys: string[] = []
    return { keys, found: this.#turn().then(() => this.#end(keys)) }
  }

  async #turn() {
    await nextTurn()
    await this.#pause
    if (this.#running) await Promise.race([this.#running, pass(this.#patienceMs, undefined, { ref: false })])
  }

  #end(keys: readonly string[]) {
    if (this.#batch?.keys === keys) this.#batch = undefined
    this.#pause = keys.length > 1 ? pass(this.#pauseMs, undefined, { ref: false }) : undefined
    const found = this.#read(keys)
    const running = found
      .catch(() => undefined) // Whoever asked hears of it.
      .finally(() => {
        if (this.#running === running) this.#running = undefined
      })
    this.#running = running
    return found
  }
}
