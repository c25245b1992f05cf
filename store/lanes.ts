/**
 * At most this many go together. Many that come at one moment (what one answer of the store set free) are so cut into
 * pieces: the store is at the first while we make the next ready, instead of each waiting for the other.
 */
const itemsMax = 32
/**
 * So many pieces may be under way. While little is, what comes goes at once: nobody waits for the disk of another.
 * While much is, a second piece goes when it is worth a request (which costs more than a dozen documents in it), so that
 * the store has the next when it is done with one; further ones only where they are full.
 */
const lanes = 4
const littleMax = 6
const secondMin = 12
/** So long do items wait for company that nobody needs at once. */
const patienceMs = 50

/** Collects what is to be written, and hands it on in pieces. */
export class Lanes<Item> {
  readonly #write: (items: Item[]) => Promise<unknown>
  #waiting: Item[] = []
  #lanes = 0
  #underWay = 0
  #isScheduled = false
  /** One that waits can wait no longer. */
  #isUrgent = false
  #patience: NodeJS.Timeout | undefined

  /** `write` never rejects; its lane is free when it resolves. */
  constructor(write: (items: Item[]) => Promise<unknown>) {
    this.#write = write
  }

  /** `canWait`: nobody needs it at once. */
  add(item: Item, canWait = false) {
    this.#waiting.push(item)
    if (canWait) this.#patience ??= setTimeout(() => this.hasten(), patienceMs)
    else this.hasten()
  }

  /** Nothing waits, and nothing is under way. */
  get isEmpty() {
    return this.#waiting.length === 0 && this.#lanes === 0
  }

  /** What could wait shall not. */
  hasten() {
    this.#isUrgent = this.#waiting.length > 0
    this.#schedule()
  }

  #schedule() {
    if (this.#isScheduled || !this.#isUrgent || !this.#hasRoom) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#next()
    })
  }

  get #hasRoom() {
    if (this.#lanes >= lanes) return false
    return this.#underWay < littleMax || this.#waiting.length >= (this.#lanes < 2 ? secondMin : itemsMax)
  }

  #next() {
    const items = this.#waiting.splice(0, itemsMax)
    this.#isUrgent = this.#waiting.length > 0
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#lanes++
    this.#underWay += items.length
    void this.#write(items).then(() => {
      this.#lanes--
      this.#underWay -= items.length
      this.#schedule()
    })
    this.#schedule()
  }
}
