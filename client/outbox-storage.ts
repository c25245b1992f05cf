import type { KeyValues } from './tokens.ts'
import type { CommandName, Effect, ShownError } from './wire.ts'

/** A command on its way. What is typed is kept in full, so that nothing is lost when the app is closed. */
export interface OutboxEntry {
  /** The command's id: sent again with it, a command takes effect once. */
  readonly id: string
  readonly name: CommandName
  readonly input: unknown
  /** When it was given, epoch ms of this device. */
  readonly at: number
  /**
   * `waiting` for the line or its turn; `sending`; `accepted`, until its stream shows it; `refused`, until it is
   * discarded or tried again.
   */
  readonly state: 'waiting' | 'sending' | 'accepted' | 'refused'
  readonly attempts: number
  readonly error?: ShownError
  /** The command's answer, `{messageId, n}` of `message.send` say. */
  readonly result?: unknown
  readonly effect?: Effect
}

/** Where the outbox survives a restart. One record per entry, so that tabs do not overwrite each other's. */
export interface OutboxStorage {
  load(): OutboxEntry[]
  put(entry: OutboxEntry): void
  remove(id: string): void
}

export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>()
  return {
    load: () => [...entries.values()],
    put: (entry) => void entries.set(entry.id, entry),
    remove: (id) => void entries.delete(id),
  }
}

/** `owner` is the member's id: what one of them typed, nobody else sends who signs in on the same device. */
export function webStorage(storage: KeyValues, owner: string): OutboxStorage {
  const prefix = `careline.outbox.${owner}.`
  const keys = () =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
      key.startsWith(prefix),
    )
  return {
    load: () => keys().flatMap((key) => entryOf(storage.getItem(key))),
    put: (entry) => storage.setItem(prefix + entry.id, JSON.stringify(entry)),
    remove: (id) => storage.removeItem(prefix + id),
  }
}

const entryOf = (text: string | null) => (text === null ? [] : [JSON.parse(text) as OutboxEntry])
