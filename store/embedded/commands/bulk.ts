import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import { checkTime, refuse, StoreError } from '../errors.ts'
import { ok, writeError } from '../reply.ts'
import type { Request, Sliced } from './command.ts'
import { First } from './first.ts'
import { Matches } from './matches.ts'

/**
 * A command of many operations, each with its own outcome. It pauses between two of them, or within one that has much to
 * do, when others want their turn; what it has done until then is a transaction of its own, as in MongoDB.
 */
export abstract class Bulk<Operation> implements Sliced {
  protected readonly request: Request
  protected at = 0
  private readonly operations: readonly Operation[]
  private readonly errors: object[] = []
  private markedAt = 0
  private markedErrors = 0

  constructor(request: Request, operations: readonly Operation[]) {
    this.request = request
    this.operations = operations
  }

  next(isOver: () => boolean): Buffer | null {
    const { operations, errors } = this
    this.markedAt = this.at
    this.markedErrors = errors.length
    this.begin()
    while (this.at < operations.length) {
      if (!this.attempted(operations[this.at] as Operation, isOver)) return null
      this.at++
      if (this.at < operations.length && isOver()) return null
    }
    return ok({ ...this.totals(), ...(errors.length > 0 ? { writeErrors: errors } : {}) })
  }

  rewind(): void {
    this.at = this.markedAt
    this.errors.length = this.markedErrors
  }

  /** A slice begins: others may have changed anything since the last one. */
  protected abstract begin(): void
  /** False when there is more to do for this operation. */
  protected abstract carryOut(operation: Operation, isOver: () => boolean): boolean
  protected abstract totals(): object

  /** An ordered bulk ends with its first error, an unordered one goes on. */
  private attempted(operation: Operation, isOver: () => boolean): boolean {
    try {
      return this.carryOut(operation, isOver)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.errors.push(writeError(this.at, error))
      if (this.request.command['ordered'] !== false) this.at = this.operations.length
      return true
    }
  }
}

/** Operations that look for what they change. */
export abstract class Matching<Operation> extends Bulk<Operation> {
  protected collection: Collection | undefined
  /** Of an operation that has paused. */
  private matches: Matches | null = null
  private readonly first = new First()
  private marked: Matches | null = null
  private uuid: string | null = null

  override rewind(): void {
    super.rewind()
    // What was looked for in a transaction that never was, is looked for again.
    this.matches = this.marked?.rewind() ? this.marked : null
    this.first.rewind()
  }

  protected get hasPaused(): boolean {
    return this.matches !== null || this.first.hasPaused
  }

  protected begin(): void {
    const { store, namespace } = this.request
    this.collection = store.catalog.find(namespace)
    const uuid = this.collection ? String(this.collection.uuid) : null
    if (this.hasPaused && uuid !== this.uuid) refuse(175, `collection dropped. UUID ${this.uuid}`)
    this.uuid = uuid
    this.marked = this.matches
    this.matches?.resume()
  }

  /** `change` with the first that matches; false when there is more to look at. */
  protected one(
    collection: Collection,
    query: FindRequest,
    wanted: Wanted | null,
    change: (found: Found) => void,
    isOver: () => boolean,
  ): boolean {
    const found = this.first.next(this.request.store.database, collection, query, wanted, isOver)
    if (found === undefined) return this.unfinished()
    if (found) change(found)
    return true
  }

  /** `change` with everything that matches; false when there is more. */
  protected each(
    collection: Collection,
    query: FindRequest,
    wanted: Wanted | null,
    change: (found: Found) => void,
    isOver: () => boolean,
  ): boolean {
    const matches = this.matches ?? new Matches(this.request.store.database, collection, query, wanted)
    this.matches = null
    if (matches.each(collection, change, isOver)) return true
    this.matches = matches
    return this.unfinished()
  }

  protected unfinished(): false {
    checkTime(this.request.deadline)
    return false
  }
}
