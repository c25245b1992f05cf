import type { OutboxEntry, OutboxStorage } from './outbox-storage.ts'

/** The storage as the outbox uses it: writes what a restart would see differently, and knows what did not get there. */
export class Shelf {
  readonly #storage: OutboxStorage | undefined
  readonly #changed: () => void
  /** What is written of each entry. */
  readonly #kept = new Map<string, string>()
  readonly #failed = new Set<string>()
  #isUnreadable = false

  constructor(storage: OutboxStorage | undefined, changed: () => void) {
    this.#storage = storage
    this.#changed = changed
  }

  /** False: something that is not sent yet would be lost with the app. */
  get isKept() {
    return this.#failed.size === 0 && !this.#isUnreadable
  }

  /** `found` is called once: at once where the storage answers at once, with nothing where it fails. */
  load(found: (entries: readonly OutboxEntry[]) => void) {
    const failed = () => {
      this.#isUnreadable = true
      found([])
    }
    const loaded = (entries: readonly OutboxEntry[]) => {
      for (const entry of entries) this.#kept.set(entry.id, whatOf(entry))
      found(entries)
    }
    attempt(() => this.#storage?.load() ?? [], loaded, failed)
  }

  keep(entry: OutboxEntry) {
    const { id } = entry
    const what = whatOf(entry)
    if (this.#kept.get(id) === what) return
    this.#kept.set(id, what)
    this.#write(id, () => this.#storage?.put(atRest(entry)))
  }

  forget(id: string) {
    if (this.#kept.delete(id)) this.#write(id, () => this.#storage?.remove(id))
  }

  /** Whether it got there is told by `isKept`: what cannot be kept is sent all the same. */
  #write(id: string, write: () => void | Promise<void>) {
    attempt(
      write,
      () => this.#wrote(id, true),
      () => this.#wrote(id, false),
    )
  }

  /** One that is not in the outbox any more is no loss: the server knows its id. */
  #wrote(id: string, isWritten: boolean) {
    const before = this.isKept
    if (isWritten || !this.#kept.has(id)) this.#failed.delete(id)
    else {
      this.#failed.add(id)
      this.#kept.set(id, 'not there')
    }
    if (this.isKept !== before) this.#changed()
  }
}

/** At once where the storage answers at once: what was given then is not sent before it is known. */
function attempt<Made>(run: () => Made | Promise<Made>, done: (made: Made) => void, failed: () => void) {
  try {
    const made = run()
    if (made instanceof Promise) made.then(done, failed)
    else done(made)
  } catch {
    failed()
  }
}

/** As a run finds it that begins again: nothing is under way. */
export const atRest = (entry: OutboxEntry): OutboxEntry => {
  return { ...entry, state: entry.state === 'refused' ? 'refused' : 'waiting', attempts: 0 }
}

/** Of what a restart reads, what changes. */
const whatOf = (entry: OutboxEntry) => [atRest(entry).state, entry.at, entry.sentAt].join()
