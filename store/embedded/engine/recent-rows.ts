/** One document where it lies. */
export interface Row {
  rid: number
  raw: Buffer
}

/** What all tables together keep: rows, keys, and what it takes to find them. */
const BYTES_MAX = 33_554_432
/** Two maps' entries, the objects and the buffer around a row (measured: 330 to 390 bytes for rows of any size). */
const ENTRY_BYTES = 400
/** One row may not push out everything else. */
const ROW_BYTES_MAX = BYTES_MAX / 16

interface Entry extends Row {
  key: string
}

class Generation {
  readonly byKey = new Map<string, Entry>()
  readonly byRid = new Map<number, Entry>()
}

/** The bound that the tables share: when the younger half is full, what nobody asked for since is forgotten. */
export class RecentRowsBudget {
  private readonly tables = new Set<RecentRows>()
  private youngBytes = 0

  take(table: RecentRows, bytes: number): void {
    this.tables.add(table)
    this.youngBytes += bytes
    if (this.youngBytes <= BYTES_MAX / 2) return
    this.youngBytes = 0
    for (const each of this.tables) if (each.age()) this.tables.delete(each)
  }

  giveBack(bytes: number): void {
    this.youngBytes -= bytes
  }

  /** After a rollback: what was kept may never have been. */
  clear(): void {
    for (const table of this.tables) table.clear()
    this.tables.clear()
    this.youngBytes = 0
  }
}

/**
 * The rows of one table that were asked for by key or written lately. Every change of a row passes here inside its
 * transaction, and none is open between two turns of the event loop: so what is kept is what is committed.
 */
export class RecentRows {
  private readonly budget: RecentRowsBudget
  private young = new Generation()
  private old = new Generation()

  constructor(budget: RecentRowsBudget) {
    this.budget = budget
  }

  /** `key` as latin1 text. */
  find(key: string): Row | undefined {
    const found = this.young.byKey.get(key)
    if (found) return found
    const older = this.old.byKey.get(key)
    if (older) this.keep(older)
    return older
  }

  add(key: string, row: Row): void {
    if (row.raw.length > ROW_BYTES_MAX) return
    this.keep({ key, rid: row.rid, raw: ownBytes(row.raw) })
  }

  /** A row that is kept has changed. */
  replace(rid: number, raw: Buffer): void {
    const young = this.young.byRid.get(rid)
    if (young && raw.length <= ROW_BYTES_MAX) {
      const entry = { key: young.key, rid, raw: ownBytes(raw) }
      this.young.byKey.set(entry.key, entry)
      this.young.byRid.set(rid, entry)
      return this.budget.take(this, bytesOf(entry) - bytesOf(young))
    }
    const found = young ?? this.old.byRid.get(rid)
    if (!found) return
    this.remove(rid)
    this.add(found.key, { rid, raw })
  }

  remove(rid: number): void {
    const young = this.young.byRid.get(rid)
    if (young) {
      this.budget.giveBack(bytesOf(young))
      this.young.byRid.delete(rid)
      this.young.byKey.delete(young.key)
    }
    const old = this.old.byRid.get(rid)
    if (!old) return
    this.old.byRid.delete(rid)
    this.old.byKey.delete(old.key)
  }

  /** True when nothing is left. */
  age(): boolean {
    this.old = this.young
    this.young = new Generation()
    return this.old.byRid.size === 0
  }

  clear(): void {
    this.young = new Generation()
    this.old = new Generation()
  }

  private keep(entry: Entry): void {
    this.young.byKey.set(entry.key, entry)
    this.young.byRid.set(entry.rid, entry)
    this.budget.take(this, bytesOf(entry))
  }
}

const bytesOf = ({ key, raw }: Entry) => raw.length + key.length + ENTRY_BYTES

/** A slice of a larger buffer would keep all of that in memory. */
function ownBytes(raw: Buffer): Buffer {
  if (raw.buffer.byteLength === raw.length) return raw
  const own = Buffer.allocUnsafeSlow(raw.length)
  raw.copy(own)
  return own
}
