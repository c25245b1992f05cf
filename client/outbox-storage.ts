import type { AsyncKeyValues, KeyValues } from './tokens.ts'
import type { CommandName, Effect, ShownError } from './wire.ts'

/** A command on its way. What is typed is kept in full, so that nothing is lost when the app is closed. */
export interface OutboxEntry {
  /** The command's id: sent again with it, a command takes effect once. */
  readonly id: string
  readonly name: CommandName
  readonly input: unknown
  readonly expect?: Effect
  /** When it was given, or given again, epoch ms of this device. No two are the same: it is their order. */
  readonly at: number
  /**
   * `waiting` for the line or its turn; `sending`; `accepted`, until its stream shows it; `refused`, until it is
   * discarded or tried again.
   */
  readonly state: 'waiting' | 'sending' | 'accepted' | 'refused'
  readonly attempts: number
  /** When it first went out without an answer, epoch ms of this device: from then on it may have taken effect. */
  readonly sentAt?: number
  readonly error?: ShownError
  /** The command's answer, `{messageId, n}` of `message.send` say. */
  readonly result?: unknown
  readonly effect?: Effect
}

/**
 * Where the outbox survives a restart: one record per entry, so that tabs do not overwrite each other's. What is
 * answered with a promise is waited for; what throws is told by `status().isKept`, and sent all the same.
 */
export interface OutboxStorage {
  load(): readonly OutboxEntry[] | Promise<readonly OutboxEntry[]>
  put(entry: OutboxEntry): void | Promise<void>
  remove(id: string): void | Promise<void>
}

/** Nothing survives. */
export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>()
  return {
    load: () => [...entries.values()],
    put: (entry) => void entries.set(entry.id, entry),
    remove: (id) => void entries.delete(id),
  }
}

const prefixOf = (owner: string) => `careline.outbox.${owner}.`

/** A browser's. `owner` is the member's id: what one of them typed, nobody else sends who signs in on the same device. */
export function webStorage(storage: KeyValues, owner: string): OutboxStorage {
  const prefix = prefixOf(owner)
  const keys = () => Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
  return {
    load: () =>
      keys()
        .filter((key) => key.startsWith(prefix))
        .flatMap((key) => entryOf(storage.getItem(key))),
    put: (entry) => storage.setItem(prefix + entry.id, JSON.stringify(entry)),
    remove: (id) => storage.removeItem(prefix + id),
  }
}

/** For storages that answer later, such as React Native's. What is asked of it takes effect in its order. */
export function asyncStorage(storage: AsyncKeyValues, owner: string): OutboxStorage {
  const prefix = prefixOf(owner)
  let before: Promise<unknown> = Promise.resolve()
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = before.then(work, work)
    before = mine
    return mine
  }
  return {
    load: () =>
      next(async () => {
        const own = (await storage.getAllKeys()).filter((key) => key.startsWith(prefix))
        return (await Promise.all(own.map((key) => storage.getItem(key)))).flatMap(entryOf)
      }),
    put: (entry) => next(() => storage.setItem(prefix + entry.id, JSON.stringify(entry))),
    remove: (id) => next(() => storage.removeItem(prefix + id)),
  }
}

/** As much of `node:fs` as is needed. */
export interface Files {
  mkdirSync(path: string, options: { recursive: true }): unknown
  readdirSync(path: string): string[]
  readFileSync(path: string, encoding: 'utf8'): string
  openSync(path: string, flags: 'w', mode: number): number
  writeFileSync(file: number, text: string): void
  fsyncSync(file: number): void
  closeSync(file: number): void
  renameSync(from: string, to: string): void
  rmSync(path: string, options: { force: true }): void
}

/**
 * A folder of its own for each owner, one file per entry. A file is written beside and put in place whole, so a process
 * that is killed, or a machine that loses its power, leaves the old or the new one. Only its user may read them.
 */
export function fileStorage(files: Files, folder: string): OutboxStorage {
  files.mkdirSync(folder, { recursive: true })
  const pathOf = (id: string) => `${folder}/${encodeURIComponent(id)}.json`
  return {
    load: () =>
      files
        .readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => entryOf(files.readFileSync(`${folder}/${name}`, 'utf8'))),
    put(entry) {
      const path = pathOf(entry.id)
      const file = files.openSync(`${path}.new`, 'w', 0o600)
      try {
        files.writeFileSync(file, JSON.stringify(entry))
        files.fsyncSync(file)
      } finally {
        files.closeSync(file)
      }
      files.renameSync(`${path}.new`, path)
    },
    remove: (id) => files.rmSync(pathOf(id), { force: true }),
  }
}

/** What somebody else wrote under our name, or only a part of, is left alone. */
function entryOf(text: string | null): OutboxEntry[] {
  try {
    const entry = JSON.parse(text ?? 'null') as Partial<OutboxEntry> | null
    const { id, name, input, at } = entry ?? {}
    return id && name && input && at ? [entry as OutboxEntry] : []
  } catch {
    return []
  }
}
