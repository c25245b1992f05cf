import { ObjectId } from 'bson'
import type { Fields } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import { Emptying } from '../engine/emptying.ts'
import { checkTime, refuse, StoreError } from '../errors.ts'
import { equal } from '../keys.ts'
import type { Variables } from '../query/predicate.ts'
import { cursorReply } from '../reply.ts'
import type { Steps } from '../steps.ts'
import { withIdFirst } from '../update/compile.ts'
import type { Request, Sliced, Store } from './command.ts'
import { Merging, targetOf } from './merge.ts'

/** Where the documents of a pipeline go. */
interface Target {
  write: (document: Fields) => void
  /** After the last of them; answers tables that nobody needs any more. */
  finish: () => string[]
  /** After what cannot be: the same. */
  abandon: () => string[]
}

interface Progress {
  documents: readonly Fields[] | null
  at: number
  target: Target | null
  emptying: Emptying | null
  failure: StoreError | null
}

const BEGINNING: Progress = { documents: null, at: 0, target: null, emptying: null, failure: null }

/** `$out` and `$merge`: reads everything first, then writes it, and takes away what that has made superfluous. */
export class Output implements Sliced {
  private readonly request: Request
  private readonly stage: Fields
  private readonly namespace: string
  private readonly variables: Variables
  private readonly read: () => Steps<readonly Fields[]>
  private reading: Steps<readonly Fields[]> | null = null
  private now: Progress = { ...BEGINNING }
  private marked: Progress = { ...BEGINNING }

  /** `namespace`: of the cursor that is answered. */
  constructor(request: Request, stage: Fields, namespace: string, read: () => Steps<readonly Fields[]>) {
    this.request = request
    this.stage = stage
    this.namespace = namespace
    this.variables = { ...request.variables, NOW: new Date() }
    this.read = read
  }

  next(isOver: () => boolean): Buffer | null {
    this.marked = { ...this.now }
    try {
      if (!this.now.emptying && !this.isWritten(isOver)) return null
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.now.failure = error
      this.empty(this.now.target?.abandon() ?? [])
    }
    if (this.now.emptying?.next(isOver) === false) return null
    if (this.now.failure) throw this.now.failure
    return cursorReply({ documents: [], id: 0n, namespace: this.namespace }, 'firstBatch')
  }

  rewind(): void {
    this.now = { ...this.marked }
    this.now.emptying?.rewind()
    // It may have read what others wrote in the same transaction, which never was.
    if (!this.now.documents) this.reading = null
  }

  private isWritten(isOver: () => boolean): boolean {
    const { now } = this
    const documents = (now.documents ??= this.gathered(isOver))
    if (!documents) return false
    const target = (now.target ??= this.target())
    while (now.at < documents.length) {
      target.write(documents[now.at] as Fields)
      now.at++
      if (now.at < documents.length && isOver()) return false
    }
    this.empty(target.finish())
    return true
  }

  private gathered(isOver: () => boolean): readonly Fields[] | null {
    this.reading ??= this.read()
    for (;;) {
      const next = this.reading.next()
      if (next.done) return next.value
      if (!isOver()) continue
      checkTime(this.request.deadline)
      return null
    }
  }

  private target(): Target {
    const { request, stage, variables } = this
    if (stage['$out'] === undefined) return new Merging(request, stage['$merge'], variables)
    return new Replacement(request.store, targetOf(request, stage['$out'], '$out'))
  }

  private empty(tables: string[]): void {
    this.now.emptying = new Emptying(this.request.store.database, tables)
  }
}

/** `$out`: a new collection with the indexes of the old one, which takes its place when it is complete. */
class Replacement implements Target {
  private readonly store: Store
  private readonly namespace: string
  private readonly replaced: { uuid: string; specs: Fields[] }
  private readonly made: Collection

  constructor(store: Store, namespace: string) {
    this.store = store
    this.namespace = namespace
    this.replaced = this.there()
    this.made = store.catalog.hidden(namespace)
  }

  write(document: Fields): void {
    this.made.insert(withIdFirst(document, new ObjectId()))
  }

  finish(): string[] {
    const { uuid, specs } = this.there()
    const { replaced, namespace } = this
    if (uuid !== replaced.uuid || !equal(specs, replaced.specs))
      refuse(125, `collection options or indexes of target collection ${namespace} changed during processing`)
    return this.store.catalog.publish(this.made)
  }

  abandon(): string[] {
    return this.made.tables
  }

  private there(): { uuid: string; specs: Fields[] } {
    const collection = this.store.catalog.find(this.namespace)
    return { uuid: String(collection?.uuid), specs: collection?.indexes.map(({ spec }) => spec) ?? [] }
  }
}
