import { asNumber, Fields, isArray, isFields, isNumeric, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import type { Cursors } from '../cursors.ts'
import type { Catalog } from '../engine/catalog.ts'
import type { Collection } from '../engine/collection.ts'
import type { Committer } from '../engine/commit.ts'
import type { Database } from '../engine/database.ts'
import { refuse } from '../errors.ts'
import type { Observer } from '../observe.ts'
import type { Turns } from '../turns.ts'
import type { Steps } from '../steps.ts'
import { collationOf } from '../query/collation.ts'
import { variablesOf } from '../query/expression.ts'
import { COLLATION } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'

/** The parts of a running store. */
export interface Store {
  database: Database
  catalog: Catalog
  committer: Committer
  cursors: Cursors
  turns: Turns
  isReadOnly: boolean
  socket: string
  observer: Observer
}

/** One command as it came, with what every command needs of it. */
export class Request {
  readonly store: Store
  readonly name: string
  readonly command: Fields
  /** The documents of an insert, still as bytes. */
  readonly documents: Buffer[] | null
  readonly connectionId: number
  readonly databaseName: string
  readonly receivedAt = performance.now()

  constructor(store: Store, command: Fields, documents: Buffer[] | null, connectionId: number) {
    this.store = store
    this.command = command
    this.documents = documents
    this.connectionId = connectionId
    this.name = Object.keys(command)[0] ?? ''
    const name = command['$db']
    this.databaseName = typeof name === 'string' ? name : refuse(40571, 'OP_MSG requests require a $db argument')
  }

  /** `database.collection`, when the command is about a collection. */
  get namespace(): string {
    const name = this.command[this.name]
    if (typeof name !== 'string') return refuse(73, `collection name has invalid type ${typeName(name)}`)
    if (name === '') refuse(73, `Invalid namespace specified '${this.databaseName}.'`)
    return `${this.databaseName}.${name}`
  }

  get collection(): Collection | undefined {
    return this.store.catalog.find(this.namespace)
  }

  /** The values of `let`, and the collation of the command. */
  get variables(): Variables {
    const collation = collationOf(this.command['collation'])
    return { ...variablesOf(this.command['let']), [COLLATION]: collation }
  }

  /** When `maxTimeMS` says that the command must stop. */
  get deadline(): number | null {
    const maxTimeMs = this.whole('maxTimeMS', 0)
    return maxTimeMs > 0 ? this.receivedAt + maxTimeMs : null
  }

  whole(name: string, otherwise: number): number {
    return wholeOf(this.command[name], name, otherwise)
  }

  flag(name: string): boolean {
    const value = this.command[name]
    return value === true || (isNumeric(value) && asNumber(value) !== 0)
  }

  document(name: string): Fields {
    return documentOf(this.command[name], `${this.name}.${name}`)
  }

  listOf(name: string): Value[] {
    const list = this.command[name]
    if (isArray(list)) return list
    return refuse(list === undefined ? 40414 : 14, `BSON field '${this.name}.${name}' is missing but a required field`)
  }

  documentsOf(name: string): Fields[] {
    return this.listOf(name).map((each) => documentOf(each, `${this.name}.${name}`))
  }
}

export function wholeOf(value: Value, name: string, otherwise: number): number {
  if (value === undefined || value === null) return otherwise
  const number = isNumeric(value) ? asNumber(value) : NaN
  return Number.isFinite(number)
    ? Math.trunc(number)
    : refuse(
        14,
        `BSON field '${name}' is the wrong type '${typeName(value)}', expected types '[long, int, decimal, double']`,
      )
}

/** An absent document is an empty one. */
export function documentOf(value: Value, name: string): Fields {
  if (value === undefined || value === null) return new Fields()
  return isFields(value)
    ? value
    : refuse(14, `BSON field '${name}' is the wrong type '${typeName(value)}', expected type 'object'`)
}

export type Kind = 'read' | 'write'

/** A write that may take long: it is carried out in slices, each a transaction, with everybody else's turns between. */
export interface Sliced {
  /** Goes on until it is done, or `isOver` says that others want their turn: then null. It gets something done anyway. */
  next: (isOver: () => boolean) => Buffer | null
  /** The transaction of the last `next` was rolled back: back to where that began. */
  rewind: () => void
}

/**
 * `read` begins at once. `write` waits for the next group of writes and is answered when that is durable.
 */
export interface Command {
  kind: Kind | ((command: Fields) => Kind)
  /** The fields that it knows, beside those that every command has: any other is refused. */
  fields: readonly string[]
  /** What takes long is answered as what is to be done: of a read in steps, of a write in slices. */
  run: (request: Request) => Buffer | Steps<Buffer> | Sliced
}

/** Takes long, beside everybody else's commands; it changes nothing. */
export interface Task {
  fields: readonly string[]
  run: (request: Request) => Promise<Buffer>
}
