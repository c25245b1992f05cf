import { copyDatabase } from './backup.ts'
import { compact } from './compact.ts'
import type { Compacted } from './compact.ts'
import type { Store } from './commands/command.ts'
import { validateAll } from './validate.ts'
import type { Validated } from './validate.ts'

/** What the owner of a store may ask of its thread. */
export interface Asked {
  backup: { input: { file: string }; answer: undefined }
  validate: { input: undefined; answer: Validated[] }
  compact: { input: undefined; answer: Compacted }
}
export type Ask = { [Name in keyof Asked]: { name: Name; input: Asked[Name]['input'] } }[keyof Asked]

/** Carried out one after another: a file that is just copied is not written anew beneath. */
export class Operations {
  private readonly store: Store
  private readonly file: string
  private readonly ending = new AbortController()
  private last: Promise<unknown> = Promise.resolve()

  constructor(store: Store, file: string) {
    this.store = store
    this.file = file
  }

  carryOut(ask: Ask): Promise<unknown> {
    const next = this.last.then(() => {
      this.ending.signal.throwIfAborted()
      return this.run(ask)
    })
    this.last = next.catch(() => undefined) // Whoever asked hears of it; the next one begins all the same.
    return next
  }

  /** Breaks off what is under way, and waits until it has ended. */
  async close(): Promise<void> {
    this.ending.abort(new Error('The store closes.'))
    await this.last
  }

  private async run({ name, input }: Ask): Promise<unknown> {
    const { database, catalog, observer, isReadOnly } = this.store
    const { signal } = this.ending
    if (name === 'backup') return copyDatabase(database, input.file, signal)
    if (name === 'validate') return validateAll(database, catalog, signal)
    if (isReadOnly) throw new Error('The store was opened read-only.')
    const compacted = compact(database, this.file)
    observer.compacted(compacted.before.bytes, compacted.after.bytes, compacted.ms)
    return compacted
  }
}
